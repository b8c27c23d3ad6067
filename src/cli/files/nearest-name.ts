/** The name that was probably meant, or undefined where none is near. `orderID` finds `order_id`. */
export function findNearestName(given: string, names: Iterable<string>): string | undefined {
  const wanted = plain(given);
  const most = Math.max(1, Math.floor(wanted.length / 4));
  let nearest: string | undefined;
  let least = most + 1;
  for (const name of names) {
    const distance = editDistance(wanted, plain(name), least);
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** Levenshtein's distance; any number from `limit` on where it is not below that. */
function editDistance(a: string, b: string, limit: number): number {
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
