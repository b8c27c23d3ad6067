import fc from 'fast-check';
import { Value } from '../../../../gen/google/protobuf/struct';
import type { JsonValue } from '../../../../src/core/model/json';
import {
  fieldsFromProto,
  fieldsToProto,
  jsonFromProto,
  jsonToProto,
  maxValueDepth,
} from '../../../../src/server/codec/wire/json-value';
import { fields, json, unsafeNames } from '../arbitraries';
import { expectSameBytes } from '../bytes';
import { reverseEntries } from '../reverse-entries';

function encode(value: JsonValue): Uint8Array {
  return Value.encode(Value.wrap(jsonToProto(value, 'value'))).finish();
}

function decode(bytes: Uint8Array): JsonValue {
  return jsonFromProto(Value.unwrap(Value.decode(bytes)), 'value');
}

/** Creates a list with `depth` levels of nesting. */
function nest(depth: number): JsonValue {
  return depth === 0 ? 'leaf' : [nest(depth - 1)];
}

describe('JSON values', () => {
  it('are equal after encoding and decoding', () => {
    fc.assert(fc.property(json, (value) => expect(decode(encode(value))).toEqual(value)));
  });

  it('have the same bytes for every order of keys', () => {
    fc.assert(fc.property(json, (value) => expectSameBytes(encode(reverseEntries(value)), encode(value))));
  });

  it('have sorted keys after decoding', () => {
    const value = jsonFromProto({ b: [{ z: 1, y: 2 }], a: null }, 'value');
    expect(JSON.stringify(value)).toBe('{"a":null,"b":[{"y":2,"z":1}]}');
  });

  it.each(unsafeNames)('accept the key "%s" and do not inherit it', (key) => {
    const value = decode(encode({ [key]: { [key]: 1 } }));
    expect(value).toEqual({ [key]: { [key]: 1 } });
    const empty = decode(encode({}));
    expect(Reflect.get(Object(empty), key)).toBeUndefined();
  });

  it('are nested at most as deep as every decoder supports', () => {
    expect(decode(encode(nest(maxValueDepth)))).toEqual(nest(maxValueDepth));
    expect(() => jsonFromProto(nest(maxValueDepth + 1), 'value')).toThrow('must be nested at most 30 levels deep.');
  });

  it('are rejected if they contain the key __proto__', () => {
    const unsafe: unknown = JSON.parse('{"a":{"__proto__":{"polluted":true}}}');
    expect(() => jsonFromProto(unsafe, 'value')).toThrow('value["a"] must not have the key __proto__.');
  });
});

const invalidValues: readonly (readonly [string, unknown, string])[] = [
  ['NaN', Number.NaN, 'value must be a finite number.'],
  ['an infinity', Number.NEGATIVE_INFINITY, 'value must be a finite number.'],
  ['a number in a list', { a: [0, { 'b c': Number.NaN }] }, 'value["a"][1]["b c"] must be a finite number.'],
  ['a Value without a kind', undefined, 'value must have a value; use null for no value.'],
  ['a Value without a kind in a list', [1, undefined], 'value[1] must have a value; use null for no value.'],
  ['a bigint', { big: 1n }, 'value["big"] must have a value; use null for no value.'],
];

it.each(invalidValues)('rejects %s with its path', (_, value, message) => {
  expect(() => jsonFromProto(value, 'value')).toThrow(message);
  expect(() => jsonFromProto(value, 'value')).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
});

describe('field maps', () => {
  it('are equal after conversion in both directions', () => {
    fc.assert(
      fc.property(fields, (values) => expect(fieldsFromProto(fieldsToProto(values, 'f'), 'f')).toEqual(values)),
    );
  });

  it('are in ascending order after decoding', () => {
    expect([...fieldsFromProto({ b: 1, 10: 2, a: 3, 9: 4 }, 'f').keys()]).toEqual(['10', '9', 'a', 'b']);
  });

  it('do not contain the properties of Object.prototype', () => {
    expect(fieldsToProto(new Map(), 'f')['constructor']).toBeUndefined();
    expect(fieldsToProto(new Map([['a', 1]]), 'f')['constructor']).toBeUndefined();
    expect(fieldsFromProto({}, 'f').has('constructor')).toBe(false);
  });

  it('are rejected with the path of an invalid value, in both directions', () => {
    expect(() => fieldsFromProto({ a: 1, b: [Number.NaN] }, 'f')).toThrow('f["b"][0] must be a finite number.');
    expect(() => fieldsToProto(new Map([['b', Number.NaN]]), 'f')).toThrow('f["b"] must be a finite number.');
    expect(() => fieldsToProto(new Map([['__proto__', 1]]), 'f')).toThrow('f must not have the key __proto__.');
  });
});
