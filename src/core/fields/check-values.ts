import type { Allowance } from '../model/allowance';
import type { FieldSource, ValueRejectionReason } from '../model/field-definition';
import type { FieldValues, JsonValue } from '../model/json';
import type { KnownData } from '../model/known-data';
import type { CandidateVariable, StepOutcome } from '../model/turn';
import { type CompiledField, type FieldRules, isSourceAllowed } from './field-rules';

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
 * reads, whatever their order in the turn. A rejected value is never part of `data`, so it does not affect other values.
 * Returns the verdicts in the order of `given`.
 */
export function checkValues(
  given: readonly GivenValue[],
  rules: FieldRules,
  getKnown: GetKnown,
  allowance: Allowance,
): readonly ValueVerdict[] {
  const accepted = new AcceptedValues();
  const verdicts = given.map((each) => checkSourceAndType(each, rules));
  const withRule: number[] = [];
  verdicts.forEach((verdict, at) => {
    if (needsRule(verdict, rules)) withRule.push(at);
    else accepted.add(verdict, at);
  });
  for (const at of orderByReads(withRule, given, rules, allowance)) {
    const verdict = verdicts[at];
    const field = rules.fields.get(given[at]?.name ?? '');
    if (verdict === undefined || field === undefined) continue;
    const getData = (): KnownData => getKnown(verdict.given, accepted.listFor(verdict.given, allowance));
    const checked = checkRule(verdict, field, getData, allowance);
    verdicts[at] = checked;
    accepted.add(checked, at);
  }
  return verdicts;
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

function needsRule({ given, value }: ValueVerdict, { fields }: FieldRules): boolean {
  return value !== undefined && value !== null && fields.get(given.name)?.rule !== undefined;
}

const nothingKnown: FieldValues = new Map();

/** Evaluates the rule of a value. A rule that fails or is UNKNOWN counts as fulfilled and is reported. */
function checkRule(
  verdict: ValueVerdict,
  { rule }: CompiledField,
  getData: () => KnownData,
  allowance: Allowance,
): ValueVerdict {
  const { given, value } = verdict;
  if (rule === undefined || value === undefined) return verdict;
  const data = rule.reads.variables.includes('data') ? getData() : nothingKnown;
  const { truth, missingFields, error } = rule.evaluate({ value, data }, allowance);
  if (error !== undefined) return accept(given, value, error);
  switch (truth) {
    case 'TRUE':
      return verdict;
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
function orderByReads(
  indexes: readonly number[],
  given: readonly GivenValue[],
  { fields }: FieldRules,
  allowance: Allowance,
): readonly number[] {
  const waiting = [...indexes];
  const ordered: number[] = [];
  const getName = (at: number): string => given[at]?.name ?? '';
  const waitingCounts = new Map<string, number>();
  for (const at of waiting) waitingCounts.set(getName(at), (waitingCounts.get(getName(at)) ?? 0) + 1);
  const isReady = (at: number): boolean => {
    const reads = fields.get(getName(at))?.rule?.reads.dataKeys ?? [];
    allowance.spend('conditions', 1 + reads.length);
    return !reads.some((key) => key !== getName(at) && (waitingCounts.get(key) ?? 0) > 0);
  };
  while (waiting.length > 0) {
    const next = Math.max(0, waiting.findIndex(isReady));
    for (const at of waiting.splice(next, 1)) {
      waitingCounts.set(getName(at), (waitingCounts.get(getName(at)) ?? 0) - 1);
      ordered.push(at);
    }
  }
  return ordered;
}

/** The accepted values; only the newest value of each name. */
class AcceptedValues {
  private readonly profile = new Map<string, JsonValue>();
  private readonly indexes = new Map<string, number>();
  private readonly resultIndexes = new Map<string, Map<string, number>>();
  private readonly values = new Map<number, JsonValue>();

  add({ given: { name, source, instanceId }, value }: ValueVerdict, at: number): void {
    if (value === undefined) return;
    if (source === 'PROFILE') {
      this.profile.set(name, value);
      return;
    }
    this.values.set(at, value);
    const indexes = instanceId === undefined ? this.indexes : this.getResultIndexes(instanceId);
    indexes.set(name, Math.max(at, indexes.get(name) ?? at));
  }

  /** Returns the values that the rule of a value can read. Includes tool results only of the same instance. */
  listFor({ instanceId }: GivenValue, allowance: Allowance): AcceptedFields {
    allowance.spend('conditions', this.indexes.size + (this.resultIndexes.get(instanceId ?? '')?.size ?? 0));
    const indexes = new Map(this.indexes);
    for (const [name, at] of instanceId === undefined ? [] : this.getResultIndexes(instanceId)) {
      indexes.set(name, Math.max(at, indexes.get(name) ?? at));
    }
    const newer = new Map([...indexes].map(([name, at]) => [name, this.values.get(at) ?? null] as const));
    return { profile: this.profile, newer };
  }

  private getResultIndexes(instanceId: string): Map<string, number> {
    const known = this.resultIndexes.get(instanceId) ?? new Map<string, number>();
    this.resultIndexes.set(instanceId, known);
    return known;
  }
}
