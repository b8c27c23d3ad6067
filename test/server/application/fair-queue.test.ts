import fc from 'fast-check';
import { FairQueue } from '../../../src/server/application/fair-queue';

interface Item {
  readonly tenantId: string;
  readonly number: number;
}

const tenants = ['a', 'b', 'c', 'd'];
const items = fc.array(fc.constantFrom(...tenants)).map((ids) => ids.map((tenantId, number) => ({ tenantId, number })));

function fill(queue: FairQueue<Item>, added: readonly Item[]): void {
  for (const item of added) queue.add(item.tenantId, item);
}

function takeAll(queue: FairQueue<Item>): Item[] {
  const taken: Item[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

describe('FairQueue', () => {
  it('returns every item once, and the items of a tenant in the order in which they were added', () => {
    fc.assert(
      fc.property(items, (added) => {
        const queue = new FairQueue<Item>();
        fill(queue, added);
        const taken = takeAll(queue);
        expect(queue.isEmpty).toBe(true);
        expect(taken).toHaveLength(added.length);
        for (const tenant of tenants) {
          const own = ({ tenantId }: Item): boolean => tenantId === tenant;
          expect(taken.filter(own)).toEqual(added.filter(own));
        }
      }),
    );
  });

  it('takes one item of each other tenant at most between two items of a tenant', () => {
    fc.assert(
      fc.property(items, (added) => {
        const queue = new FairQueue<Item>();
        fill(queue, added);
        const taken = takeAll(queue);
        for (const tenant of tenants) {
          const last = taken.findLastIndex(({ tenantId }) => tenantId === tenant);
          let others: string[] = [];
          for (const { tenantId } of taken.slice(0, last + 1)) {
            if (tenantId !== tenant) others.push(tenantId);
            else others = [];
            expect(new Set(others).size).toBe(others.length);
          }
        }
      }),
    );
  });

  it('does not return a removed item, and ignores one that is not in the queue', () => {
    fc.assert(
      fc.property(items, fc.array(fc.boolean()), (added, removals) => {
        const isRemoved = (item: Item): boolean => removals[item.number] ?? false;
        const queue = new FairQueue<Item>();
        fill(queue, added);
        for (const item of added.filter(isRemoved)) queue.remove(item.tenantId, item);
        queue.remove('unknown', { tenantId: 'unknown', number: 0 });
        const left = added.filter((item) => !isRemoved(item));
        expect(new Set(takeAll(queue))).toEqual(new Set(left));
        expect(queue.isEmpty).toBe(true);
      }),
    );
  });
});
