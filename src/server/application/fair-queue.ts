/** Items of several tenants. The tenants take turns, and the items of one tenant keep their order. */
export class FairQueue<Item> {
  /** The items of every tenant that has any. The first tenant is next. */
  private readonly items = new Map<string, Set<Item>>();

  get isEmpty(): boolean {
    return this.items.size === 0;
  }

  add(tenantId: string, item: Item): void {
    const items = this.items.get(tenantId);
    if (items === undefined) this.items.set(tenantId, new Set([item]));
    else items.add(item);
  }

  /** Removes an item that is not taken. */
  remove(tenantId: string, item: Item): void {
    const items = this.items.get(tenantId);
    if (items?.delete(item) && items.size === 0) this.items.delete(tenantId);
  }

  /** Removes and returns the oldest item of the tenant whose turn it is; undefined if the queue is empty. */
  take(): Item | undefined {
    for (const [tenantId, items] of this.items) {
      this.items.delete(tenantId);
      for (const item of items) {
        items.delete(item);
        if (items.size > 0) this.items.set(tenantId, items);
        return item;
      }
    }
    return undefined;
  }
}
