import type { Allowance } from '../model/allowance';
import type { RejectedValue } from '../model/field-definition';
import type { FieldValues, JsonValue } from '../model/json';
import type { CandidateVariable, StepOutcome, Turn } from '../model/turn';
import { checkValues, type GetKnown, type GivenValue, type ValueVerdict } from './check-values';
import type { FieldRules } from './field-rules';
import { chooseText } from './field-texts';

/** The outcomes of a turn that belong to an instance, by instance id. */
type OutcomesByInstance = ReadonlyMap<string, readonly StepOutcome[]>;

const noReplacements: CheckedTurn['replacedOutcomes'] = new Map();

/** A turn after validation (section 10): rejected values are removed, and accepted values are normalized. */
export interface CheckedTurn {
  /** Its `stepOutcomes` are unchanged; see `replacedOutcomes`. */
  readonly turn: Turn;
  /** By outcome: the same outcome with only the accepted results. Absent for an outcome that was not checked. */
  readonly replacedOutcomes: ReadonlyMap<StepOutcome, StepOutcome>;
  /** Ordered by source: customer data, patch, outcome results, candidate variables. Values of a map are sorted by name; lists keep their order. */
  readonly rejectedValues: readonly RejectedValue[];
  /** Rules that failed or were UNKNOWN, and therefore count as fulfilled, as `field: reason` in the order of the values. */
  readonly conditionErrors: readonly string[];
}

/**
 * Checks the values of a turn before they are stored (0.7, step 3; section 10). Removes rejected values from the turn, so that they have no
 * effect and the known values remain. Returns the same turn if no value is rejected or changed.
 */
export function checkTurnValues(
  turn: Turn,
  outcomes: OutcomesByInstance,
  rules: FieldRules,
  getKnown: GetKnown,
  allowance: Allowance,
): CheckedTurn {
  const instanceIds = listInstanceIds(outcomes);
  const given = listValues(turn, instanceIds, rules);
  if (given.length === 0) return { turn, replacedOutcomes: noReplacements, rejectedValues: [], conditionErrors: [] };
  const verdicts = checkValues(given, rules, getKnown, allowance);
  const accepted = new Map<GivenValue['place'], ValueVerdict[]>();
  for (const verdict of verdicts) {
    const { place } = verdict.given;
    const samePlace = accepted.get(place);
    if (samePlace === undefined) accepted.set(place, [verdict]);
    else samePlace.push(verdict);
  }
  const replacedOutcomes = new Map<StepOutcome, StepOutcome>();
  for (const outcome of instanceIds.keys())
    replacedOutcomes.set(outcome, replaceResults(outcome, accepted.get(outcome)));
  return {
    turn: replaceValues(turn, accepted),
    replacedOutcomes,
    rejectedValues: verdicts.flatMap((verdict) => toRejectedValue(verdict, rules, turn.situation.language)),
    conditionErrors: verdicts.flatMap(({ given, ruleError }) =>
      ruleError === '' ? [] : [`${given.name}: ${ruleError}`],
    ),
  };
}

type InstanceIds = ReadonlyMap<StepOutcome, string>;

const noInstanceIds: InstanceIds = new Map();

function listInstanceIds(outcomes: OutcomesByInstance): InstanceIds {
  if (outcomes.size === 0) return noInstanceIds;
  const ids = new Map<StepOutcome, string>();
  for (const [instanceId, some] of outcomes) for (const outcome of some) ids.set(outcome, instanceId);
  return ids;
}

/**
 * Lists the values of a turn that must be checked, oldest source first (0.4): values of defined fields and customer values of tool fields.
 * Lists all values if a rule reads `data`. Skips results of outcomes without an instance, because they are not stored.
 */
function listValues(turn: Turn, instanceIds: InstanceIds, rules: FieldRules): readonly GivenValue[] {
  const { fields, toolFields, readsData } = rules;
  const { customerData, sessionVariables, stepOutcomes, situation } = turn;
  const given: GivenValue[] = [];
  if (readsData || fields.size > 0) {
    addFields(given, customerData, 'PROFILE', customerData, rules);
    addFields(given, sessionVariables, 'CALLER', sessionVariables, rules);
    for (const outcome of stepOutcomes) {
      const instanceId = instanceIds.get(outcome);
      if (instanceId !== undefined) addFields(given, outcome.results, 'TOOL', outcome, rules, instanceId);
    }
  }
  for (const variable of situation.candidateVariables) {
    const { name, value } = variable;
    if (isDefined(name, rules) || toolFields.has(name))
      given.push({ name, value, source: 'CUSTOMER', place: variable });
  }
  return given;
}

function isDefined(name: string, { fields, readsData }: FieldRules): boolean {
  return readsData || fields.has(name);
}

/** Adds the values sorted by name, because the order of a map on the wire has no meaning. */
function addFields(
  given: GivenValue[],
  values: FieldValues,
  source: GivenValue['source'],
  place: GivenValue['place'],
  rules: FieldRules,
  instanceId?: string,
): void {
  const names = [...values.keys()].filter((name) => isDefined(name, rules)).sort();
  for (const name of names) given.push({ name, value: values.get(name) ?? null, source, place, instanceId });
}

function replaceValues(turn: Turn, verdicts: ReadonlyMap<GivenValue['place'], readonly ValueVerdict[]>): Turn {
  const { customerData, sessionVariables, situation } = turn;
  const candidateVariables = situation.candidateVariables.flatMap((variable): readonly CandidateVariable[] => {
    const verdict = verdicts.get(variable)?.[0];
    if (verdict === undefined || verdict.value === variable.value) return [variable];
    return verdict.value === undefined ? [] : [{ ...variable, value: verdict.value }];
  });
  return {
    ...turn,
    customerData: replaceFields(customerData, verdicts.get(customerData)),
    sessionVariables: replaceFields(sessionVariables, verdicts.get(sessionVariables)),
    situation: { ...situation, candidateVariables },
  };
}

function replaceResults(outcome: StepOutcome, verdicts: readonly ValueVerdict[] | undefined): StepOutcome {
  const results = replaceFields(outcome.results, verdicts);
  return results === outcome.results ? outcome : { ...outcome, results };
}

/** Replaces changed values and removes rejected ones. Keeps the order of the map. */
function replaceFields(values: FieldValues, verdicts: readonly ValueVerdict[] = []): FieldValues {
  const changed = verdicts.filter(({ given, value }) => value !== given.value);
  if (changed.length === 0) return values;
  const replaced = new Map<string, JsonValue>(values);
  for (const { given, value } of changed) {
    if (value === undefined) replaced.delete(given.name);
    else replaced.set(given.name, value);
  }
  return replaced;
}

function toRejectedValue(
  { given, rejection }: ValueVerdict,
  { fields }: Pick<FieldRules, 'fields'>,
  language: string,
): readonly RejectedValue[] {
  if (rejection === undefined) return [];
  const definition = fields.get(given.name)?.definition;
  return [
    {
      fieldName: given.name,
      reason: rejection,
      source: given.source,
      text: chooseText(definition?.reason, language),
      value: definition?.sensitive === true ? undefined : given.value,
    },
  ];
}
