/**
 * The value of a field. Numbers are doubles; NaN and infinities are not JSON and are rejected before they reach the core. Values are
 * immutable, and their depth is limited when they are decoded.
 */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. Only own properties count, so `constructor` and `__proto__` are ordinary keys. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Fields by name, for example `order_id`. A Map and not an object, so that every name is an ordinary key. */
export type FieldValues = ReadonlyMap<string, JsonValue>;

/** Read access to fields by name: a Map, or a view over several. */
export interface Fields {
  get(name: string): JsonValue | undefined;
  has(name: string): boolean;
  keys(): Iterable<string>;
}

/** `Array.isArray` alone does not narrow a readonly array. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether the value is an object, and neither a list nor null. */
export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}

/**
 * Deep equality that ignores the order of keys. It decides whether a field has changed and whether a value is a correction (3.9). 0 equals
 * -0, and NaN equals NaN, so that every value equals itself.
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
 * Converts to canonical text: keys sorted by UTF-16 code unit, no spaces. Two values have the same text exactly when `jsonEquals` is true,
 * so the text can be hashed.
 */
export function canonicalJson(value: JsonValue): string {
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${members.join(',')}}`;
  }
  // JSON.stringify converts NaN to null, and two different values would have the same text.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return JSON.stringify(value);
}
