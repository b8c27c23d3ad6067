import { mergeNames, sortNames, sortWith } from '../../src/core/model/sorting';

const many = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `n${String(first + index).padStart(3, '0')}`);

describe('a list in order', () => {
  test('is the list itself where it is in order, equal ones included', () => {
    for (const list of [[], ['a'], ['a', 'a', 'b'], ['B', 'a', 'z', '\u00e9']]) expect(sortNames(list)).toBe(list);
  });

  test('is a sorted copy otherwise, by UTF-16 code unit, and the list stays as it was', () => {
    const list = ['\u00e9', 'z', 'B', 'a', 'a'];
    expect(sortNames(list)).toEqual(['B', 'a', 'a', 'z', '\u00e9']);
    expect(list).toEqual(['\u00e9', 'z', 'B', 'a', 'a']);
  });

  test('leaves those that compare the same in their order', () => {
    const list = [
      { key: 2, name: 'a' },
      { key: 1, name: 'b' },
      { key: 2, name: 'c' },
      { key: 1, name: 'd' },
    ];
    expect(sortWith(list, (one, other) => one.key - other.key).map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c']);
  });
});

describe('names with more of them', () => {
  test.each([
    ['none', []],
    ['some that it has', ['b', 'a', 'b']],
  ])('are the list itself with %s', (_what, more) => {
    const names = ['a', 'b', 'c'];
    expect(mergeNames(names, more)).toBe(names);
  });

  test('are the list itself with many that it has', () => {
    const names = many(0, 30);
    expect(mergeNames(names, many(5, 20).reverse())).toBe(names);
  });

  test.each([
    ['a few', ['d', 'a', 'b', 'd'], ['a', 'b', 'c', 'd']],
    ['one before all', ['B'], ['B', 'a', 'c']],
    ['many', [...many(1, 9), 'a', ...many(1, 9)], ['a', 'c', ...many(1, 9)]],
  ])('have each once and sorted with %s, and the list stays as it was', (_what, more, all) => {
    const names = ['a', 'c'];
    expect(mergeNames(names, more)).toEqual(all);
    expect(names).toEqual(['a', 'c']);
  });
});
