import { checkTurnValues } from '../fields/check-turn-values';
import type { AcceptedFields, GetKnown, GivenValue } from '../fields/check-values';
import type { Allowance } from '../model/allowance';
import type { RejectedValue } from '../model/field-definition';
import type { FieldValues, JsonValue } from '../model/json';
import { type KnownData, viewInstanceData, viewSessionData } from '../model/known-data';
import { findOpenRequest } from '../model/request';
import type { ScenarioInstance } from '../model/session';
import type { CandidateVariable, StepOutcome, Turn } from '../model/turn';
import type { Catalogue } from '../scenario/catalogue';
import { applyOperation } from './list-operations';
import { assignVariables, type LocalFieldInput } from './local-fields';
import type { ResolvedOutcome } from './outcomes/outcome-target';

/** The turn after its values were checked, with the outcomes that are applied. */
export interface CheckedInput {
  readonly turn: Turn;
  readonly outcomes: readonly ResolvedOutcome[];
  readonly rejectedValues: readonly RejectedValue[];
  readonly conditionErrors: readonly string[];
}

/**
 * Checks the values of a turn before they are stored (section 10; 0.7, step 3). APPEND and REMOVE are replaced by the resulting list, which
 * is then checked.
 */
export function checkTurn(
  turn: Turn,
  resolved: readonly ResolvedOutcome[],
  input: LocalFieldInput,
  catalogue: Catalogue,
  allowance: Allowance,
): CheckedInput {
  const withLists = resolveLists(turn, input);
  if (catalogue.fields.fields.size === 0 && catalogue.fields.toolFields.size === 0) {
    return { turn: withLists, outcomes: resolved, rejectedValues: noRejected, conditionErrors: noErrors };
  }
  const byInstance = groupByInstance(resolved);
  const getKnown: GetKnown = (given, accepted) =>
    viewValuesForRule(findConcernedInstance(given, input), accepted, input);
  const checked = checkTurnValues(withLists, byInstance, catalogue.fields, getKnown, allowance);
  const { rejectedValues, conditionErrors, replacedOutcomes } = checked;
  return {
    turn: checked.turn,
    outcomes: resolved.map(({ outcome, target }) => ({ outcome: replacedOutcomes.get(outcome) ?? outcome, target })),
    rejectedValues,
    conditionErrors,
  };
}

const noRejected: readonly RejectedValue[] = [];
const noErrors: readonly string[] = [];

/** Replaces APPEND and REMOVE by the resulting lists, in request order (0.4). */
function resolveLists(turn: Turn, input: LocalFieldInput): Turn {
  const { candidateVariables } = turn.situation;
  if (candidateVariables.every(({ operation }) => operation === 'SET')) return turn;
  const { byInstance } = assignVariables(candidateVariables, input);
  const lists = new Map<string, JsonValue>();
  const resolved = candidateVariables.map((variable): CandidateVariable => {
    if (variable.declined) return variable;
    const takerId = [...byInstance.keys()].find((id) => byInstance.get(id)?.includes(variable));
    const key = `${takerId}/${variable.name}`;
    const known =
      lists.get(key) ?? viewStored(findInstance(takerId, input), turn.customerData, input).get(variable.name);
    const value = applyOperation(variable, known);
    lists.set(key, value);
    return { ...variable, value, operation: 'SET' };
  });
  return { ...turn, situation: { ...turn.situation, candidateVariables: resolved } };
}

/** Returns the data that was known before the turn to an instance, or to the session if `instance` is undefined. */
function viewStored(
  instance: ScenarioInstance | undefined,
  profile: FieldValues,
  { session, catalogue }: LocalFieldInput,
): KnownData {
  if (!instance) return viewSessionData(session.variables, profile);
  const { scenarioId, scenarioVersion, variables } = instance;
  const scenario = catalogue.getScenarioVersion(scenarioId, scenarioVersion);
  return viewInstanceData(variables, session.variables, profile, scenario?.localFields);
}

function findInstance(instanceId: string | undefined, { session }: LocalFieldInput): ScenarioInstance | undefined {
  return session.instances.find((instance) => instance.instanceId === instanceId);
}

const noOutcomes: ReadonlyMap<string, readonly StepOutcome[]> = new Map();

/** Groups the applied outcomes that have results by the instance that stores these. */
export function groupByInstance(resolved: readonly ResolvedOutcome[]): ReadonlyMap<string, readonly StepOutcome[]> {
  if (resolved.length === 0) return noOutcomes;
  const byInstance = new Map<string, StepOutcome[]>();
  for (const { outcome, target } of resolved) {
    if (target.kind === 'choice' || target.kind === 'ignored' || outcome.results.size === 0) continue;
    byInstance.set(target.instanceId, [...(byInstance.get(target.instanceId) ?? []), outcome]);
  }
  return byInstance;
}

/** Finds the instance whose data a rule reads: the one that the value is about, that asks for it, or that has the focus. */
function findConcernedInstance(
  { name, instanceId }: Pick<GivenValue, 'name' | 'instanceId'>,
  input: LocalFieldInput,
): ScenarioInstance | undefined {
  if (instanceId !== undefined) return findInstance(instanceId, input);
  const asks = ({ status, requests }: ScenarioInstance): boolean =>
    status === 'ACTIVE' && (findOpenRequest(requests, 'ASK')?.fields.includes(name) ?? false);
  return input.session.instances.find(asks) ?? findInstance(input.focusInstanceId, input);
}

/** Returns the known data of an instance while the values of the turn are checked, before they are stored. */
function viewValuesForRule(
  instance: ScenarioInstance | undefined,
  { profile, newer }: AcceptedFields,
  { session }: LocalFieldInput,
): KnownData {
  return viewInstanceData(new Map([...(instance?.variables ?? []), ...newer]), session.variables, profile);
}
