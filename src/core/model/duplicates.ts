/** An element whose key occurs earlier in the list. Indexes are 0-based. */
export interface Duplicate {
  readonly index: number;
  /** The index of the first element with the same key. */
  readonly firstIndex: number;
}

/** Finds the elements whose key occurs earlier in the list, in list order. */
export function findDuplicates<T>(values: readonly T[], getKey: (value: T) => string | number): readonly Duplicate[] {
  const firstIndexes = new Map<string | number, number>();
  const duplicates: Duplicate[] = [];
  for (const [index, value] of values.entries()) {
    const key = getKey(value);
    const firstIndex = firstIndexes.get(key);
    if (firstIndex === undefined) firstIndexes.set(key, index);
    else duplicates.push({ index, firstIndex });
  }
  return duplicates;
}
