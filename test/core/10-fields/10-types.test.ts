import { createNormalizer } from '../../../src/core/fields/normalize-value';
import type { FieldType } from '../../../src/core/model/field-definition';
import type { JsonValue } from '../../../src/core/model/json';
import { aField, type FieldDraft } from '../../support/field-definitions';

type Normalized = readonly (readonly [given: JsonValue, stored: JsonValue])[];

interface TypeCase {
  readonly settings?: Omit<FieldDraft, 'name' | 'type'>;
  /** Given values, each with the value that is stored. */
  readonly accepted: Normalized;
  readonly rejected: readonly JsonValue[];
}

const size = {
  values: [
    { value: 'small', synonyms: ['S', 'little one'] },
    { value: 'Groß', synonyms: ['L'] },
  ],
};

const cases: Readonly<Record<FieldType, TypeCase>> = {
  TEXT: {
    accepted: [
      ['A-7', 'A-7'],
      ['  two words\n', 'two words'],
      ['', ''],
      [7, '7'],
      [1.5, '1.5'],
    ],
    rejected: [true, [], ['a'], {}],
  },
  NUMBER: {
    accepted: [
      [7, 7],
      [-1.5, -1.5],
      [' 7 ', 7],
      ['+7.', 7],
      ['-.5', -0.5],
      ['1e3', 1000],
      [`1${'.'.padEnd(99, '0')}`, 1],
    ],
    rejected: [`1${'.'.padEnd(100, '0')}`, '', 'seven', '1,5', '1 000', '0x10', '1e999', 'Infinity', true, [7], {}],
  },
  INTEGER: {
    accepted: [
      [7, 7],
      ['-7', -7],
      ['7.0', 7],
      ['9007199254740991', 9_007_199_254_740_991],
    ],
    rejected: [7.5, '7.5', 9_007_199_254_740_992, '1e30', '', false],
  },
  BOOLEAN: {
    accepted: [
      [true, true],
      [' False ', false],
      ['TRUE', true],
    ],
    rejected: ['yes', 'no', '', 1, 0, []],
  },
  DATE: {
    accepted: [
      ['2026-11-30', '2026-11-30'],
      [' 20261130 ', '2026-11-30'],
      [20261130, '2026-11-30'],
      ['2024-02-29', '2024-02-29'],
      ['2000-02-29', '2000-02-29'],
      ['0001-01-01', '0001-01-01'],
      ['2024-01-31', '2024-01-31'],
    ],
    rejected: [
      '2026-11-31',
      '2026-02-29',
      '1900-02-29',
      '2026-13-01',
      '2026-00-10',
      '2026-01-00',
      '0000-01-01',
      '2026-1-1',
      '30.11.2026',
      '12026-11-30',
      '120261130',
      '202611301',
      '2026-1130',
      '2026-11-30T10:00',
      'tomorrow',
      '',
      true,
    ],
  },
  TIME: {
    accepted: [
      ['14:30', '14:30'],
      ['14:30:00', '14:30'],
      ['00:00:05', '00:00:05'],
      ['23:59:59', '23:59:59'],
    ],
    rejected: ['24:00', '14:60', '114:30', '14:30:60', '2:30', '2 pm', '14:30Z', '1430', '', 14],
  },
  DATETIME: {
    accepted: [
      ['2026-11-30T14:30:05Z', '2026-11-30T14:30:05Z'],
      ['2026-11-30t14:30z', '2026-11-30T14:30:00Z'],
      ['20261130 14:30', '2026-11-30T14:30:00'],
      ['2026-11-30T14:30:05.250+01:00', '2026-11-30T14:30:05.25+01:00'],
      ['2026-11-30T14:30:05.000-11:30', '2026-11-30T14:30:05-11:30'],
      ['2026-11-30T14:30:05.105+23:59', '2026-11-30T14:30:05.105+23:59'],
    ],
    rejected: [
      '2026-11-30',
      '2026-11-31T14:30',
      '2026-11-30T24:00',
      '2026-11-30T14:30+24:00',
      '2026-11-30T14:30+01:60',
      '2026-11-30T14',
      '',
      0,
    ],
  },
  EMAIL: {
    accepted: [
      [' Ada.B+x@Example.ORG ', 'Ada.B+x@example.org'],
      ['a@b-c.d.example', 'a@b-c.d.example'],
      [`a@${'b.'.repeat(124)}orga`, `a@${'b.'.repeat(124)}orga`],
    ],
    rejected: [
      'ada',
      'ada@example',
      '@example.org',
      'ada@',
      'a@b@example.org',
      'a b@example.org',
      'ada@-example.org',
      'ada@example..org',
      `${'a'.repeat(65)}@example.org`,
      `a@${'b.'.repeat(126)}org`,
      `a@${'b.'.repeat(124)}organ`,
      7,
      '',
    ],
  },
  PHONE: {
    accepted: [
      ['+49 (30) 123-45.67', '+49301234567'],
      ['030/123 45', '03012345'],
      ['110', '110'],
      [4930123456, '4930123456'],
      [`+4930${'-'.repeat(29)}123456`, '+4930123456'],
    ],
    rejected: [
      `+4930${'-'.repeat(30)}123456`,
      '(+49) 30 123456',
      '030 123 a',
      'a 030 123',
      '+49',
      '+0301234567',
      '12',
      '1'.repeat(16),
      `+${'1'.repeat(16)}`,
      '030-CALL',
      '++4930123456',
      '',
      true,
    ],
  },
  ENUM: {
    settings: size,
    accepted: [
      ['small', 'small'],
      [' SMALL ', 'small'],
      ['s', 'small'],
      ['Little One', 'small'],
      ['GROSS'.replace('SS', 'ß'), 'Groß'],
    ],
    rejected: ['medium', '', 'little', true, ['small']],
  },
  LIST: {
    settings: { itemType: 'ENUM', ...size },
    accepted: [
      [
        ['S', 'groß'],
        ['small', 'Groß'],
      ],
      [[], []],
      ['s', ['small']],
    ],
    rejected: [['small', 'medium'], [null], [['small']], 'medium', true],
  },
  OBJECT: {
    accepted: [
      [{}, {}],
      [{ street: 'Main 1' }, { street: 'Main 1' }],
    ],
    rejected: ['{}', [], [{}], 7, true],
  },
};

describe.each(Object.entries(cases))('10: type %s', (name, { settings, accepted, rejected }) => {
  const normalize = (value: JsonValue): JsonValue | undefined =>
    createNormalizer({ ...aField({ name, ...settings }), type: toType(name) })(value);

  test.each(accepted)('10: accepts %j and stores %j', (given, stored) => {
    expect(normalize(given)).toEqual(stored);
    expect(normalize(stored)).toEqual(stored);
  });

  test.each(rejected.map((given) => ({ given })))('10: rejects $given', ({ given }) => {
    expect(normalize(given)).toBeUndefined();
  });
});

function toType(name: string): FieldType {
  const type = Object.keys(cases).find((each): each is FieldType => each === name);
  if (type === undefined) throw new Error(name);
  return type;
}

test('10: a letter with an accent can have one or two code points', () => {
  const normalize = createNormalizer(aField({ name: 'x', type: 'ENUM', values: [{ value: 'café', synonyms: [] }] }));
  expect(normalize('cafe\u0301')).toBe('café');
});

test('10: a field without a type accepts any value unchanged', () => {
  const normalize = createNormalizer(aField({ name: 'x' }));
  expect([' a ', 7, [1, 'a'], { a: null }].map(normalize)).toEqual([' a ', 7, [1, 'a'], { a: null }]);
});
