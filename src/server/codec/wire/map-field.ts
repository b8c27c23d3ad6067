import { sortNames } from '../../../core/model/sorting';
import { createInvalidFieldError } from './invalid-field-error';

/** A map field of a generated message. */
export type MapField<Value> = Record<string, Value>;

/**
 * The class of objects without a prototype, so that keys such as `constructor` are safe. V8 uses a hidden class for its
 * instances, so access is as fast as for an object literal; objects of Object.create(null) are slower.
 */
class NullPrototypeObject<Value> {
  [key: string]: Value;
}
Object.setPrototypeOf(NullPrototypeObject.prototype, null);
Reflect.deleteProperty(NullPrototypeObject.prototype, 'constructor');

export function createNullPrototypeObject<Value>(): MapField<Value> {
  return new NullPrototypeObject<Value>();
}

/** An empty map field. Shared, because most map fields are empty. */
export const emptyMapField: MapField<never> = Object.freeze(createNullPrototypeObject<never>());

/**
 * Converts a map to a generated map field with its keys in ascending order of UTF-16 code units, so that equal maps have equal
 * bytes. JavaScript places keys that look like array indexes first, in numeric order, which is deterministic as well. Throws
 * INVALID_REQUEST for the key `__proto__`, which generated decoders drop. Errors name the field by `path`.
 */
export function mapToProto<Value>(map: ReadonlyMap<string, Value>, path: string): MapField<Value> {
  if (map.size === 0) return emptyMapField;
  const field = createNullPrototypeObject<Value>();
  for (const key of sortKeys(map)) {
    const value = map.get(key);
    if (key === '__proto__') throw createProtoKeyError(path);
    if (value !== undefined) field[key] = value;
  }
  return field;
}

/** Converts a generated map field to a map with its keys in ascending order. */
export function mapFromProto<Value>(field: Readonly<MapField<Value>>): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const key of sortNames(Object.keys(field))) {
    const value = field[key];
    if (value !== undefined) map.set(key, value);
  }
  return map;
}

/** Returns the keys of a map in ascending order of UTF-16 code units. */
export function sortKeys(map: ReadonlyMap<string, unknown>): readonly string[] {
  return sortNames([...map.keys()]);
}

/**
 * Returns the keys of a map in the order in which a generated encoder writes the entries of the map field: that of `mapToProto`. Errors
 * name the field by `path`.
 */
export function listEntryKeys(map: ReadonlyMap<string, unknown>, path: string): readonly string[] {
  const keys = sortKeys(map);
  if (keys.includes('__proto__')) throw createProtoKeyError(path);
  return keys.some(startsWithDigit) ? Object.keys(Object.fromEntries(keys.map((key) => [key, true]))) : keys;
}

/** Keys that look like array indexes start with a digit. */
function startsWithDigit(key: string): boolean {
  const code = key.charCodeAt(0);
  return code >= 0x30 && code <= 0x39;
}

/** Creates the error for the only key that no map may have. */
export function createProtoKeyError(path: string): Error {
  return createInvalidFieldError(path, 'must not have the key __proto__');
}
