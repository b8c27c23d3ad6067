import { invalidFieldError } from './invalid-field-error';

/** A generated enum at run time: numbers by name, and names by number. */
type GeneratedEnum = Readonly<Record<string, string | number>>;

/** The values of a generated enum. */
type ValueOf<Enum> = Enum[keyof Enum] & number;

/** What a generated enum can say: its names without their prefix, and without UNSPECIFIED. */
type NameOf<Enum, Prefix extends string> = Exclude<
  keyof Enum extends infer Key ? (Key extends `${Prefix}${infer Name}` ? Name : never) : never,
  'UNSPECIFIED'
>;

/** How UNSPECIFIED and old spellings are decoded. */
interface Spelling<Name extends string, Deprecated extends Name> {
  /** What UNSPECIFIED means; refused where it is left out. */
  readonly unspecified?: Exclude<Name, Deprecated>;
  /** Old spellings, each with the one that is decoded in its place. They are never encoded. */
  readonly deprecated?: Readonly<Record<Deprecated, Exclude<Name, Deprecated>>>;
}

/**
 * Converts between the domain's words and the numbers of a generated enum. A constant of type `EnumTable<Words, Enum>` compiles
 * only where the words are exactly those of the enum: `toProto` needs each of them, and `fromProto` gives no other.
 */
export class EnumTable<Name extends string, Proto extends number> {
  /** The number of every word. */
  readonly toProto: Readonly<Record<Name, Proto>>;
  readonly #names: readonly (Name | undefined)[];
  readonly #type: string;

  /** `names` holds the word of each number, undefined where it has none. `type` names the enum in errors. */
  constructor(type: string, toProto: Readonly<Record<Name, Proto>>, names: readonly (Name | undefined)[]) {
    this.#type = type;
    this.toProto = toProto;
    this.#names = names;
  }

  /** The word of a number. Throws INVALID_REQUEST where it has none: UNSPECIFIED without a default, or a newer value. */
  fromProto(value: number): Name {
    const name = this.#names[value];
    if (name === undefined) {
      throw invalidFieldError(
        this.#type,
        `must be one of ${Object.keys(this.toProto).join(', ')} here, but it is ${value}`,
      );
    }
    return name;
  }

  /** As `toProto`; undefined is UNSPECIFIED. */
  optionalToProto(name: Name | undefined): Proto | 0 {
    return name === undefined ? 0 : this.toProto[name];
  }

  /** As `fromProto`; UNSPECIFIED is undefined. */
  optionalFromProto(value: number): Name | undefined {
    return value === 0 ? undefined : this.fromProto(value);
  }
}

/** The table of a whole enum. */
export function enumTable<
  const Enum extends GeneratedEnum,
  const Prefix extends string,
  const Deprecated extends NameOf<Enum, Prefix> = never,
>(
  generated: Enum,
  prefix: Prefix,
  spelling: Spelling<NameOf<Enum, Prefix>, Deprecated> = {},
): EnumTable<Exclude<NameOf<Enum, Prefix>, Deprecated>, ValueOf<Enum>> {
  const { unspecified, deprecated } = spelling;
  const old = new Map<string, string>(Object.entries(deprecated ?? {}));
  return tableOf(
    prefix,
    wordsOf(generated, prefix).map(([name, value]) => [old.get(name) ?? name, value, old.has(name)]),
    unspecified,
  );
}

/** The table of a part of an enum; its other values are refused. */
export function enumSubset<
  const Enum extends GeneratedEnum,
  const Prefix extends string,
  const Name extends NameOf<Enum, Prefix>,
>(
  generated: Enum,
  prefix: Prefix,
  names: readonly Name[],
  unspecified?: NoInfer<Name>,
): EnumTable<Name, ValueOf<Enum>> {
  const allowed = new Set<string>(names);
  const words = wordsOf(generated, prefix).filter(([name]) => allowed.has(name));
  return tableOf(prefix, words, unspecified);
}

/** The table of an enum that the domain writes in lower case; `unspecified` may be a word that the enum has not, as "". */
export function lowerCaseEnumTable<
  const Enum extends GeneratedEnum,
  const Prefix extends string,
  const Unspecified extends string,
>(
  generated: Enum,
  prefix: Prefix,
  unspecified: Unspecified,
): EnumTable<Lowercase<NameOf<Enum, Prefix>> | Unspecified, ValueOf<Enum>> {
  const words = wordsOf(generated, prefix).map(([name, value]): Word => [name.toLowerCase(), value]);
  // UNSPECIFIED is only written where its word is not also that of another number.
  const decodedOnly = words.some(([name]) => name === unspecified);
  return tableOf(prefix, [[unspecified, 0, decodedOnly], ...words], unspecified);
}

/** A word, its number, and whether it is decoded only. */
type Word = readonly [name: string, value: number, decodedOnly?: boolean];

function wordsOf(generated: GeneratedEnum, prefix: string): Word[] {
  const words: Word[] = [];
  for (const [key, value] of Object.entries(generated)) {
    if (typeof value === 'number' && value > 0) words.push([key.slice(prefix.length), value]);
  }
  return words;
}

function tableOf<Name extends string, Proto extends number>(
  prefix: string,
  words: readonly Word[],
  unspecified: Name | undefined,
): EnumTable<Name, Proto> {
  const toProto: Record<string, number> = {};
  const names: (string | undefined)[] = [unspecified];
  for (const [name, value, decodedOnly] of words) {
    names[value] = name;
    if (decodedOnly !== true) toProto[name] = value;
  }
  // The one place where the words, read from the enum at run time, get the type that the compiler computed from the same enum.
  return new EnumTable(prefix.slice(0, -1), toProto as Record<Name, Proto>, names as (Name | undefined)[]);
}
