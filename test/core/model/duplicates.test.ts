import { findDuplicates } from '../../../src/core/model/duplicates';

test('duplicates are listed in order, each with the first element that has its key', () => {
  expect(findDuplicates(['a', 'b', 'a', 'c', 'b', 'a'], (value) => value)).toEqual([
    { index: 2, firstIndex: 0 },
    { index: 4, firstIndex: 1 },
    { index: 5, firstIndex: 0 },
  ]);
  expect(findDuplicates([{ id: 1 }, { id: 2 }], ({ id }) => id)).toEqual([]);
});
