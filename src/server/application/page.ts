export interface Page<Item, Cursor> {
  readonly items: readonly Item[];
  /** Undefined on the last page. */
  readonly nextCursor: Cursor | undefined;
}

export interface PageLimits {
  /** Maximum number of items. */
  readonly pageSize: number;
  /** Maximum bytes of the response message. */
  readonly maxPageBytes: number;
}

/** Bytes per item in addition to its content: message framing, ids, times, and its share of the page token. */
const overheadBytesPerItem = 160;

/** Returns the maximum bytes of the content of all items. If the result is 0 or negative, a page has one item. */
export function getMaxItemBytes({ pageSize, maxPageBytes }: PageLimits): number {
  return maxPageBytes - pageSize * overheadBytesPerItem;
}

/** Returns the first items that fit into a page, and at least one unless `items` is empty. */
export function takePage<Item>(
  items: readonly Item[],
  limits: PageLimits,
  measureBytes: (item: Item) => number,
): readonly Item[] {
  const page: Item[] = [];
  let remainingBytes = getMaxItemBytes(limits);
  for (const item of items.slice(0, limits.pageSize)) {
    remainingBytes -= measureBytes(item);
    if (remainingBytes < 0 && page.length > 0) break;
    page.push(item);
  }
  return page;
}
