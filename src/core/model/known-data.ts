import { type Fields, type FieldValues, type JsonValue, jsonEquals } from './json';
import type { SessionVariable } from './session';

/**
 * Known fields by name; absent fields are not known. The newest source that has the key decides. If its value is null, the field is not
 * known, even if an older source has a value (0.4).
 */
export interface KnownData extends Fields {
  /** Sorted. */
  keys(): readonly string[];
}

type Variables = ReadonlyMap<string, SessionVariable>;

const noFields: FieldValues = new Map();

/** A view over the sources. A turn reads few fields, so copying all of them would cost more. */
class LayeredData implements KnownData {
  private sortedKeys: readonly string[] | undefined;

  /** Sources from newest to oldest. */
  constructor(
    private readonly own: FieldValues,
    private readonly session: Variables,
    private readonly customer: FieldValues,
  ) {}

  get(name: string): JsonValue | undefined {
    let value = this.own.get(name);
    if (value === undefined) value = this.session.get(name)?.value;
    if (value === undefined) value = this.customer.get(name);
    return value ?? undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  keys(): readonly string[] {
    this.sortedKeys ??= this.collectKeys();
    return this.sortedKeys;
  }

  private collectKeys(): readonly string[] {
    const { own, session, customer } = this;
    const names: string[] = [];
    for (const [name, value] of own) if (value !== null) names.push(name);
    for (const [name, { value }] of session) if (value !== null && !own.has(name)) names.push(name);
    for (const [name, value] of customer) {
      if (value !== null && !session.has(name) && !own.has(name)) names.push(name);
    }
    return names.sort();
  }
}

/** Known data of the session: its variables, then the customer data. */
export function viewSessionData(session: Variables, customer: FieldValues): KnownData {
  return new LayeredData(noFields, session, customer);
}

/** Known data of an instance: its own variables, then the session's variables, then the customer data. */
export function viewInstanceData(own: FieldValues, session: Variables, customer: FieldValues): KnownData {
  return new LayeredData(own, session, customer);
}

/** Returns the known data without the given fields. */
export function withoutFields(known: KnownData, fields: ReadonlySet<string>): KnownData {
  return {
    get: (name) => (fields.has(name) ? undefined : known.get(name)),
    has: (name) => !fields.has(name) && known.has(name),
    keys: () => known.keys().filter((name) => !fields.has(name)),
  };
}

/** Returns the values of the session's variables, nulls included. */
export function toFields(variables: Variables): Fields {
  return {
    get: (name) => variables.get(name)?.value,
    has: (name) => variables.has(name),
    keys: () => variables.keys(),
  };
}

/** Whether a field has the same value in `a` and `b`, or is unknown in both. */
export function hasSameValue(a: Fields, b: Fields, field: string): boolean {
  const left = a.get(field);
  const right = b.get(field);
  if (left === undefined || right === undefined) return left === right;
  return jsonEquals(left, right);
}

/** Returns the fields that are not known, in the order of the list. */
export function findMissingFields(fields: readonly string[], known: Fields): readonly string[] {
  return fields.filter((field) => !known.has(field));
}

export function areAllKnown(fields: readonly string[], known: KnownData): boolean {
  return fields.every((field) => known.has(field));
}
