/** The same value with the entries of every map and object in it put in the opposite order. */
export function reverseEntries<Value>(value: Value): Value;
export function reverseEntries(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reverseEntries<unknown>(item));
  if (value instanceof Map) return new Map(reversed([...value]));
  if (value instanceof Date || value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(reversed(Object.entries(value)));
}

function reversed(entries: readonly (readonly [unknown, unknown])[]): [string, unknown][] {
  return entries.map(([key, value]): [string, unknown] => [String(key), reverseEntries(value)]).reverse();
}
