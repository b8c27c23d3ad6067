import { compareText } from '../../../src/core/model/compare-text';
import { mergeNames, sortNames, sortWith } from '../../../src/core/model/sorting';

const createNumberedNames = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `n${String(first + index).padStart(3, '0')}`);

describe('sorting', () => {
  test('returns the same list if it is sorted', () => {
    for (const list of [[], ['a'], ['a', 'a', 'b'], ['B', 'a', 'z', '\u00e9']]) expect(sortNames(list)).toBe(list);
  });

  test('returns a copy sorted by UTF-16 code unit otherwise', () => {
    const list = ['\u00e9', 'z', 'B', 'a', 'a'];
    expect(sortNames(list)).toEqual(['B', 'a', 'a', 'z', '\u00e9']);
    expect(list).toEqual(['\u00e9', 'z', 'B', 'a', 'a']);
  });

  test('is stable', () => {
    const list = [
      { key: 2, name: 'a' },
      { key: 1, name: 'b' },
      { key: 2, name: 'c' },
      { key: 1, name: 'd' },
    ];
    expect(sortWith(list, (one, other) => one.key - other.key).map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c']);
  });
});

describe('merging names', () => {
  test.each([
    ['no names', []],
    ['a few contained names', ['b', 'a', 'b']],
  ])('returns the same list for %s', (_case, added) => {
    const names = ['a', 'b', 'c'];
    expect(mergeNames(names, added)).toBe(names);
  });

  test('returns the same list for many contained names', () => {
    const names = createNumberedNames(0, 30);
    expect(mergeNames(names, createNumberedNames(5, 20).reverse())).toBe(names);
  });

  test.each([
    ['a few names', ['d', 'a', 'b', 'd'], ['a', 'b', 'c', 'd']],
    ['a name before all others', ['B'], ['B', 'a', 'c']],
    [
      'many names',
      [...createNumberedNames(1, 9), 'a', ...createNumberedNames(1, 9)],
      ['a', 'c', ...createNumberedNames(1, 9)],
    ],
  ])('returns a sorted copy without duplicates for %s', (_case, added, merged) => {
    const names = ['a', 'c'];
    expect(mergeNames(names, added)).toEqual(merged);
    expect(names).toEqual(['a', 'c']);
  });
});

test.each([
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['a', 'a', 0],
  ['Z', 'a', -1],
])('comparing %s with %s returns %i', (a, b, order) => {
  expect(compareText(a, b)).toBe(order);
});
