import { sortNames } from '../../../core/model/sorting';
import { invalidFieldError } from './invalid-field-error';

/** A map field of a generated message. */
export type MapField<Value> = Record<string, Value>;

/**
 * An object whose only properties are those that it is given, also under names like `constructor`. Unlike one made by
 * Object.create(null) it is as fast as a literal: V8 keeps a hidden class for it.
 */
class Bare<Value> {
  [key: string]: Value;
}
Object.setPrototypeOf(Bare.prototype, null);
Reflect.deleteProperty(Bare.prototype, 'constructor');

/** An object without inherited properties. */
export function createNullPrototypeObject<Value>(): MapField<Value> {
  return new Bare<Value>();
}

/** The map field that has no entries; most have none. */
export const emptyMapField: MapField<never> = Object.freeze(createNullPrototypeObject<never>());

/**
 * A map as a generated map field, its keys in ascending order of UTF-16 code units, so that equal maps give equal bytes. (Keys
 * that look like array indexes come first, in numerical order: JavaScript's own order of properties, as fixed as the other.)
 * Throws INVALID_REQUEST for the key `__proto__`, which generated decoders lose. `path` names the field in errors.
 */
export function mapToProto<Value>(map: ReadonlyMap<string, Value>, path: string): MapField<Value> {
  if (map.size === 0) return emptyMapField;
  const field = createNullPrototypeObject<Value>();
  for (const key of sortKeys(map)) {
    const value = map.get(key);
    if (key === '__proto__') throw protoKeyError(path);
    if (value !== undefined) field[key] = value;
  }
  return field;
}

/** A generated map field as a map, in ascending order of the keys. */
export function mapFromProto<Value>(field: Readonly<MapField<Value>>): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const key of sortNames(Object.keys(field))) {
    const value = field[key];
    if (value !== undefined) map.set(key, value);
  }
  return map;
}

/** The keys of a map in ascending order of UTF-16 code units. */
export function sortKeys(map: ReadonlyMap<string, unknown>): readonly string[] {
  return sortNames([...map.keys()]);
}

/** The error for the one key that no map may have. */
export function protoKeyError(path: string): Error {
  return invalidFieldError(path, 'must not have the key __proto__');
}
