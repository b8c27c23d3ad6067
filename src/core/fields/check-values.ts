import type { FieldRule } from '../conditions';
import type { Allowance } from '../model/allowance';
import type { FieldSource, ValueRejectionReason } from '../model/field-definition';
import type { FieldValues, JsonValue } from '../model/json';
import type { KnownData } from '../model/known-data';
import type { CandidateVariable, StepOutcome } from '../model/turn';
import { type FieldRules, isSourceAllowed } from './field-rules';

/** A value of a turn, before it is checked. */
export interface GivenValue {
  readonly name: string;
  /** Null if the value is no longer known. */
  readonly value: JsonValue;
  readonly source: FieldSource;
  /** The part of the turn that contains the value: the map, the outcome or the variable itself. */
  readonly place: FieldValues | StepOutcome | CandidateVariable;
  /** Only for the source TOOL: the instance whose tool returned the value. */
  readonly instanceId?: string | undefined;
}

/** The result of checking a value. */
export interface ValueVerdict {
  readonly given: GivenValue;
  /** The normalized value; undefined if it is rejected. */
  readonly value: JsonValue | undefined;
  /** Undefined if it is accepted. */
  readonly rejection: ValueRejectionReason | undefined;
  /** Why the rule of the field could not be evaluated; "" otherwise. */
  readonly ruleError: string;
}

/** Values of the turn that were accepted. */
export interface AcceptedFields {
  readonly profile: FieldValues;
  /** From other sources, for the instance of the value that is checked. They are newer than all stored values. */
  readonly newer: FieldValues;
}

/** Returns the known data for the instance of a value: the stored values, overridden by the accepted values of this turn. */
export type GetKnown = (given: GivenValue, accepted: AcceptedFields) => KnownData;

/**
 * Checks the source, then the type, then the rule of each value (section 10). `given` is ordered from the oldest source to the newest.
 * In a rule, `data` has the known values and the values that are already accepted. A rule is therefore evaluated after the values that it
 * reads, in any order of the turn. A rejected value is never part of `data`, so it does not affect other values.
 * Returns the verdicts in the order of `given`.
 */
export function checkValues(
  given: readonly GivenValue[],
  rules: FieldRules,
  getKnown: GetKnown,
  allowance: Allowance,
): readonly ValueVerdict[] {
  const accepted = new AcceptedValues();
  const waiting: RuleCheck[] = [];
  const verdicts = given.map((each, at) => {
    const verdict = checkSourceAndType(each, rules);
    const rule = rules.fields.get(each.name)?.rule;
    const { value } = verdict;
    if (rule === undefined || value === undefined || value === null) accepted.add(verdict, at);
    else waiting.push({ at, given: each, value, rule });
    return verdict;
  });
  for (const check of orderByReads(waiting, allowance)) {
    const getData = (): KnownData => getKnown(check.given, accepted.listFor(check.given, allowance));
    const verdict = checkRule(check, getData, allowance);
    verdicts[check.at] = verdict;
    accepted.add(verdict, check.at);
  }
  return verdicts;
}

/** A value of the right source and type whose rule must be evaluated. */
interface RuleCheck {
  /** The position among the values of the turn. */
  readonly at: number;
  readonly given: GivenValue;
  readonly value: JsonValue;
  readonly rule: FieldRule;
}

/** Checks source and type. A null means that the value is no longer known. It passes every type and rule, but its source must be allowed. */
function checkSourceAndType(given: GivenValue, rules: FieldRules): ValueVerdict {
  const { name, value, source } = given;
  // A null in the profile means that the profile has no value. It clears nothing, so it is always accepted.
  if (value === null && source === 'PROFILE') return accept(given, value);
  if (!isSourceAllowed(rules, name, source)) return reject(given, 'SOURCE');
  const field = rules.fields.get(name);
  if (field === undefined || value === null) return accept(given, value);
  const normalized = field.normalize(value);
  return normalized === undefined ? reject(given, 'TYPE') : accept(given, normalized);
}

function accept(given: GivenValue, value: JsonValue, ruleError = ''): ValueVerdict {
  return { given, value, rejection: undefined, ruleError };
}

function reject(given: GivenValue, rejection: ValueRejectionReason): ValueVerdict {
  return { given, value: undefined, rejection, ruleError: '' };
}

const nothingKnown: FieldValues = new Map();

/** Evaluates the rule of a value. A rule that fails or is UNKNOWN counts as fulfilled and is reported. */
function checkRule({ given, value, rule }: RuleCheck, getData: () => KnownData, allowance: Allowance): ValueVerdict {
  const data = rule.reads.variables.includes('data') ? getData() : nothingKnown;
  const { truth, missingFields, error } = rule.evaluate({ value, data }, allowance);
  if (error !== undefined) return accept(given, value, error);
  switch (truth) {
    case 'TRUE':
      return accept(given, value);
    case 'FALSE':
      return reject(given, 'RULE');
    case 'UNKNOWN':
      return accept(
        given,
        value,
        missingFields.length === 0
          ? 'the rule reads a value that is not known'
          : `not known: ${missingFields.join(', ')}`,
      );
  }
}

/** Orders values so that a rule comes after the values that it reads. Values whose rules read each other keep their order. */
function orderByReads(checks: readonly RuleCheck[], allowance: Allowance): readonly RuleCheck[] {
  const waiting = [...checks];
  const ordered: RuleCheck[] = [];
  const waitingCounts = new Map<string, number>();
  const count = (name: string, change: number): void => {
    waitingCounts.set(name, (waitingCounts.get(name) ?? 0) + change);
  };
  for (const { given } of waiting) count(given.name, 1);
  const isReady = ({ given, rule }: RuleCheck): boolean => {
    const { dataKeys } = rule.reads;
    allowance.spend('conditions', 1 + dataKeys.length);
    return !dataKeys.some((key) => key !== given.name && (waitingCounts.get(key) ?? 0) > 0);
  };
  while (waiting.length > 0) {
    const next = Math.max(0, waiting.findIndex(isReady));
    for (const check of waiting.splice(next, 1)) {
      count(check.given.name, -1);
      ordered.push(check);
    }
  }
  return ordered;
}

/** The accepted values. */
class AcceptedValues {
  private readonly profile = new Map<string, JsonValue>();
  private readonly others: { readonly at: number; readonly given: GivenValue; readonly value: JsonValue }[] = [];

  add({ given, value }: ValueVerdict, at: number): void {
    if (value === undefined) return;
    if (given.source === 'PROFILE') this.profile.set(given.name, value);
    else this.others.push({ at, given, value });
  }

  /** Returns the newest values that the rule of a value can read. Includes tool results only of the same instance. */
  listFor({ instanceId }: GivenValue, allowance: Allowance): AcceptedFields {
    allowance.spend('conditions', this.others.length);
    const visible = this.others
      .filter(({ given }) => given.instanceId === undefined || given.instanceId === instanceId)
      .sort((a, b) => a.at - b.at);
    return { profile: this.profile, newer: new Map(visible.map(({ given, value }) => [given.name, value])) };
  }
}
