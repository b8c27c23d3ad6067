/** A value whose key one before it has. */
export interface Duplicate {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** The place of the first one with that key. */
  readonly firstIndex: number;
}

/** The values of a list whose key one before them has, in order. */
export function findDuplicates<T>(values: readonly T[], keyOf: (value: T) => string | number): readonly Duplicate[] {
  const places = new Map<string | number, number>();
  const found: Duplicate[] = [];
  for (const [at, value] of values.entries()) {
    const key = keyOf(value);
    const first = places.get(key);
    if (first === undefined) places.set(key, at);
    else found.push({ index: at, firstIndex: first });
  }
  return found;
}
