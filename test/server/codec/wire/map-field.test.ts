import { mapFromProto, mapToProto, sortKeys } from '../../../../src/server/codec/wire/map-field';

describe('mapToProto', () => {
  it('adds keys in ascending order', () => {
    const field = mapToProto(
      new Map([
        ['b', 1],
        ['a', 2],
        ['ä', 3],
        ['B', 4],
      ]),
      'counts',
    );
    expect(Object.entries(field)).toEqual([
      ['B', 4],
      ['a', 2],
      ['b', 1],
      ['ä', 3],
    ]);
  });

  it('accepts names of Object.prototype as keys and inherits none of them', () => {
    const field = mapToProto(
      new Map([
        ['constructor', 1],
        ['toString', 2],
      ]),
      'counts',
    );
    expect({ ...field }).toEqual({ constructor: 1, toString: 2 });
    expect(field['hasOwnProperty']).toBeUndefined();
    expect(mapToProto(new Map<string, number>(), 'counts')['toString']).toBeUndefined();
  });

  it('rejects the key __proto__, which decoders drop', () => {
    expect(() => mapToProto(new Map([['__proto__', 1]]), 'counts')).toThrow('counts must not have the key __proto__.');
  });
});

describe('mapFromProto', () => {
  it('sorts keys as text, including numeric keys', () => {
    const map = mapFromProto({ b: 1, 10: 2, 9: 3, a: 4 });
    expect([...map]).toEqual([
      ['10', 2],
      ['9', 3],
      ['a', 4],
      ['b', 1],
    ]);
  });
});

it('sortKeys sorts by UTF-16 code unit', () => {
  expect(
    sortKeys(
      new Map([
        ['b', 0],
        ['', 0],
        ['\u{1F600}', 0],
        ['\uFF5E', 0],
      ]),
    ),
  ).toEqual(['', 'b', '\u{1F600}', '\uFF5E']);
});
