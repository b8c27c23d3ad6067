import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkComparisons } from '../../../src/core/fields/check-comparisons';
import { compileFields, type FieldFindingCode } from '../../../src/core/fields/compile-fields';
import { createFieldRules } from '../../../src/core/fields/field-rules';
import { aField, aText, compiledFields, type FieldDraft } from '../../support/field-definitions';
import { compile } from '../conditions/evaluate';

interface Case {
  readonly invalid: readonly FieldDraft[];
  readonly valid: readonly FieldDraft[];
  readonly path: string;
}

const yes = { value: 'yes', synonyms: ['y'] };

/** The finding codes of field definitions, each with definitions that cause the finding and similar valid definitions. */
const cases: Readonly<Partial<Record<FieldFindingCode, Case>>> = {
  DUPLICATE_FIELD: {
    invalid: [{ name: 'x' }, { name: 'y' }, { name: 'x' }],
    valid: [{ name: 'x' }, { name: 'X' }],
    path: 'fields[2].name',
  },
  ENUM_WITHOUT_VALUES: {
    invalid: [{ name: 'x', type: 'LIST', itemType: 'ENUM' }],
    valid: [{ name: 'x', type: 'ENUM', values: [yes] }],
    path: 'fields[0].values',
  },
  AMBIGUOUS_ENUM_VALUE: {
    invalid: [{ name: 'x', type: 'ENUM', values: [yes, { value: 'yep', synonyms: ['no', 'YES'] }] }],
    valid: [{ name: 'x', type: 'ENUM', values: [yes, { value: 'yep', synonyms: ['Yep'] }] }],
    path: 'fields[0].values[1].synonyms[1]',
  },
  LIST_WITHOUT_ITEM_TYPE: {
    invalid: [{ name: 'x', type: 'LIST' }],
    valid: [{ name: 'x', type: 'LIST', itemType: 'DATE' }],
    path: 'fields[0].item_type',
  },
  FIELD_SETTING_WITHOUT_EFFECT: {
    invalid: [{ name: 'x', type: 'TEXT', values: [yes] }],
    valid: [{ name: 'x', type: 'TEXT' }],
    path: 'fields[0].values',
  },
  DUPLICATE_LANGUAGE: {
    invalid: [{ name: 'x', prompt: aText('x', { de: 'x', 'pt-BR': 'x', DE: 'x' }) }],
    valid: [{ name: 'x', prompt: aText('x', { de: 'x', 'de-CH': 'x' }) }],
    path: 'fields[0].prompt.translations["DE"]',
  },
};

const find = (drafts: readonly FieldDraft[]) => compileFields(drafts.map(aField));

test.each(Object.entries(cases))(
  '10: definitions with %s are refused, and similar valid definitions are accepted',
  (code, each) => {
    const { compiled, findings } = find(each.invalid);
    expect(compiled).toBeUndefined();
    expect(findings).toMatchObject([{ severity: 'ERROR', code, fieldPath: each.path, line: 0 }]);
    expect(findings[0]?.message).toMatch(/^\S.{20,}\.$/);
    expect(find(each.valid).findings).toEqual([]);
  },
);

test.each(['description', 'reason', 'prompt'] as const)(
  '10: two translations of the %s for one language are refused',
  (name) => {
    const { findings } = find([{ name: 'x', [name]: aText('x', { de: 'x', DE: 'x' }) }]);
    expect(findings).toMatchObject([{ code: 'DUPLICATE_LANGUAGE', fieldPath: `fields[0].${name}.translations["DE"]` }]);
  },
);

test('10: a value that repeats another value in upper case is refused, with its own path', () => {
  const values = [yes, { value: 'YES', synonyms: [] }];
  expect(find([{ name: 'x', type: 'ENUM', values }]).findings).toMatchObject([
    { code: 'AMBIGUOUS_ENUM_VALUE', fieldPath: 'fields[0].values[1].value' },
  ]);
});

test('10: values are refused for a list of another type', () => {
  expect(find([{ name: 'x', type: 'TEXT', itemType: 'ENUM', values: [yes] }]).findings).toMatchObject([
    { code: 'FIELD_SETTING_WITHOUT_EFFECT', fieldPath: 'fields[0].item_type' },
    { code: 'FIELD_SETTING_WITHOUT_EFFECT', fieldPath: 'fields[0].values' },
  ]);
});

test('10: item_type is refused for a field that is not a LIST', () => {
  const { findings } = find([{ name: 'x', type: 'TEXT', itemType: 'TEXT' }]);
  expect(findings).toMatchObject([
    {
      code: 'FIELD_SETTING_WITHOUT_EFFECT',
      fieldPath: 'fields[0].item_type',
      message:
        'item_type of field "x" has no effect, because its type is not LIST. Set type to LIST, or remove item_type.',
    },
  ]);
});

test('10: docs/findings.md lists every code of field definitions', () => {
  const page = readFileSync(join(__dirname, '../../../docs/findings.md'), 'utf8');
  const section = page.split('## Findings of field')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| ([A-Z_]+) \| (\w+) \|/gm)].map(([, code, severity]) => `${severity} ${code}`);
  expect(rows).toEqual(Object.keys(cases).map((code) => `ERROR ${code}`));
});

test.each([
  ['a rule that is not CEL', 'value >', 'CONDITION_SYNTAX'],
  ['a rule that reads another variable', 'intent == value', 'UNKNOWN_VARIABLE'],
  ['a rule with an unknown function', 'isPrime(value)', 'UNKNOWN_FUNCTION'],
])('10: %s is refused at its position', (_what, valid, code) => {
  const { compiled, findings } = find([{ name: 'x' }, { name: 'y', valid }]);
  expect(compiled).toBeUndefined();
  expect(findings).toMatchObject([{ severity: 'ERROR', code, fieldPath: 'fields[1].valid', line: 1 }]);
});

test('10: a rule that never returns a bool is a WARNING', () => {
  const { compiled, findings } = find([{ name: 'x', valid: 'size(value)' }]);
  expect(compiled?.get('x')?.rule).toBeDefined();
  expect(findings).toMatchObject([{ severity: 'WARNING', code: 'NOT_A_BOOL' }]);
});

test('10: errors come before warnings', () => {
  const { findings } = find([
    { name: 'x', valid: 'size(value)' },
    { name: 'y', valid: '(' },
  ]);
  expect(findings.map(({ severity }) => severity)).toEqual(['ERROR', 'WARNING']);
});

describe('10: conditions are checked against the types when they are stored', () => {
  const rules = createFieldRules(
    compiledFields([
      { name: 'age', type: 'INTEGER' },
      { name: 'price', type: 'NUMBER' },
      { name: 'vip', type: 'BOOLEAN' },
      { name: 'name', type: 'TEXT' },
      { name: 'day', type: 'DATE' },
      { name: 'size', type: 'ENUM', values: [{ value: 'small', synonyms: ['S'] }] },
      { name: 'tags', type: 'LIST', itemType: 'TEXT' },
      { name: 'address', type: 'OBJECT' },
      { name: 'any' },
    ]),
    [],
  );
  const check = (text: string) => checkComparisons(compile(text), rules);

  test.each([
    'data.age > 17',
    'data.age == 17.5 && data.price < 3',
    'data.vip == true',
    'data.vip == (data.age > 3)',
    'data.name == "x"',
    'data.day >= "2026"',
    'data.day == "2026-11-30"',
    'data.day != ""',
    'data["size"] == "small"',
    'data.size in ["small"]',
    'data.tags == ["a"]',
    'data.any == 1 || data.any == "1" || data.unknown == 1',
    'data.age == data.name',
    'has(data.age) == true',
    'data.address.city == "Bonn"',
    'data.tags.exists(t, t == "a")',
  ])('10: %s has no finding', (text) => {
    expect(check(text)).toEqual([]);
  });

  test.each([
    [
      'data.age == "17"',
      'Field "age" is an INTEGER, but is compared with a string. Compare it with a value of its type.',
    ],
    [
      '"17" != data["age"]',
      'Field "age" is an INTEGER, but is compared with a string. Compare it with a value of its type.',
    ],
    ['data.vip == 1', 'Field "vip" is a BOOLEAN, but is compared with a number. Compare it with a value of its type.'],
    ['data.name < 3.5', 'Field "name" is a TEXT, but is compared with a number. Compare it with a value of its type.'],
    ['data.name == true', 'Field "name" is a TEXT, but is compared with a bool. Compare it with a value of its type.'],
    ['data.tags == "a"', 'Field "tags" is a LIST, but is compared with a string. Compare it with a value of its type.'],
    [
      'data.size == ["small"]',
      'Field "size" is an ENUM, but is compared with a list. Compare it with a value of its type.',
    ],
    [
      'data.name == {"a": 1}',
      'Field "name" is a TEXT, but is compared with a map. Compare it with a value of its type.',
    ],
    ['data.size == "S"', 'Field "size" is stored as "small" and never as "S". Compare it with "small".'],
    ['data.size != "S"', 'Field "size" is stored as "small" and never as "S". Compare it with "small".'],
    [
      'data.size in ["small", "huge"]',
      'Field "size" is an ENUM and never has the value "huge". Correct the value, or the definition of the field.',
    ],
    [
      'data.day == "30.11.2026"',
      'Field "day" is a DATE and never has the value "30.11.2026". Correct the value, or the definition of the field.',
    ],
  ])('10: %s is a WARNING', (text, message) => {
    expect(check(text)).toMatchObject([{ severity: 'WARNING', code: 'FIELD_TYPE', message }]);
  });

  test('10: the finding has the position of the comparison', () => {
    expect(check('data.name == "x" ||\n  data.age == "17"')).toMatchObject([{ line: 2, column: expect.any(Number) }]);
  });
});
