import { FindingList, maxFindings } from '../../../src/core/model/findings';

type Finding = { readonly severity: 'ERROR' | 'WARNING'; readonly id: number };

function createList(errors: number, warnings: number): FindingList<Finding> {
  const list = new FindingList<Finding>();
  for (let id = 0; id < warnings; id += 1) list.add({ severity: 'WARNING', id });
  for (let id = 0; id < errors; id += 1) list.add({ severity: 'ERROR', id });
  return list;
}

test('errors come before warnings, and what does not fit is counted', () => {
  const list = createList(1, maxFindings + 2);
  expect(list.list()).toHaveLength(maxFindings);
  expect(list.list().slice(0, 2)).toEqual([
    { severity: 'ERROR', id: 0 },
    { severity: 'WARNING', id: 0 },
  ]);
  expect(list.omitted).toBe(3);
});

test('a list that is added to another one counts what it leaves out', () => {
  const list = createList(2, 3);
  list.addAll(createList(maxFindings + 4, maxFindings + 5));
  expect(list.list()).toHaveLength(maxFindings);
  expect(list.omitted).toBe(2 + 3 + 4 + 5 + 2 * maxFindings - maxFindings);
});
