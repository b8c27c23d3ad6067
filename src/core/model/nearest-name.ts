// Suggests existing names for misspelled ones.

/**
 * Finds the name that was probably meant; undefined if none is similar. `orderID` finds `order_id`, and `start` finds `started` if no other
 * name begins with it.
 */
export function findNearestName(given: string, names: readonly string[]): string | undefined {
  const normalizedName = normalizeName(given);
  let nearest: string | undefined;
  let limit = Math.max(1, Math.floor(normalizedName.length / 4)) + 1;
  for (const name of names) {
    const distance = computeEditDistance(normalizedName, normalizeName(name), limit);
    if (distance < limit) [nearest, limit] = [name, distance];
  }
  return nearest ?? findUniqueLongerName(given, names);
}

function findUniqueLongerName(given: string, names: readonly string[]): string | undefined {
  if (given.length < 3) return undefined;
  const longer = names.filter((name) => name.startsWith(given) || name.endsWith(`_${given}`));
  return longer.length === 1 ? longer[0] : undefined;
}

function normalizeName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** Levenshtein distance. Returns any number from `limit` upwards if the distance is not below `limit`. */
function computeEditDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? limit) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? limit) + 1, (next[j - 1] ?? limit) + 1));
    }
    row = next;
  }
  return row[b.length] ?? limit;
}
