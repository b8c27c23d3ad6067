/**
 * A JSON value: what fields hold. Numbers are doubles; NaN and the infinities are no JSON and are refused before the domain.
 * Values are never changed once they are here, and their depth is bounded by whoever decoded them.
 */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. Only its own properties count, so `constructor` and `__proto__` are ordinary keys. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Fields by name, for example `order_id`. A Map and no object, so that every name is an ordinary key. */
export type FieldValues = ReadonlyMap<string, JsonValue>;

/** Fields by name as they are read: a Map, or a view of several. */
export interface Fields {
  get(name: string): JsonValue | undefined;
  has(name: string): boolean;
  keys(): Iterable<string>;
}

/** Whether the value is a JSON list. `Array.isArray` alone does not narrow a readonly array. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether the value is a JSON object, neither a list nor null. */
export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}

/**
 * Whether two values say the same: deep, whatever the order of the keys, own properties only. This is the equality of
 * "changed" and of "the same value again is no correction" (3.9). 0 and -0 are equal, and so are two NaN, so that a value
 * always equals itself.
 */
export function jsonEquals(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (typeof left === 'number') return Number.isNaN(left) && Number.isNaN(right);
  if (isJsonArray(left)) return isJsonArray(right) && listsEqual(left, right);
  if (isJsonObject(left)) return isJsonObject(right) && objectsEqual(left, right);
  return false;
}

function listsEqual(left: readonly JsonValue[], right: readonly JsonValue[]): boolean {
  return left.length === right.length && left.every((item, index) => jsonEquals(item, right[index] ?? null));
}

function objectsEqual(left: JsonObject, right: JsonObject): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && jsonEquals(left[key] ?? null, right[key] ?? null));
}

/**
 * The one text of a value: keys sorted by UTF-16 code unit, no spaces. Two values have the same text exactly when
 * `jsonEquals` holds, so it can be hashed into a fingerprint.
 */
export function canonicalJson(value: JsonValue): string {
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${members.join(',')}}`;
  }
  // JSON.stringify would make null of a NaN, and two different values would share a text.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return JSON.stringify(value);
}
