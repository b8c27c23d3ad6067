/** Compares by UTF-16 code unit, independent of the locale of the node. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
