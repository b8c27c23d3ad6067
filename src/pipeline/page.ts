/** A part of an ordered list. */
export interface Page<Item, Cursor> {
  readonly items: readonly Item[];
  /** Where the next page goes on; undefined on the last. */
  readonly next: Cursor | undefined;
}

/** The first `size` of items of which one more was asked for; the cursor is that of the last item on the page. */
export function pageOf<Item, Cursor>(
  itemsAndOneMore: readonly Item[],
  size: number,
  cursorOf: (item: Item) => Cursor,
): Page<Item, Cursor> {
  const items = itemsAndOneMore.slice(0, size);
  const last = items.at(-1);
  return { items, next: last !== undefined && itemsAndOneMore.length > size ? cursorOf(last) : undefined };
}
