/** A part of an ordered list. */
export interface Page<Item, Cursor> {
  readonly items: readonly Item[];
  /** Where the next page goes on; undefined on the last. */
  readonly nextCursor: Cursor | undefined;
}

/** What a page holds at most. */
export interface PageLimits {
  /** How many items. */
  readonly pageSize: number;
  /** Of the message that it is sent in. */
  readonly maxPageBytes: number;
}

/** Bytes that an item of a page takes besides its own: what frames it, its ids and times, and its part of the token. */
const FRAMING = 160;

/** Bytes that the items of a page may have of their own; 0 and below leave room for the first alone. */
export function getMaxItemBytes({ pageSize, maxPageBytes: pageBytes }: PageLimits): number {
  return pageBytes - pageSize * FRAMING;
}

/** The first of the items, as many as a page holds: at least one, whatever its size, where there is one. */
export function takePage<Item>(
  items: readonly Item[],
  bounds: PageLimits,
  bytesOf: (item: Item) => number,
): readonly Item[] {
  const page: Item[] = [];
  let room = getMaxItemBytes(bounds);
  for (const item of items.slice(0, bounds.pageSize)) {
    room -= bytesOf(item);
    if (room < 0 && page.length > 0) break;
    page.push(item);
  }
  return page;
}
