import { Ignore } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { loadContract } from '../../../../src/server/grpc/validation/contract';
import {
  allowsDefault,
  allowsNumber,
  getConstraints,
  type ValueConstraint,
} from '../../../../src/server/grpc/validation/field-constraints';
import { createFieldDescriptor, type FieldDraft } from './annotated-message';

const none: ValueConstraint = { kind: 'none' };
const unsupported: ValueConstraint = { kind: 'unsupported' };

type Rules = FieldDraft['rules'];

const read = (type: FieldDraft['type'], rules?: Rules, more: Partial<FieldDraft> = {}) =>
  getConstraints(createFieldDescriptor({ type, ...more, ...(rules !== undefined && { rules }) }));

const text = (value: object, more: object = {}): Rules => ({ type: { case: 'string', value }, ...more }) as Rules;
const double = (value: object, more: object = {}): Rules => ({ type: { case: 'double', value }, ...more }) as Rules;
const int32 = (value: object, more: object = {}): Rules => ({ type: { case: 'int32', value }, ...more }) as Rules;
const uint32 = (value: object, more: object = {}): Rules => ({ type: { case: 'uint32', value }, ...more }) as Rules;
const enumeration = (value: object, more: object = {}): Rules => ({ type: { case: 'enum', value }, ...more }) as Rules;
const timestamp = (value: object): Rules => ({ type: { case: 'timestamp', value } }) as Rules;
const repeated = (value: object): Rules => ({ type: { case: 'repeated', value } }) as Rules;
const gte = (value: unknown) => ({ greaterThan: { case: 'gte', value } });
const lte = (value: unknown) => ({ lessThan: { case: 'lte', value } });

const ignoresDefault = { ignore: Ignore.IF_ZERO_VALUE };
const uuid = { wellKnown: { case: 'uuid', value: true } };

const supportedRules: readonly (readonly [string, FieldDraft['type'], Rules, ValueConstraint])[] = [
  ['a field without annotations', 'STRING', undefined, none],
  ['a field with an ignored annotation', 'STRING', text({ minLen: 1n }, { ignore: Ignore.ALWAYS }), none],
  ['a maximum length', 'STRING', text({ maxLen: 5n }), { kind: 'string', minBytes: 0, maxBytes: 5 }],
  ['a minimum length of 1', 'STRING', text({ minLen: 1n }), { kind: 'string', minBytes: 1, maxBytes: Infinity }],
  ['both lengths', 'STRING', text({ minLen: 1n, maxLen: 9n }), { kind: 'string', minBytes: 1, maxBytes: 9 }],
  ['a UUID', 'STRING', text(uuid), { kind: 'uuid', allowsEmpty: false }],
  ['an optional UUID', 'STRING', text(uuid, ignoresDefault), { kind: 'uuid', allowsEmpty: true }],
  ['a range of doubles', 'DOUBLE', double({ ...gte(0.5), ...lte(1) }), { kind: 'number', min: 0.5, max: 1 }],
  ['a minimum of doubles', 'DOUBLE', double(gte(0.5)), { kind: 'number', min: 0.5, max: Infinity }],
  ['a maximum of doubles', 'DOUBLE', double(lte(0.5)), { kind: 'number', min: -Infinity, max: 0.5 }],
  ['a range of one double', 'DOUBLE', double({ ...gte(1), ...lte(1) }), { kind: 'number', min: 1, max: 1 }],
  ['a maximum of int32', 'INT32', int32(lte(7)), { kind: 'number', min: -Infinity, max: 7 }],
  ['a maximum of uint32', 'UINT32', uint32(lte(7)), { kind: 'number', min: 0, max: 7 }],
  ['a range of uint32', 'UINT32', uint32({ ...gte(2), ...lte(7) }), { kind: 'number', min: 2, max: 7 }],
  ['defined enum values', 'ENUM', enumeration({ definedOnly: true }), { kind: 'enum', numbers: new Set([0, 1, 5]) }],
  [
    'defined enum values with exceptions',
    'ENUM',
    enumeration({ definedOnly: true, notIn: [0, 5] }),
    { kind: 'enum', numbers: new Set([1]) },
  ],
  [
    'a range of timestamps',
    'MESSAGE',
    timestamp({ ...gte({ seconds: 0n, nanos: 0 }), ...lte({ seconds: 9n, nanos: 999_999_999 }) }),
    { kind: 'timestamp', minSeconds: 0, maxSeconds: 9 },
  ],
  [
    'a range of one second',
    'MESSAGE',
    timestamp({ ...gte({ seconds: 9n }), ...lte({ seconds: 9n, nanos: 5 }) }),
    { kind: 'timestamp', minSeconds: 9, maxSeconds: 9 },
  ],
  ['a required message', 'MESSAGE', { required: true }, none],
];

test.each(supportedRules)('fast validation checks %s', (_name, type, rules, expected) => {
  expect(read(type, rules)).toMatchObject({ value: expected, key: none, maxCount: Infinity });
});

const unsupportedRules: readonly (readonly [string, FieldDraft['type'], Rules])[] = [
  ['a CEL rule', 'STRING', text({ maxLen: 5n }, { cel: [{ id: 'a', expression: 'true' }] })],
  ['a CEL expression', 'STRING', text({ maxLen: 5n }, { celExpression: ['true'] })],
  ['a required scalar', 'STRING', { required: true }],
  ['a minimum length of 2', 'STRING', text({ minLen: 2n })],
  ['an optional string with a length', 'STRING', text({ maxLen: 5n }, ignoresDefault)],
  ['a pattern', 'STRING', text({ pattern: 'x' })],
  ['a pattern and a length', 'STRING', text({ pattern: 'x', maxLen: 5n })],
  ['a UUID and a length', 'STRING', text({ ...uuid, maxLen: 5n })],
  ['a UUID that is switched off', 'STRING', text({ wellKnown: { case: 'uuid', value: false } })],
  ['an email address', 'STRING', text({ wellKnown: { case: 'email', value: true } })],
  ['an exclusive minimum', 'DOUBLE', double({ greaterThan: { case: 'gt', value: 0 } })],
  ['an exclusive maximum', 'DOUBLE', double({ lessThan: { case: 'lt', value: 0 } })],
  ['a reversed range', 'DOUBLE', double({ ...gte(2), ...lte(1) })],
  ['a constant number', 'DOUBLE', double({ const: 1 })],
  ['an optional double', 'DOUBLE', double(gte(1), ignoresDefault)],
  ['an optional int32', 'INT32', int32(gte(1), ignoresDefault)],
  ['an optional uint32', 'UINT32', uint32(gte(1), ignoresDefault)],
  ['an optional enum', 'ENUM', enumeration({ definedOnly: true }, ignoresDefault)],
  ['undefined enum values', 'ENUM', enumeration({ notIn: [0] })],
  ['listed enum values', 'ENUM', enumeration({ definedOnly: true, in: [1] })],
  ['a timestamp without a maximum', 'MESSAGE', timestamp(gte({ seconds: 0n }))],
  ['a timestamp without a minimum', 'MESSAGE', timestamp(lte({ seconds: 0n }))],
  [
    'a timestamp after now',
    'MESSAGE',
    timestamp({ greaterThan: { case: 'gtNow', value: true }, ...lte({ seconds: 9n }) }),
  ],
  [
    'a timestamp with an exclusive maximum',
    'MESSAGE',
    timestamp({ ...gte({ seconds: 0n }), lessThan: { case: 'lt', value: { seconds: 9n } } }),
  ],
  [
    'a timestamp within a duration',
    'MESSAGE',
    timestamp({ ...gte({ seconds: 0n }), ...lte({ seconds: 9n }), within: { seconds: 1n } }),
  ],
  [
    'a minimum timestamp with nanoseconds',
    'MESSAGE',
    timestamp({ ...gte({ seconds: 0n, nanos: 1 }), ...lte({ seconds: 9n }) }),
  ],
  ['a reversed range of timestamps', 'MESSAGE', timestamp({ ...gte({ seconds: 9n }), ...lte({ seconds: 8n }) })],
  ['a rule for another type', 'BOOL', { type: { case: 'bool', value: { const: true } } } as Rules],
];

test.each(unsupportedRules)('fast validation leaves %s to full validation', (_name, type, rules) => {
  expect(read(type, rules).value).toEqual(unsupported);
});

describe('a list', () => {
  const readList = (rules?: Rules) => read('STRING', rules, { isRepeated: true });

  test('has the constraint of its elements and a maximum', () => {
    const items = text({ maxLen: 5n });
    expect(readList(repeated({ maxItems: 3n, items }))).toEqual({
      value: { kind: 'string', minBytes: 0, maxBytes: 5 },
      key: none,
      minCount: 0,
      maxCount: 3,
      isUnique: false,
      isRequired: false,
    });
    expect(readList(repeated({}))).toMatchObject({ value: none, minCount: 0, maxCount: Infinity, isUnique: false });
  });

  test('has a minimum, which is 1 if the list is required', () => {
    expect(readList(repeated({ minItems: 2n }))).toMatchObject({ value: none, minCount: 2 });
    expect(readList({ ...repeated({}), required: true })).toMatchObject({ minCount: 1 });
  });

  test('can require different elements', () => {
    expect(readList(repeated({ unique: true }))).toMatchObject({ value: none, isUnique: true });
  });
});

describe('a map', () => {
  test('has the constraints of its keys and values, and a maximum', () => {
    const turn = loadContract().registry.getMessage('focal.orchestration.v1.Turn');
    const customerData = turn?.fields.find(({ name }) => name === 'customer_data');
    if (customerData === undefined) throw new Error('the contract has no customer_data');
    expect(getConstraints(customerData)).toEqual({
      value: none,
      key: { kind: 'string', minBytes: 1, maxBytes: 128 },
      minCount: 0,
      maxCount: 500,
      isUnique: false,
      isRequired: false,
    });
  });
});

describe('a required field', () => {
  test('is one whose default value is invalid', () => {
    expect(read('STRING', text({ minLen: 1n })).isRequired).toBe(true);
    expect(read('STRING', text({ maxLen: 5n })).isRequired).toBe(false);
    expect(read('STRING', { required: true }).isRequired).toBe(true);
    expect(read('MESSAGE', { required: true }).isRequired).toBe(true);
    expect(read('MESSAGE').isRequired).toBe(false);
  });

  test('is not an optional one, whose constraints apply only when it is set', () => {
    expect(read('STRING', text({ minLen: 1n }), { isOptional: true }).isRequired).toBe(false);
    expect(read('STRING', { required: true }, { isOptional: true }).isRequired).toBe(true);
  });

  test('is not one whose annotations are ignored', () => {
    expect(read('STRING', text({ minLen: 1n }, { ignore: Ignore.ALWAYS }))).toEqual({
      value: none,
      key: none,
      minCount: 0,
      maxCount: Infinity,
      isUnique: false,
      isRequired: false,
    });
  });
});

test.each<[ValueConstraint, boolean]>([
  [none, true],
  [{ kind: 'string', minBytes: 0, maxBytes: 1 }, true],
  [{ kind: 'string', minBytes: 1, maxBytes: 1 }, false],
  [{ kind: 'uuid', allowsEmpty: true }, true],
  [{ kind: 'uuid', allowsEmpty: false }, false],
  [{ kind: 'number', min: 0, max: 0 }, true],
  [{ kind: 'number', min: 1, max: 2 }, false],
  [{ kind: 'number', min: -2, max: -1 }, false],
  [{ kind: 'enum', numbers: new Set([0, 1]) }, true],
  [{ kind: 'enum', numbers: new Set([1]) }, false],
  [{ kind: 'timestamp', minSeconds: 1, maxSeconds: 2 }, true],
  [unsupported, false],
])('%j allows the default value: %s', (constraint, expected) => {
  expect(allowsDefault(constraint)).toBe(expected);
});

test.each<[ValueConstraint, number, boolean]>([
  [none, 7, true],
  [{ kind: 'number', min: 1, max: 2 }, 1, true],
  [{ kind: 'number', min: 1, max: 2 }, 2, true],
  [{ kind: 'number', min: 1, max: 2 }, 0.9, false],
  [{ kind: 'number', min: 1, max: 2 }, 2.1, false],
  [{ kind: 'enum', numbers: new Set([1]) }, 1, true],
  [{ kind: 'enum', numbers: new Set([1]) }, 0, false],
  [{ kind: 'string', minBytes: 0, maxBytes: 9 }, 1, false],
  [{ kind: 'uuid', allowsEmpty: true }, 1, false],
  [{ kind: 'timestamp', minSeconds: 0, maxSeconds: 9 }, 1, false],
  [unsupported, 1, false],
])('%j allows %d: %s', (constraint, value, expected) => {
  expect(allowsNumber(constraint, value)).toBe(expected);
});
