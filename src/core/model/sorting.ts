import { compareText } from './compare-text';

/** Sorts a list. Returns the same list if it is already sorted, which short lists usually are, else a sorted copy. Stable. */
export function sortWith<T>(list: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  let previous = list[0];
  for (const element of list) {
    if (previous !== undefined && compare(previous, element) > 0) return sortCopy(list, compare);
    previous = element;
  }
  return list;
}

/** Up to this number, inserting one after the other is faster than `sort`, which also allocates (ADR 0026). */
const maxInsertions = 16;

function sortCopy<T>(list: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (list.length > maxInsertions) return [...list].sort(compare);
  const sorted: T[] = [];
  for (const element of list) {
    let index = sorted.length;
    for (; index > 0; index -= 1) {
      const before = sorted[index - 1];
      if (before === undefined || compare(before, element) <= 0) break;
      sorted[index] = before;
    }
    sorted[index] = element;
  }
  return sorted;
}

/** Sorts names by UTF-16 code unit. Returns the same list if it is already sorted. */
export function sortNames<T extends string>(names: readonly T[]): readonly T[] {
  return sortWith(names, compareText);
}

/** Up to this number, linear searches are faster than a set. */
export const maxLinearSearches = 8;

/** Adds names to a sorted list without duplicates. Returns the same list if it contains all of them. */
export function mergeNames<T extends string>(names: readonly T[], added: readonly T[]): readonly T[] {
  if (added.length > maxLinearSearches) {
    const merged = new Set([...names, ...added]);
    return merged.size === names.length ? names : [...merged].sort();
  }
  let merged = names;
  for (const name of added) merged = addName(merged, name);
  return merged;
}

/** Adds a name to a sorted list. Returns the same list if it contains the name. */
export function addName<T extends string>(names: readonly T[], name: T): readonly T[] {
  if (names.includes(name)) return names;
  const next = names.findIndex((each) => each > name);
  return next < 0 ? [...names, name] : names.toSpliced(next, 0, name);
}
