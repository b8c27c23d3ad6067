import fc from 'fast-check';
import { Value } from '../../../gen/google/protobuf/struct';
import type { JsonValue } from '../../../src/core/model/json';
import {
  fieldsFromProto,
  fieldsToProto,
  jsonFromProto,
  jsonToProto,
  maxValueDepth,
} from '../../../src/server/codec/wire/json-value';
import { fields, json, unsafeNames } from './arbitraries';
import { expectSameBytes } from './bytes';
import { reverseEntries } from './reverse-entries';

function encoded(value: JsonValue): Uint8Array {
  return Value.encode(Value.wrap(jsonToProto(value, 'value'))).finish();
}

function decoded(bytes: Uint8Array): JsonValue {
  return jsonFromProto(Value.unwrap(Value.decode(bytes)), 'value');
}

/** A list in a list in a list, `depth` of them. */
function nested(depth: number): JsonValue {
  return depth === 0 ? 'deep down' : [nested(depth - 1)];
}

describe('a JSON value', () => {
  it('comes back from its bytes as it was', () => {
    fc.assert(fc.property(json, (value) => expect(decoded(encoded(value))).toEqual(value)));
  });

  it('has the same bytes whatever the order of its keys', () => {
    fc.assert(fc.property(json, (value) => expectSameBytes(encoded(reverseEntries(value)), encoded(value))));
  });

  it('gets its keys sorted when it is decoded, so that it has one order wherever it comes from', () => {
    const value = jsonFromProto({ b: [{ z: 1, y: 2 }], a: null }, 'value');
    expect(JSON.stringify(value)).toBe('{"a":null,"b":[{"y":2,"z":1}]}');
  });

  it.each(unsafeNames)('may have the key "%s", and none that nobody gave it', (key) => {
    const value = decoded(encoded({ [key]: { [key]: 1 } }));
    expect(value).toEqual({ [key]: { [key]: 1 } });
    const empty = decoded(encoded({}));
    expect(Reflect.get(Object(empty), key)).toBeUndefined();
  });

  it('may be nested as deep as every decoder can read it, and no deeper', () => {
    expect(decoded(encoded(nested(maxValueDepth)))).toEqual(nested(maxValueDepth));
    expect(() => jsonFromProto(nested(maxValueDepth + 1), 'value')).toThrow('must not be nested deeper than 30.');
  });

  it('is not copied to a prototype by the key __proto__: it is refused', () => {
    const hostile: unknown = JSON.parse('{"a":{"__proto__":{"polluted":true}}}');
    expect(() => jsonFromProto(hostile, 'value')).toThrow('value["a"] must not have the key __proto__.');
  });
});

const refused: readonly (readonly [string, unknown, string])[] = [
  ['NaN', Number.NaN, 'value must be a finite number.'],
  ['an infinity', Number.NEGATIVE_INFINITY, 'value must be a finite number.'],
  ['a number in a list', { a: [0, { 'b c': Number.NaN }] }, 'value["a"][1]["b c"] must be a finite number.'],
  ['a Value without a kind', undefined, 'value must have a value; null is one.'],
  ['a Value without a kind in a list', [1, undefined], 'value[1] must have a value; null is one.'],
  ['a number that is no double', { big: 1n }, 'value["big"] must have a value; null is one.'],
];

it.each(refused)('%s is refused, naming the place', (_, value, message) => {
  expect(() => jsonFromProto(value, 'value')).toThrow(message);
  expect(() => jsonFromProto(value, 'value')).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
});

describe('fields', () => {
  it('come back as they were', () => {
    fc.assert(fc.property(fields, (some) => expect(fieldsFromProto(fieldsToProto(some, 'f'), 'f')).toEqual(some)));
  });

  it('are in ascending order when they are decoded', () => {
    expect([...fieldsFromProto({ b: 1, 10: 2, a: 3, 9: 4 }, 'f').keys()]).toEqual(['10', '9', 'a', 'b']);
  });

  it('are told apart from what every object inherits', () => {
    expect(fieldsToProto(new Map(), 'f')['constructor']).toBeUndefined();
    expect(fieldsToProto(new Map([['a', 1]]), 'f')['constructor']).toBeUndefined();
    expect(fieldsFromProto({}, 'f').has('constructor')).toBe(false);
  });

  it('are refused by name in both directions', () => {
    expect(() => fieldsFromProto({ a: 1, b: [Number.NaN] }, 'f')).toThrow('f["b"][0] must be a finite number.');
    expect(() => fieldsToProto(new Map([['b', Number.NaN]]), 'f')).toThrow('f["b"] must be a finite number.');
    expect(() => fieldsToProto(new Map([['__proto__', 1]]), 'f')).toThrow('f must not have the key __proto__.');
  });
});
