import type { Fields } from '../model/json';

/**
 * Fields whose value is known. A missing key is UNKNOWN to a condition that reads it. A null says "not known any more" (0.4)
 * and is treated like a missing key; nulls deeper inside a value are ordinary values.
 */
export type KnownValues = Fields;

/**
 * What a condition can read (section 6), one property a CEL variable. Nothing in it may change while it is in use: the same
 * object may be given to many conditions, and its conversion is then done once.
 */
export interface ConditionVariables {
  /** The known data of the instance, all sources merged (0.4). */
  readonly data: KnownValues;
  /** The customer's fields as the caller sent them. */
  readonly customer: KnownValues;
  /** The session's variables. */
  readonly session: KnownValues;
  /** The instance's own variables. */
  readonly instance: KnownValues;
  /** The canonical intent label, else the raw intent, else "". */
  readonly intent: string;
  /** 0..1; a CEL double. */
  readonly intent_score: number;
  /** The signal that reached this instance, "" for none. */
  readonly signal: string;
  /** "", "confirmed", "declined", "succeeded" or "failed". */
  readonly outcome: string;
  /** Fields that became known, changed or were cleared this turn. */
  readonly changed: readonly string[];
  /** Fields that the customer asked about. */
  readonly requested: readonly string[];
  /** The situation's facts. */
  readonly facts: KnownValues;
  /** Visits of this step; a CEL int. */
  readonly visits: number;
  /** MESSAGE turns that left an open ASK unanswered (3.6); a CEL int. */
  readonly attempts: number;
  /** The session's turn count; a CEL int. */
  readonly turn: number;
  readonly message: string;
  readonly tone: string;
  /** "", "low", "medium" or "high". */
  readonly frustration: string;
  /** "low", "normal", "high" or "critical". */
  readonly urgency: string;
}

/**
 * What a variable is to CEL. FIELDS is a map of JSON values, whose numbers are doubles. COUNT is an int, so that `turn + 1 > 3`
 * works; SCORE is a double, so that `intent_score * 100.0` does. Both compare with either.
 */
export type VariableKind = 'FIELDS' | 'TEXT' | 'NAMES' | 'COUNT' | 'SCORE';

const kinds: Readonly<Record<keyof ConditionVariables, VariableKind>> = {
  data: 'FIELDS',
  customer: 'FIELDS',
  session: 'FIELDS',
  instance: 'FIELDS',
  intent: 'TEXT',
  intent_score: 'SCORE',
  signal: 'TEXT',
  outcome: 'TEXT',
  changed: 'NAMES',
  requested: 'NAMES',
  facts: 'FIELDS',
  visits: 'COUNT',
  attempts: 'COUNT',
  turn: 'COUNT',
  message: 'TEXT',
  tone: 'TEXT',
  frustration: 'TEXT',
  urgency: 'TEXT',
};

/** Every variable by name, in the order of section 6. */
export const variableKinds: ReadonlyMap<string, VariableKind> = new Map(Object.entries(kinds));
