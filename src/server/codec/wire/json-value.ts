import type { FieldValues, JsonObject, JsonValue } from '../../../core/model/json';
import { sortNames } from '../../../core/model/sorting';
import { invalidFieldError } from './invalid-field-error';
import { createNullPrototypeObject, emptyMapField, type MapField, protoKeyError, sortKeys } from './map-field';

/**
 * How deep lists and objects may be nested in a value; a list of numbers has depth 1. Generated decoders give up at 100 nested
 * messages: an object costs three of them, and a value lies up to six below the top (in a response of ListTurns), so 31 is all
 * that everybody can read back.
 */
export const maxValueDepth = 30;

/**
 * A decoded google.protobuf.Value in its one normal form: objects without inherited properties, their keys in ascending order.
 * So conditions see the same order whether a value came with the turn or from the store. Throws INVALID_REQUEST, naming the
 * place, for NaN, infinities, a Value without a kind, the key `__proto__` and what is nested deeper than `maxValueDepth`.
 * `path` names the field in errors.
 */
export function jsonFromProto(value: unknown, path: string): JsonValue {
  const normal = normalForm(value, maxValueDepth);
  if (normal === undefined) throw problemIn(value, path, maxValueDepth);
  return normal;
}

/** The inverse of `jsonFromProto`. Normalizes and refuses as that does, so that equal values give equal bytes. */
export function jsonToProto(value: JsonValue, path: string): JsonValue {
  return jsonFromProto(value, path);
}

/** A decoded map of google.protobuf.Value as fields, in ascending order of the names. Refuses as `jsonFromProto` does. */
export function fieldsFromProto(field: Readonly<MapField<unknown>>, path: string): FieldValues {
  const fields = new Map<string, JsonValue>();
  for (const name of sortNames(Object.keys(field))) {
    const normal = normalForm(field[name], maxValueDepth);
    if (normal === undefined) throw problemIn(field[name], placeOf(path, name), maxValueDepth);
    fields.set(name, normal);
  }
  return fields;
}

/** The inverse of `fieldsFromProto`. Refuses as `jsonFromProto` does. */
export function fieldsToProto(fields: FieldValues, path: string): MapField<unknown> {
  if (fields.size === 0) return emptyMapField;
  const field = createNullPrototypeObject<unknown>();
  for (const name of sortKeys(fields)) {
    if (name === '__proto__') throw protoKeyError(path);
    const value = fields.get(name);
    const normal = normalForm(value, maxValueDepth);
    if (normal === undefined) throw problemIn(value, placeOf(path, name), maxValueDepth);
    field[name] = normal;
  }
  return field;
}

/** The value in its normal form; undefined where it has none. `levels` is how deep it may be. */
function normalForm(value: unknown, levels: number): JsonValue | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (levels === 0) return undefined;
  if (Array.isArray(value)) return normalList(value, levels - 1);
  return isObject(value) ? normalObject(value, levels - 1) : undefined;
}

function normalList(items: readonly unknown[], levels: number): readonly JsonValue[] | undefined {
  const list: JsonValue[] = [];
  for (const item of items) {
    const normal = normalForm(item, levels);
    if (normal === undefined) return undefined;
    list.push(normal);
  }
  return list;
}

function normalObject(members: Readonly<MapField<unknown>>, levels: number): JsonObject | undefined {
  const object = createNullPrototypeObject<JsonValue>();
  for (const key of sortNames(Object.keys(members))) {
    const normal = normalForm(members[key], levels);
    if (normal === undefined || key === '__proto__') return undefined;
    object[key] = normal;
  }
  return object;
}

/** Says where a value that has no normal form is wrong, and how. Only walked when it is, so that nobody else pays for paths. */
function problemIn(value: unknown, path: string, levels: number): Error {
  if (typeof value === 'number') return invalidFieldError(path, 'must be a finite number');
  if (!isObject(value)) return invalidFieldError(path, 'must have a value; null is one');
  if (levels === 0) return invalidFieldError(path, `must not be nested deeper than ${maxValueDepth}`);
  if (Object.hasOwn(value, '__proto__')) return protoKeyError(path);
  for (const [key, member] of Object.entries(value)) {
    if (normalForm(member, levels - 1) !== undefined) continue;
    return problemIn(member, Array.isArray(value) ? `${path}[${key}]` : placeOf(path, key), levels - 1);
  }
  return invalidFieldError(path, 'is no JSON value');
}

function placeOf(path: string, key: string): string {
  return `${path}[${JSON.stringify(key)}]`;
}

/** Lists are objects here, as typeof has it. */
function isObject(value: unknown): value is Readonly<MapField<unknown>> {
  return typeof value === 'object' && value !== null;
}
