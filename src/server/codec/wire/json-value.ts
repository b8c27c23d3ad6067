import type { FieldValues, JsonObject, JsonValue } from '../../../core/model/json';
import { sortNames } from '../../../core/model/sorting';
import { createInvalidFieldError } from './invalid-field-error';
import { createNullPrototypeObject, createProtoKeyError, emptyMapField, type MapField, sortKeys } from './map-field';

/**
 * The maximum nesting depth of lists and objects in a value; a list of numbers has depth 1. Generated decoders fail at 100
 * nested messages. An object takes three nested messages, and a value is up to seven messages below the root (in an open
 * request of a ListTurns response), so 30 is the maximum that every client can decode.
 */
export const maxValueDepth = 30;

/**
 * Normalizes a decoded google.protobuf.Value: objects have no prototype, and their keys are in ascending order. Conditions thus
 * see the same order whether a value came with the turn or from the store. Throws INVALID_REQUEST with the path of the value for
 * NaN, infinities, a Value without a kind, the key `__proto__`, and nesting beyond `maxValueDepth`.
 */
export function jsonFromProto(value: unknown, path: string): JsonValue {
  const normalized = normalize(value, maxValueDepth);
  if (normalized === undefined) throw createValueError(value, path, maxValueDepth);
  return normalized;
}

/** The inverse of `jsonFromProto`. Normalizes and throws in the same way, so that equal values have equal bytes. */
export function jsonToProto(value: JsonValue, path: string): JsonValue {
  return jsonFromProto(value, path);
}

/** Converts a decoded map of google.protobuf.Value; names are in ascending order. Throws as `jsonFromProto` does. */
export function fieldsFromProto(field: Readonly<MapField<unknown>>, path: string): FieldValues {
  const fields = new Map<string, JsonValue>();
  for (const name of sortNames(Object.keys(field))) {
    const normalized = normalize(field[name], maxValueDepth);
    if (normalized === undefined) throw createValueError(field[name], joinPath(path, name), maxValueDepth);
    fields.set(name, normalized);
  }
  return fields;
}

/** The inverse of `fieldsFromProto`. Throws as `jsonFromProto` does. */
export function fieldsToProto(fields: FieldValues, path: string): MapField<unknown> {
  if (fields.size === 0) return emptyMapField;
  const field = createNullPrototypeObject<unknown>();
  for (const name of sortKeys(fields)) {
    if (name === '__proto__') throw createProtoKeyError(path);
    const value = fields.get(name);
    const normalized = normalize(value, maxValueDepth);
    if (normalized === undefined) throw createValueError(value, joinPath(path, name), maxValueDepth);
    field[name] = normalized;
  }
  return field;
}

/** Returns the normalized value, or undefined if the value is invalid. `levels` is the remaining depth. */
function normalize(value: unknown, levels: number): JsonValue | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (levels === 0) return undefined;
  if (Array.isArray(value)) return normalizeList(value, levels - 1);
  return isObject(value) ? normalizeObject(value, levels - 1) : undefined;
}

function normalizeList(items: readonly unknown[], levels: number): readonly JsonValue[] | undefined {
  const list: JsonValue[] = [];
  for (const item of items) {
    const normalized = normalize(item, levels);
    if (normalized === undefined) return undefined;
    list.push(normalized);
  }
  return list;
}

function normalizeObject(members: Readonly<MapField<unknown>>, levels: number): JsonObject | undefined {
  const object = createNullPrototypeObject<JsonValue>();
  for (const key of sortNames(Object.keys(members))) {
    const normalized = normalize(members[key], levels);
    if (normalized === undefined || key === '__proto__') return undefined;
    object[key] = normalized;
  }
  return object;
}

/**
 * Creates the error for the invalid part of a value. Runs only after `normalize` has failed, so that valid values need no
 * paths.
 */
function createValueError(value: unknown, path: string, levels: number): Error {
  if (typeof value === 'number') return createInvalidFieldError(path, 'must be a finite number');
  if (!isObject(value)) return createInvalidFieldError(path, 'must have a value; use null for no value');
  if (levels === 0) return createInvalidFieldError(path, `must be nested at most ${maxValueDepth} levels deep`);
  if (Object.hasOwn(value, '__proto__')) return createProtoKeyError(path);
  for (const [key, member] of Object.entries(value)) {
    if (normalize(member, levels - 1) !== undefined) continue;
    return createValueError(member, Array.isArray(value) ? `${path}[${key}]` : joinPath(path, key), levels - 1);
  }
  return createInvalidFieldError(path, 'must be a JSON value');
}

/** The path of a member in errors. */
export function joinPath(path: string, key: string): string {
  return `${path}[${JSON.stringify(key)}]`;
}

/** Returns true for lists too, like `typeof`. */
function isObject(value: unknown): value is Readonly<MapField<unknown>> {
  return typeof value === 'object' && value !== null;
}
