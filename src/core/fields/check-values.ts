import type { FieldSource, ValueRejectionReason } from '../model/field-definition';
import type { FieldValues, JsonValue } from '../model/json';
import type { KnownData } from '../model/known-data';
import type { CandidateVariable, StepOutcome } from '../model/turn';
import { type CompiledField, type FieldRules, isSourceAllowed } from './field-rules';

/** A value of a turn, before it is checked. */
export interface GivenValue {
  readonly name: string;
  /** Null means "not known any more". */
  readonly value: JsonValue;
  readonly source: FieldSource;
  /** Where the turn holds it: the map, the outcome or the variable itself. */
  readonly place: FieldValues | StepOutcome | CandidateVariable;
  /** TOOL only: the instance whose tool gave it. */
  readonly instanceId?: string | undefined;
}

/** What becomes of a value. */
export interface ValueVerdict {
  readonly given: GivenValue;
  /** The normalized value; undefined if it is rejected. */
  readonly value: JsonValue | undefined;
  /** Undefined if it is accepted. */
  readonly rejection: ValueRejectionReason | undefined;
  /** Why its rule could not be evaluated; "" otherwise. */
  readonly ruleError: string;
}

/** Values of the turn that were accepted. */
export interface AcceptedFields {
  readonly profile: FieldValues;
  /** From other sources, for the instance that a value is for. They are newer than everything that is stored. */
  readonly newer: FieldValues;
}

/** What is known to the instance that a value is for: what is stored, with the accepted values of this turn. */
export type GetKnown = (given: GivenValue, accepted: AcceptedFields) => KnownData;

/**
 * Checks values, given from the oldest source to the newest (section 10): source, then type, then rule. `data` of a rule holds what was known
 * before and the values that were accepted before it; a rule is therefore evaluated after the values that it reads, in any order in which the
 * turn gives them. A rejected value is never part of `data`, so it has no effect on the other values. Returns the verdicts in the given order.
 */
export function checkValues(
  given: readonly GivenValue[],
  rules: FieldRules,
  getKnown: GetKnown,
): readonly ValueVerdict[] {
  const accepted = new AcceptedValues();
  const verdicts = given.map((each) => checkSourceAndType(each, rules));
  const withRule: number[] = [];
  verdicts.forEach((verdict, at) => {
    if (needsRule(verdict, rules)) withRule.push(at);
    else accepted.add(verdict, at);
  });
  for (const at of orderByReads(withRule, given, rules)) {
    const verdict = verdicts[at];
    const field = rules.fields.get(given[at]?.name ?? '');
    if (verdict === undefined || field === undefined) continue;
    const checked = checkRule(verdict, field, () => getKnown(verdict.given, accepted.listFor(verdict.given)));
    verdicts[at] = checked;
    accepted.add(checked, at);
  }
  return verdicts;
}

/** A null states that a value is not known any more. It has no type and fulfills every rule, but not every source may state it. */
function checkSourceAndType(given: GivenValue, rules: FieldRules): ValueVerdict {
  const { name, value, source } = given;
  // A profile field without a value says nothing about the field.
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

/** A rule that fails or is UNKNOWN counts as fulfilled and is reported. */
function checkRule(verdict: ValueVerdict, { rule }: CompiledField, getData: () => KnownData): ValueVerdict {
  const { given, value } = verdict;
  if (rule === undefined || value === undefined) return verdict;
  const data = rule.reads.variables.includes('data') ? getData() : nothingKnown;
  const { truth, missingFields, error } = rule.evaluate({ value, data });
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

/** Orders values so that a rule comes after the values that it reads. Values that wait for each other keep their order. */
function orderByReads(
  indexes: readonly number[],
  given: readonly GivenValue[],
  { fields }: FieldRules,
): readonly number[] {
  const waiting = [...indexes];
  const ordered: number[] = [];
  const getName = (at: number): string => given[at]?.name ?? '';
  while (waiting.length > 0) {
    const names = new Set(waiting.map(getName));
    const isReady = (at: number): boolean => {
      const reads = fields.get(getName(at))?.rule?.reads.dataKeys ?? [];
      return !reads.some((key) => key !== getName(at) && names.has(key));
    };
    const next = Math.max(0, waiting.findIndex(isReady));
    ordered.push(...waiting.splice(next, 1));
  }
  return ordered;
}

/** The values that were accepted so far, the newest of each name. */
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

  /** The results of a tool are seen by the values of its own instance only. */
  listFor({ instanceId }: GivenValue): AcceptedFields {
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
