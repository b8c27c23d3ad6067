import type { JsonValue } from '../model/json';
import { hasSameValue, type KnownData } from '../model/known-data';
import type { PathEntry, ScenarioInstance, Session, SessionVariable } from '../model/session';
import { sortNames } from '../model/sorting';
import type { StepOutcome, Turn } from '../model/turn';
import type { CompiledScenario } from '../scenario/compiled-scenario';

/** The data after the patch, the results and the candidate variables of a turn are stored, in this order (0.4, 0.7). */
export interface StoredData {
  readonly sessionVariables: ReadonlyMap<string, SessionVariable>;
  /** Own variables by instance id, for the instances whose variables may have changed. */
  readonly instanceVariables: ReadonlyMap<string, InstanceVariables>;
  /** Names in the patch and the candidate variables of the turn, nulls included. */
  readonly providedFields: ReadonlySet<string>;
}

/** The own variables of an instance, with the time at which each was stored. */
export type InstanceVariables = Pick<ScenarioInstance, 'variables' | 'variableTimes'>;

/**
 * Stores the data of a turn. A candidate variable or patch key is removed from the variables of all instances; a result of an outcome is
 * stored with its instance and removes nothing else. A null in the patch deletes the key; a null candidate variable is stored as null.
 */
export function storeData(
  session: Session,
  turn: Turn,
  outcomes: ReadonlyMap<string, readonly StepOutcome[]>,
): StoredData {
  const patch = turn.sessionVariables;
  const candidates = turn.situation.candidateVariables;
  const providedFields = new Set(patch.keys());
  for (const { name } of candidates) providedFields.add(name);
  const instanceVariables = new Map<string, InstanceVariables>();
  for (const instance of session.instances) {
    const { instanceId } = instance;
    const variables = updateInstanceVariables(instance, turn, outcomes.get(instanceId) ?? []);
    if (variables !== instance) instanceVariables.set(instanceId, variables);
  }
  const sessionVariables = providedFields.size === 0 ? session.variables : updateSessionVariables(session, turn);
  return { sessionVariables, instanceVariables, providedFields };
}

function updateSessionVariables(session: Session, turn: Turn): ReadonlyMap<string, SessionVariable> {
  const variables = new Map(session.variables);
  const storedAt = turn.occurredAt;
  for (const [name, value] of turn.sessionVariables) {
    if (value === null) variables.delete(name);
    else variables.set(name, { value, scope: session.variables.get(name)?.scope ?? 'SESSION', storedAt });
  }
  for (const { name, value, scope } of turn.situation.candidateVariables) {
    variables.set(name, { value, scope, storedAt });
  }
  return variables;
}

function updateInstanceVariables(
  instance: ScenarioInstance,
  { sessionVariables: patch, situation, occurredAt }: Turn,
  outcomes: readonly StepOutcome[],
): InstanceVariables {
  const isUnchanged = instance.variables.size === 0 && outcomes.every(({ results }) => results.size === 0);
  if (isUnchanged) return instance;
  const variables = new Map<string, JsonValue>();
  const variableTimes = new Map<string, number>();
  for (const [name, value] of instance.variables) {
    if (patch.has(name)) continue;
    variables.set(name, value);
    const storedAt = instance.variableTimes.get(name);
    if (storedAt !== undefined) variableTimes.set(name, storedAt);
  }
  for (const { results } of outcomes) {
    for (const [name, value] of results) {
      variables.set(name, value);
      variableTimes.set(name, occurredAt);
    }
  }
  for (const { name } of situation.candidateVariables) {
    variables.delete(name);
    variableTimes.delete(name);
  }
  return { variables, variableTimes };
}

/** Finds the fields that became known, changed or were cleared (section 6, `changed`); sorted. */
export function findChangedFields(fields: ReadonlySet<string>, before: KnownData, after: KnownData): readonly string[] {
  const changed: string[] = [];
  for (const field of fields) if (!hasSameValue(before, after, field)) changed.push(field);
  return sortNames(changed);
}

/**
 * Finds the changed fields that correct an instance (3.9). They were known with another value, are provided by the variables or patch of this
 * turn, and were used on the path.
 */
export function findCorrectedFields(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  changedFields: readonly string[],
  providedFields: ReadonlySet<string>,
  before: KnownData,
): readonly string[] {
  const corrected = changedFields.filter((field) => providedFields.has(field) && before.has(field));
  if (corrected.length === 0) return corrected;
  return corrected.filter((field) => instance.path.some((entry) => usesField(scenario, entry, field)));
}

/** Whether the step of a path entry collects the field, or the transition that left it reads the field (3.9). */
export function usesField(
  scenario: CompiledScenario,
  entry: Pick<PathEntry, 'stepId' | 'transitionId'>,
  field: string,
): boolean {
  return (
    (scenario.steps.get(entry.stepId)?.collectedFields.includes(field) ?? false) ||
    (scenario.transitionsById.get(entry.transitionId)?.fieldsRead.includes(field) ?? false)
  );
}
