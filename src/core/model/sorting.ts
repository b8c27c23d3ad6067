import { compareText } from './compare-text';

/** The list in order: itself where it is in order already, as short lists mostly are, else a sorted copy. Stable. */
export function sortWith<T>(list: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  let before = list[0];
  for (const each of list) {
    if (before !== undefined && compare(before, each) > 0) return [...list].sort(compare);
    before = each;
  }
  return list;
}

/** The names, sorted by UTF-16 code unit: the list itself where it is sorted already. */
export function sortNames<T extends string>(names: readonly T[]): readonly T[] {
  return sortWith(names, compareText);
}

/** How many are looked for one by one. */
const fewNames = 8;

/** A sorted list of names with more of them, each once and sorted: the list itself where it has them all. */
export function mergeNames<T extends string>(names: readonly T[], more: readonly T[]): readonly T[] {
  if (more.length > fewNames) {
    const all = new Set([...names, ...more]);
    return all.size === names.length ? names : [...all].sort();
  }
  let all: T[] | undefined;
  for (const name of more) {
    if ((all ?? names).includes(name)) continue;
    all ??= [...names];
    all.push(name);
  }
  return all?.sort() ?? names;
}
