import { createInvalidFieldError, NewerContractError } from './invalid-field-error';

/** A generated enum at run time: it maps names to numbers and numbers to names. */
type GeneratedEnum = Readonly<Record<string, string | number>>;

/** The values of a generated enum. */
type EnumValue<Enum> = Enum[keyof Enum] & number;

/** The names of a generated enum without their prefix, except UNSPECIFIED. */
type EnumName<Enum, Prefix extends string> = Exclude<
  keyof Enum extends infer Key ? (Key extends `${Prefix}${infer Name}` ? Name : never) : never,
  'UNSPECIFIED'
>;

interface EnumOptions<Name extends string, Deprecated extends Name> {
  /** The name that UNSPECIFIED is decoded to. If undefined, UNSPECIFIED is an error. */
  readonly unspecified?: Exclude<Name, Deprecated>;
  /** Deprecated names, each with its replacement. They are decoded to the replacement and never encoded. */
  readonly deprecated?: Readonly<Record<Deprecated, Exclude<Name, Deprecated>>>;
}

/**
 * Converts between the names of a domain union and the numbers of a generated enum. A constant of type `EnumTable<Union, Enum>`
 * compiles only if the union has exactly the names of the enum: `toProto` requires every name, and `fromProto` returns no other
 * name.
 */
export class EnumTable<Name extends string, Proto extends number> {
  readonly toProto: Readonly<Record<Name, Proto>>;
  readonly #names: readonly (Name | undefined)[];
  readonly #type: string;

  /** `names` has the name of each number at that index, or undefined. `type` is the name of the enum in errors. */
  constructor(type: string, toProto: Readonly<Record<Name, Proto>>, names: readonly (Name | undefined)[]) {
    this.#type = type;
    this.toProto = toProto;
    this.#names = names;
  }

  /** Throws INVALID_REQUEST for a number without a name: UNSPECIFIED without a default, or a value of a newer contract. */
  fromProto(value: number): Name {
    const name = this.#names[value];
    if (name === undefined) {
      const description = `must be one of ${Object.keys(this.toProto).join(', ')}, but is ${value}`;
      if (value >= this.#names.length) throw new NewerContractError(this.#type, description);
      throw createInvalidFieldError(this.#type, description);
    }
    return name;
  }

  /**
   * Converts the default to UNSPECIFIED. A definition that does not use the field then has the bytes, and the content hash, that it had
   * before the contract had the field.
   */
  nonDefaultToProto(name: Name): Proto | 0 {
    return name === this.#names[0] ? 0 : this.toProto[name];
  }

  /** Converts undefined to UNSPECIFIED. */
  optionalToProto(name: Name | undefined): Proto | 0 {
    return name === undefined ? 0 : this.toProto[name];
  }

  /** Converts UNSPECIFIED to undefined. Throws as `fromProto` does. */
  optionalFromProto(value: number): Name | undefined {
    return value === 0 ? undefined : this.fromProto(value);
  }
}

/** Creates the table of a whole enum. */
export function createEnumTable<
  const Enum extends GeneratedEnum,
  const Prefix extends string,
  const Deprecated extends EnumName<Enum, Prefix> = never,
>(
  generated: Enum,
  prefix: Prefix,
  options: EnumOptions<EnumName<Enum, Prefix>, Deprecated> = {},
): EnumTable<Exclude<EnumName<Enum, Prefix>, Deprecated>, EnumValue<Enum>> {
  const { unspecified, deprecated } = options;
  const replacements = new Map<string, string>(Object.entries(deprecated ?? {}));
  return createTable(
    prefix,
    listEntries(generated, prefix).map(([name, value]) => [
      replacements.get(name) ?? name,
      value,
      replacements.has(name),
    ]),
    unspecified,
  );
}

/** Creates the table of some values of an enum. The other values are errors. */
export function createEnumSubset<
  const Enum extends GeneratedEnum,
  const Prefix extends string,
  const Name extends EnumName<Enum, Prefix>,
>(
  generated: Enum,
  prefix: Prefix,
  names: readonly Name[],
  unspecified?: NoInfer<Name>,
): EnumTable<Name, EnumValue<Enum>> {
  const allowed = new Set<string>(names);
  const entries = listEntries(generated, prefix).filter(([name]) => allowed.has(name));
  return createTable(prefix, entries, unspecified);
}

/**
 * Creates a table with names in lower case. UNSPECIFIED is decoded to `unspecified`, which may be a name that the enum does not have, such
 * as "". If it is undefined, UNSPECIFIED is an error.
 */
export function createLowerCaseEnumTable<
  const Enum extends GeneratedEnum,
  const Prefix extends string,
  const Unspecified extends string = never,
>(
  generated: Enum,
  prefix: Prefix,
  unspecified?: Unspecified,
): EnumTable<Lowercase<EnumName<Enum, Prefix>> | Unspecified, EnumValue<Enum>> {
  const entries = listEntries(generated, prefix).map(([name, value]): EnumEntry => [name.toLowerCase(), value]);
  // UNSPECIFIED is encoded only if no other number has the same name.
  const isDecodeOnly = entries.some(([name]) => name === unspecified);
  const unspecifiedEntries: EnumEntry[] = unspecified === undefined ? [] : [[unspecified, 0, isDecodeOnly]];
  return createTable<Lowercase<EnumName<Enum, Prefix>> | Unspecified, EnumValue<Enum>>(
    prefix,
    [...unspecifiedEntries, ...entries],
    unspecified,
  );
}

type EnumEntry = readonly [name: string, value: number, isDecodeOnly?: boolean];

function listEntries(generated: GeneratedEnum, prefix: string): EnumEntry[] {
  const entries: EnumEntry[] = [];
  for (const [key, value] of Object.entries(generated)) {
    if (typeof value === 'number' && value > 0) entries.push([key.slice(prefix.length), value]);
  }
  return entries;
}

function createTable<Name extends string, Proto extends number>(
  prefix: string,
  entries: readonly EnumEntry[],
  unspecified: Name | undefined,
): EnumTable<Name, Proto> {
  const toProto: Record<string, number> = {};
  const names: (string | undefined)[] = [unspecified];
  for (const [name, value, isDecodeOnly] of entries) {
    names[value] = name;
    if (isDecodeOnly !== true) toProto[name] = value;
  }
  // The names come from the enum at run time. The compiler derives their type from the same enum, but cannot verify the match.
  return new EnumTable(prefix.slice(0, -1), toProto as Record<Name, Proto>, names as (Name | undefined)[]);
}
