import { type Fields, type FieldValues, type JsonValue, jsonEquals } from './json';
import type { SessionVariable } from './session';

/**
 * Known fields of an instance by name; a field that is not in it is not known. The newest source that holds a key counts, and
 * where that is null the field is not known, also where an older source knows it (0.4).
 */
export interface KnownData extends Fields {
  /** Sorted. */
  keys(): readonly string[];
}

type Variables = ReadonlyMap<string, SessionVariable>;

const noFields: FieldValues = new Map();

/** Known data as a view of its sources: a turn asks for few fields, and a copy would cost by how many there are. */
class LayeredData implements KnownData {
  private names: readonly string[] | undefined;

  /** Newest first. */
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
    this.names ??= this.sortedNames();
    return this.names;
  }

  private sortedNames(): readonly string[] {
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

/** What the whole session knows: its variables over the customer's data. */
export function viewSessionData(session: Variables, customer: FieldValues): KnownData {
  return new LayeredData(noFields, session, customer);
}

/** What an instance knows: its own variables over the session's. One without any knows what the session knows. */
export function viewInstanceData(own: FieldValues, session: Variables, customer: FieldValues): KnownData {
  return new LayeredData(own, session, customer);
}

/** The same data with some fields unknown. */
export function withoutFields(known: KnownData, fields: ReadonlySet<string>): KnownData {
  return {
    get: (name) => (fields.has(name) ? undefined : known.get(name)),
    has: (name) => !fields.has(name) && known.has(name),
    keys: () => known.keys().filter((name) => !fields.has(name)),
  };
}

/** Values of the session's variables, nulls included. */
export function toFields(variables: Variables): Fields {
  return {
    get: (name) => variables.get(name)?.value,
    has: (name) => variables.has(name),
    keys: () => variables.keys(),
  };
}

/** Whether a field is known with the same value in both, or in neither. */
export function hasSameValue(a: Fields, b: Fields, field: string): boolean {
  const left = a.get(field);
  const right = b.get(field);
  if (left === undefined || right === undefined) return left === right;
  return jsonEquals(left, right);
}

/** The fields of a list that are not known, in its order. */
export function findMissingFields(fields: readonly string[], known: Fields): readonly string[] {
  return fields.filter((field) => !known.has(field));
}

/** Whether all fields of a list are known. */
export function areAllKnown(fields: readonly string[], known: KnownData): boolean {
  return fields.every((field) => known.has(field));
}
