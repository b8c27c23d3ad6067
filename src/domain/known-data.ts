import { type FieldValues, type JsonValue, jsonEquals } from './json';
import type { SessionVariable } from './session';

/**
 * Known fields of an instance by name; a field that is not in it is not known. The newest source that holds a key counts, and
 * where that is null the field is not known, also where an older source knows it (0.4).
 */
export type KnownData = ReadonlyMap<string, JsonValue>;

/** What the whole session knows: its variables over the customer's data. Shared by instances without variables of their own. */
export function knownBySession(customerData: FieldValues, variables: ReadonlyMap<string, SessionVariable>): KnownData {
  const known = new Map<string, JsonValue>();
  for (const [name, value] of customerData) if (value !== null) known.set(name, value);
  for (const [name, { value }] of variables) put(known, name, value);
  return known;
}

/** What an instance knows: its own variables over the session's. */
export function knownByInstance(session: KnownData, variables: FieldValues): KnownData {
  if (variables.size === 0) return session;
  const known = new Map(session);
  for (const [name, value] of variables) put(known, name, value);
  return known;
}

/** The same data with some fields unknown. */
export function without(known: KnownData, fields: ReadonlySet<string>): KnownData {
  const left = new Map(known);
  for (const field of fields) left.delete(field);
  return left;
}

/** Whether a field is known with the same value in both, or in neither. */
export function sameValue(a: KnownData, b: KnownData, field: string): boolean {
  const left = a.get(field);
  const right = b.get(field);
  if (left === undefined || right === undefined) return left === right;
  return jsonEquals(left, right);
}

/** The fields of a list that are not known, in its order. */
export function missingOf(fields: readonly string[], known: KnownData): readonly string[] {
  return fields.filter((field) => !known.has(field));
}

function put(known: Map<string, JsonValue>, name: string, value: JsonValue): void {
  if (value === null) known.delete(name);
  else known.set(name, value);
}
