import fc from 'fast-check';
import { pageOf } from '../../src/pipeline/page';

test('pages of any size together are the whole list, once and in order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (numbers, size) => {
      const list = [...numbers].sort((a, b) => a - b);
      const seen: number[] = [];
      let after: number | undefined = -1;
      while (after !== undefined) {
        const rest: number[] = list.filter((number) => number > (after ?? 0)).slice(0, size + 1);
        const page = pageOf(rest, size, (number) => number);
        expect(page.items.length).toBeLessThanOrEqual(size);
        seen.push(...page.items);
        after = page.next;
      }
      expect(seen).toEqual(list);
    }),
  );
});

test('a list that ends with its page has no next one', () => {
  expect(pageOf(['a', 'b'], 2, (item) => item)).toEqual({ items: ['a', 'b'], next: undefined });
  expect(pageOf([], 2, String)).toEqual({ items: [], next: undefined });
});
