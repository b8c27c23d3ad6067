/** Copies a value and reverses the entries of all maps and objects in it. */
export function reverseEntries<Value>(value: Value): Value;
export function reverseEntries(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reverseEntries<unknown>(item));
  if (value instanceof Map) return new Map(reverse([...value]));
  if (value instanceof Date || value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(reverse(Object.entries(value)));
}

function reverse(entries: readonly (readonly [unknown, unknown])[]): [string, unknown][] {
  return entries.map(([key, value]): [string, unknown] => [String(key), reverseEntries(value)]).reverse();
}
