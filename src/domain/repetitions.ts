/** A value whose key one before it has. */
export interface Repetition {
  /** Its place in the list, from 0. */
  readonly at: number;
  /** The place of the first one with that key. */
  readonly first: number;
}

/** The values of a list whose key one before them has, in order. */
export function repetitions<T>(values: readonly T[], keyOf: (value: T) => string | number): readonly Repetition[] {
  const places = new Map<string | number, number>();
  const found: Repetition[] = [];
  for (const [at, value] of values.entries()) {
    const key = keyOf(value);
    const first = places.get(key);
    if (first === undefined) places.set(key, at);
    else found.push({ at, first });
  }
  return found;
}
