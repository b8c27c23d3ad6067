import fc from 'fast-check';
import { canonicalJson, type JsonValue, jsonEquals } from '../../../src/core/model/json';

const jsonValue = fc.jsonValue() as fc.Arbitrary<JsonValue>;

describe('3.9: JSON equality decides whether a value is a correction', () => {
  test.each<[left: JsonValue, right: JsonValue, equal: boolean]>([
    [1, 1, true],
    [1, '1', false],
    [0, -0, true],
    [Number.NaN, Number.NaN, true],
    [Number.NaN, null, false],
    [null, null, true],
    [null, false, false],
    ['', null, false],
    [[], {}, false],
    [[1, [2]], [1, [2]], true],
    [[1, 2], [2, 1], false],
    [[1], [1, null], false],
    [{ a: 1, b: { c: [2] } }, { b: { c: [2] }, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [{ a: 1 }, { b: 1 }, false],
    [{ toString: 1 }, { valueOf: 1 }, false],
    [JSON.parse('{"__proto__": 1}'), {}, false],
    [JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}'), true],
    [{ constructor: null }, {}, false],
  ])('%j and %j: %s', (left, right, equal) => {
    expect(jsonEquals(left, right)).toBe(equal);
    expect(jsonEquals(right, left)).toBe(equal);
    expect(canonicalJson(left) === canonicalJson(right)).toBe(equal);
  });

  test('a value equals its copy', () => {
    fc.assert(fc.property(jsonValue, (value) => jsonEquals(value, structuredClone(value))));
  });

  test('two values are equal if and only if their canonical texts are equal', () => {
    fc.assert(
      fc.property(jsonValue, jsonValue, (left, right) => {
        expect(jsonEquals(left, right)).toBe(canonicalJson(left) === canonicalJson(right));
      }),
    );
  });

  test('the canonical text is JSON with sorted keys', () => {
    expect(canonicalJson({ b: [1, 'x\n', null], a: { d: true, c: -0 } })).toBe(
      '{"a":{"c":0,"d":true},"b":[1,"x\\n",null]}',
    );
    fc.assert(fc.property(jsonValue, (value) => jsonEquals(JSON.parse(canonicalJson(value)), value)));
  });
});
