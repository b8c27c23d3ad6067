import { maxValueDepth } from '../../../../src/server/codec/wire/json-value';
import {
  delimited,
  double,
  encodeNestedLists,
  encodeNestedObjects,
  entry,
  float,
  int32,
  text,
  turnRequest,
  turnRequestWith,
} from '../../../support/request-bytes';
import { uuid } from '../../../support/session-builder';
import { createTurnValidator, getRejection, type Rejection } from './turn-validator';

const defaultValidator = createTurnValidator();

function times(count: number, create: (index: number) => Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => create(index));
}

function situation(...fields: readonly Uint8Array[]): Buffer {
  return turnRequestWith(delimited(7, ...fields));
}

function candidate(...fields: readonly Uint8Array[]): Buffer {
  return turnRequestWith(delimited(8, text(1, uuid(5)), ...fields));
}

const nullValue = int32(1, 0);

/** A limit: its maximum, the field that is reported above the maximum, and the request with a given size. */
type Limit = readonly [name: string, max: number, field: string, create: (size: number) => Buffer];

/** Limits of the contract and of the default configuration. */
const maximums: readonly Limit[] = [
  [
    'messages in a list',
    100,
    'turn.candidates',
    (size) => turnRequestWith(...times(size, () => delimited(8, text(1, uuid(5))))),
  ],
  [
    'messages in a list without a configured limit',
    100,
    'turn.step_outcomes',
    (size) => turnRequestWith(...times(size, () => delimited(11, int32(4, 1)))),
  ],
  [
    'messages in a list with more than 100 elements',
    500,
    'turn.applied_rules',
    (size) => turnRequestWith(...times(size, () => delimited(9, text(1, uuid(5))))),
  ],
  [
    'strings in a list',
    500,
    'turn.situation.requested_fields',
    (size) => situation(...times(size, (n) => text(15, `f${n}`))),
  ],
  ['packed numbers', 4_096, 'turn.situation.embedding', (size) => situation(delimited(17, Buffer.alloc(size * 4)))],
  ['unpacked numbers', 4_096, 'turn.situation.embedding', (size) => situation(...times(size, () => float(17, 1)))],
  [
    'packed numbers in two blocks',
    4_096,
    'turn.situation.embedding',
    (size) => situation(delimited(17, Buffer.alloc(4_000 * 4)), delimited(17, Buffer.alloc((size - 4_000) * 4))),
  ],
  [
    'entries of a map',
    500,
    'turn.customer_data',
    (size) => turnRequestWith(...times(size, (index) => entry(10, `key ${index}`, nullValue))),
  ],
  [
    'entries of a map in a nested message',
    500,
    'turn.situation.facts',
    (size) => situation(...times(size, (index) => entry(14, `key ${index}`, nullValue))),
  ],
  ['characters of a string', 35, 'turn.situation.language', (size) => situation(text(2, 'x'.repeat(size)))],
  [
    'characters of a string with several bytes each',
    35,
    'turn.situation.language',
    (size) => situation(text(2, '\u{1f600}'.repeat(size))),
  ],
  [
    'characters of a map key',
    128,
    'turn.customer_data["#"]',
    (size) => turnRequest({ customerData: { ['k'.repeat(size)]: 1 } }),
  ],
  [
    'characters of a map key with several bytes each',
    128,
    'turn.customer_data["#"]',
    (size) => turnRequest({ customerData: { ['字'.repeat(size)]: 1 } }),
  ],
  [
    'levels of lists',
    maxValueDepth,
    'turn.customer_data["a"]',
    (size) => turnRequestWith(entry(10, 'a', encodeNestedLists(size))),
  ],
  [
    'levels of objects',
    maxValueDepth,
    'turn.customer_data["a"]',
    (size) => turnRequestWith(entry(10, 'a', encodeNestedObjects(size, 'k'))),
  ],
  [
    'JSON values',
    20_000,
    'turn.customer_data["a"]',
    (size) => turnRequestWith(entry(10, 'a', delimited(6, ...times(size - 1, () => delimited(1, nullValue))))),
  ],
  [
    'units of a priority',
    1_000_000,
    'turn.applied_rules[0].priority',
    (size) => turnRequestWith(delimited(9, text(1, uuid(5)), int32(5, size))),
  ],
];

test.each(maximums)('%s: the maximum is accepted, one more is rejected', (_name, max, field, create) => {
  expect(getRejection(defaultValidator, create(max))).toBeUndefined();
  const key = /k+|字+/.exec(create(max + 1).toString())?.[0] ?? '';
  expect(getRejection(defaultValidator, create(max + 1))).toEqual([field.replace('#', key)]);
});

describe('a configured limit', () => {
  const candidates = (count: number) => turnRequestWith(...times(count, () => delimited(8, text(1, uuid(5)))));
  const configure = (name: string, max: number) =>
    createTurnValidator({ maxElements: new Map([[`focal.orchestration.v1.${name}`, max]]) });

  test('below the limit of the contract applies', () => {
    const validator = configure('Turn.candidates', 3);
    expect(getRejection(validator, candidates(3))).toBeUndefined();
    expect(getRejection(validator, candidates(4))).toEqual(['turn.candidates']);
  });

  test('ends the check of a list: elements above the limit are not described', () => {
    const validator = configure('Turn.candidates', 1);
    const wrongType = delimited(8, int32(1, 5));
    const sendTwo = (...fields: readonly Uint8Array[]) => turnRequestWith(delimited(8, text(1, uuid(5))), ...fields);
    expect(getRejection(validator, sendTwo(wrongType))).toEqual(['turn.candidates']);
    expect(getRejection(configure('Turn.candidates', 2), sendTwo(wrongType))).not.toEqual(['turn.candidates']);
  });

  test('above the limit of the contract has no effect', () => {
    const validator = configure('Turn.candidates', 1_000);
    expect(getRejection(validator, candidates(100))).toBeUndefined();
    expect(getRejection(validator, candidates(101))).toEqual(['turn.candidates']);
  });

  test('allows no element if it is 0', () => {
    const validator = configure('Turn.customer_data', 0);
    expect(getRejection(validator, turnRequest())).toBeUndefined();
    expect(getRejection(validator, turnRequest({ customerData: { a: 1 } }))).toEqual(['turn.customer_data']);
  });

  test('limits the messages and list elements of a request', () => {
    const validator = createTurnValidator({ maxParts: 10 });
    // The request, its turn and the situation are parts, too.
    const names = (count: number) => situation(...times(count, (n) => text(15, `f${n}`)));
    expect(getRejection(validator, names(7))).toBeUndefined();
    expect(getRejection(validator, names(8))).toEqual(['turn.situation.requested_fields[7]']);
    // The bytes after the last part that is allowed are not looked at, whatever they are.
    const malformed = Buffer.of(0x07);
    expect(getRejection(validator, Buffer.concat([names(8), malformed]))).toEqual([
      'turn.situation.requested_fields[7]',
    ]);
    expect(getRejection(validator, Buffer.concat([names(7), malformed]))).not.toEqual(undefined);
  });

  test('counts the JSON values in all fields', () => {
    const validator = createTurnValidator({ maxJsonValues: 3 });
    const bytes = (values: number) =>
      turnRequest({ customerData: { a: [1] }, sessionVariables: values === 3 ? { b: 1 } : { b: [1] } });
    expect(getRejection(validator, bytes(3))).toBeUndefined();
    expect(getRejection(validator, bytes(4))).toEqual(['turn.session_variables["b"]']);
  });

  test('applies to the depth of each JSON value separately', () => {
    const validator = createTurnValidator({ maxJsonDepth: 2 });
    expect(getRejection(validator, turnRequest({ customerData: { a: [[1]], b: { c: {} } } }))).toBeUndefined();
    expect(getRejection(validator, turnRequest({ customerData: { a: [[1]], b: { c: { d: [] } } } }))).toEqual([
      'turn.customer_data["b"]',
    ]);
  });

  test('applies to all bytes of a message', () => {
    const bytes = turnRequest();
    expect(getRejection(createTurnValidator({ maxMessageBytes: bytes.length }), bytes)).toBeUndefined();
    expect(getRejection(createTurnValidator({ maxMessageBytes: bytes.length - 1 }), bytes)).toEqual(['TOO_LARGE']);
  });
});

/** A request with a value, and whether it is accepted. */
const ranges: readonly (readonly [string, Buffer, Rejection])[] = [
  ['a score of 0', candidate(double(2, 0)), undefined],
  ['a score of 1', candidate(double(2, 1)), undefined],
  ['a score just below 0', candidate(double(2, -Number.MIN_VALUE)), ['turn.candidates[0].score']],
  ['a score just above 1', candidate(double(2, 1 + Number.EPSILON)), ['turn.candidates[0].score']],
  ['the minimum priority', turnRequestWith(delimited(9, text(1, uuid(5)), int32(5, -1_000_000))), undefined],
  [
    'a priority below the minimum',
    turnRequestWith(delimited(9, text(1, uuid(5)), int32(5, -1_000_001))),
    ['turn.applied_rules[0].priority'],
  ],
  ['a time at the start of 1970', turnRequest({ occurredAt: new Date(0) }), undefined],
  ['a time before 1970', turnRequest({ occurredAt: new Date(-1) }), ['turn.occurred_at']],
  ['the last second of 9999', turnRequest({ occurredAt: new Date('9999-12-31T23:59:59Z') }), undefined],
  ['an empty string with a minimum length', situation(text(15, '')), ['turn.situation.requested_fields[0]']],
  ['a string of the minimum length', situation(text(15, 'x')), undefined],
  ['the last value of an enum', turnRequestWith(int32(6, 3)), undefined],
  ['a value above the last one of an enum', turnRequestWith(int32(6, 4)), ['turn.trigger']],
  ['an empty optional UUID', turnRequestWith(delimited(11, int32(4, 1), text(1, ''))), undefined],
];

test.each(ranges)('%s', (_name, bytes, expected) => {
  expect(getRejection(defaultValidator, bytes)).toEqual(expected);
});
