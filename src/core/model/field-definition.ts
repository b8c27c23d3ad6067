import type { JsonValue } from './json';

/** The type of a field (section 10). */
export type FieldType =
  | 'TEXT'
  | 'NUMBER'
  | 'INTEGER'
  | 'BOOLEAN'
  | 'DATE'
  | 'TIME'
  | 'DATETIME'
  | 'EMAIL'
  | 'PHONE'
  | 'ENUM'
  | 'LIST'
  | 'OBJECT';

/** The type of the elements of a LIST. */
export type FieldItemType = Exclude<FieldType, 'LIST' | 'OBJECT'>;

/** Who gives a value: the customer, the caller's patch, a tool, or the customer's profile (0.4). */
export type FieldSource = 'CUSTOMER' | 'CALLER' | 'TOOL' | 'PROFILE';

/** A text for people. */
export interface LocalizedText {
  /** The text for every language without a translation. */
  readonly text: string;
  /** By BCP 47 language tag. */
  readonly translations: ReadonlyMap<string, string>;
}

/** A value of an ENUM. */
export interface EnumOption {
  readonly value: string;
  /** Other texts for the value. Case is ignored. */
  readonly synonyms: readonly string[];
}

/** The definition of a field of an agent (section 10). */
export interface FieldDefinition {
  readonly name: string;
  /** Undefined: any value. */
  readonly type: FieldType | undefined;
  /** LIST only. */
  readonly itemType: FieldItemType | undefined;
  /** ENUM, and LIST of ENUM. */
  readonly values: readonly EnumOption[];
  readonly description: LocalizedText | undefined;
  /** How to ask for the field. */
  readonly prompt: LocalizedText | undefined;
  readonly examples: readonly LocalizedText[];
  /** CEL over `value` and `data`; "" without a rule. */
  readonly valid: string;
  /** Why a value is rejected. */
  readonly reason: LocalizedText | undefined;
  /** Who may set the field. If empty, the default applies. */
  readonly sources: readonly FieldSource[];
  /** Whether a rejected value is kept out of the plan. */
  readonly sensitive: boolean;
  /** An older value is not known, in ms; undefined: no limit. */
  readonly maxAgeMs: number | undefined;
}

/** The stored field definitions of an agent. */
export interface StoredFields {
  readonly definitions: readonly FieldDefinition[];
  /** From 1, never reused. */
  readonly version: number;
  /** SHA-256 of the definitions, lowercase hexadecimal. */
  readonly contentHash: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** Why a value was rejected: not of the type, against the rule, or from a source that may not set the field. */
export type ValueRejectionReason = 'TYPE' | 'RULE' | 'SOURCE';

/** A value of a turn that its field definition rejected (section 10). It changes nothing. */
export interface RejectedValue {
  readonly fieldName: string;
  readonly reason: ValueRejectionReason;
  readonly source: FieldSource;
  /** The reason of the definition in the language of the turn; "" if it has none. */
  readonly text: string;
  /** As it was given; undefined if the field is sensitive. */
  readonly value: JsonValue | undefined;
}

/** The texts of a field in the language of the turn. */
export interface FieldTexts {
  readonly fieldName: string;
  /** "" if the definition has none, as the prompt. */
  readonly description: string;
  readonly prompt: string;
  readonly examples: readonly string[];
}
