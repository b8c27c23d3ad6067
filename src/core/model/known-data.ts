import { type Fields, type FieldValues, type JsonValue, jsonEquals } from './json';
import type { SessionVariable } from './session';

/**
 * Known fields by name; absent fields are not known. The newest source that has the key decides. If its value is null, the field is not
 * known, even if an older source has a value (0.4).
 */
export interface KnownData extends Fields {
  /** Sorted. */
  keys(): readonly string[];
  /** Whether the newest source that has the key holds null: the value was withdrawn. This differs from a value that was never provided. */
  isNull(name: string): boolean;
}

type Variables = ReadonlyMap<string, SessionVariable>;

const noFields: FieldValues = new Map();
const noNames: ReadonlySet<string> = new Set();

/** A view over the sources. A turn reads few fields, so copying all of them would cost more. */
class LayeredData implements KnownData {
  private sortedKeys: readonly string[] | undefined;

  /** Sources from newest to oldest. Local fields are not read from the session's variables. */
  constructor(
    private readonly own: FieldValues,
    private readonly session: Variables,
    private readonly customer: FieldValues,
    private readonly localFields: ReadonlySet<string>,
  ) {}

  get(name: string): JsonValue | undefined {
    return this.find(name) ?? undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  isNull(name: string): boolean {
    return this.find(name) === null;
  }

  keys(): readonly string[] {
    this.sortedKeys ??= this.collectKeys();
    return this.sortedKeys;
  }

  private find(name: string): JsonValue | undefined {
    const { own, localFields } = this;
    let value = own.size === 0 ? undefined : own.get(name);
    const isOwn = value !== undefined || (localFields.size > 0 && localFields.has(name));
    if (!isOwn) value = this.session.get(name)?.value;
    if (value === undefined) value = this.customer.get(name);
    return value;
  }

  private collectKeys(): readonly string[] {
    const names = new Set<string>([...this.own.keys(), ...this.session.keys(), ...this.customer.keys()]);
    return [...names].filter((name) => this.has(name)).sort();
  }
}

/** Known data of the session: its variables, then the customer data. */
export function viewSessionData(session: Variables, customer: FieldValues): KnownData {
  return new LayeredData(noFields, session, customer, noNames);
}

/** Known data of an instance: its own variables, then the session's variables except local fields, then the customer data (0.4). */
export function viewInstanceData(
  own: FieldValues,
  session: Variables,
  customer: FieldValues,
  localFields: ReadonlySet<string> = noNames,
): KnownData {
  return new LayeredData(own, session, customer, localFields);
}

/** Known data with changes on top. `base` is never a ChangedData, so that a read costs the same after any number of changes. */
class ChangedData implements KnownData {
  constructor(
    private readonly base: KnownData,
    /** The changed fields with their values; undefined for a field that was withdrawn. */
    private readonly changes: ReadonlyMap<string, JsonValue | undefined>,
  ) {}

  static create(known: KnownData, changes: Iterable<readonly [string, JsonValue | undefined]>): KnownData {
    return known instanceof ChangedData
      ? new ChangedData(known.base, new Map([...known.changes, ...changes]))
      : new ChangedData(known, new Map(changes));
  }

  get(name: string): JsonValue | undefined {
    return this.changes.get(name) ?? (this.changes.has(name) ? undefined : this.base.get(name));
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  isNull(name: string): boolean {
    return this.changes.has(name) ? this.changes.get(name) === undefined : this.base.isNull(name);
  }

  keys(): readonly string[] {
    return [...new Set([...this.base.keys(), ...this.changes.keys()])].filter((name) => this.has(name)).sort();
  }
}

/** Returns the known data without the given fields, which count as withdrawn. */
export function withoutFields(known: KnownData, fields: ReadonlySet<string>): KnownData {
  return ChangedData.create(
    known,
    Array.from(fields, (name) => [name, undefined]),
  );
}

/** Returns the known data with newer values, none of which is null. */
export function withValues(known: KnownData, values: FieldValues): KnownData {
  return values.size === 0 ? known : ChangedData.create(known, values);
}

/** Up to this number, fields are looked up one by one. For larger scenarios, the known fields are iterated instead. */
const maxLookups = 64;

/** Returns fields to look up: all of them, or the known ones by name if there are many. */
export function narrowToKnown(fields: ReadonlySet<string>, known: KnownData): Iterable<string> {
  return fields.size <= maxLookups ? fields : known.keys().filter((field) => fields.has(field));
}

/** Returns the values of the fields that are known, in the order of the names. */
export function getKnownValues(names: Iterable<string>, known: Fields): FieldValues {
  let values: Map<string, JsonValue> | undefined;
  for (const name of names) {
    const value = known.get(name);
    if (value !== undefined) values = (values ?? new Map<string, JsonValue>()).set(name, value);
  }
  return values ?? noFields;
}

class SessionFields implements Fields {
  constructor(private readonly variables: Variables) {}

  get(name: string): JsonValue | undefined {
    return this.variables.get(name)?.value;
  }

  has(name: string): boolean {
    return this.variables.has(name);
  }

  keys(): Iterable<string> {
    return this.variables.keys();
  }
}

/** Returns the values of the session's variables, nulls included. */
export function toFields(variables: Variables): Fields {
  return new SessionFields(variables);
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
