import fc from 'fast-check';
import { getMaxItemBytes, takePage } from '../../../src/server/application/page';

const createLimits = (pageSize: number, maxPageBytes = 1_000_000) => ({ pageSize, maxPageBytes });
const size = (item: number) => item;

test('property: the pages of a list contain every item once and in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 4_000 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat({ max: 10_000 }),
      (list, pageSize, pageBytes) => {
        let rest: readonly number[] = list;
        const seen: number[] = [];
        while (rest.length > 0) {
          const page = takePage(rest, createLimits(pageSize, pageBytes), size);
          expect(page.length).toBeGreaterThan(0);
          expect(page.length).toBeLessThanOrEqual(pageSize);
          if (page.length > 1) expect(page.reduce((sum, item) => sum + item)).toBeLessThanOrEqual(pageBytes);
          seen.push(...page);
          rest = rest.slice(page.length);
        }
        expect(seen).toEqual(list);
      },
    ),
  );
});

test('a page has as many items as fit', () => {
  const maxBytes = getMaxItemBytes(createLimits(5));
  expect(takePage([maxBytes / 2, maxBytes / 2, 1], createLimits(5), size)).toHaveLength(2);
  expect(takePage([maxBytes / 2, maxBytes / 2 + 1], createLimits(5), size)).toHaveLength(1);
  expect(takePage([1, 1, 1], createLimits(2), size)).toHaveLength(2);
  expect(takePage([], createLimits(2), size)).toEqual([]);
});
