import type { FieldValues, JsonValue } from '../model/json';
import type { ScenarioInstance, Session, SessionVariable } from '../model/session';
import type { CandidateVariable, StepOutcome, Turn } from '../model/turn';

/** Data after the patch, the results and the candidate variables of a turn have been stored, in this order (0.4, 0.7). */
export interface StoredData {
  /** The session's variables. */
  readonly sessionVariables: ReadonlyMap<string, SessionVariable>;
  /** Own variables by instance id, of the instances whose own may have changed. */
  readonly instanceVariables: ReadonlyMap<string, FieldValues>;
  /** Names that the turn's patch or candidate variables gave, nulls included. */
  readonly providedFields: ReadonlySet<string>;
}

/**
 * Stores what a turn brings. Storing a candidate variable or a patch key removes it from all instances; an outcome's result
 * removes nothing elsewhere. A null in the patch deletes the key; a null candidate variable is stored as a null.
 */
export function storeData(
  session: Session,
  turn: Turn,
  outcomes: ReadonlyMap<string, readonly StepOutcome[]>,
): StoredData {
  const patch = turn.sessionVariables;
  const candidates = turn.situation.candidateVariables;
  const given = new Set(patch.keys());
  for (const { name } of candidates) given.add(name);
  const ofInstances = new Map<string, FieldValues>();
  for (const instance of session.instances) {
    const own = instanceVariables(instance, patch, outcomes.get(instance.instanceId) ?? [], candidates);
    if (own !== instance.variables) ofInstances.set(instance.instanceId, own);
  }
  return {
    sessionVariables: given.size === 0 ? session.variables : storedVariables(session, turn),
    instanceVariables: ofInstances,
    providedFields: given,
  };
}

function storedVariables(session: Session, turn: Turn): ReadonlyMap<string, SessionVariable> {
  const variables = new Map(session.variables);
  for (const [name, value] of turn.sessionVariables) {
    if (value === null) variables.delete(name);
    else variables.set(name, { value, scope: session.variables.get(name)?.scope ?? 'SESSION' });
  }
  for (const { name, value, scope } of turn.situation.candidateVariables) variables.set(name, { value, scope });
  return variables;
}

function instanceVariables(
  instance: ScenarioInstance,
  patch: FieldValues,
  outcomes: readonly StepOutcome[],
  candidates: readonly CandidateVariable[],
): FieldValues {
  const untouched = instance.variables.size === 0 && outcomes.every(({ results }) => results.size === 0);
  if (untouched) return instance.variables;
  const variables = new Map<string, JsonValue>();
  for (const [name, value] of instance.variables) if (!patch.has(name)) variables.set(name, value);
  for (const { results } of outcomes) for (const [name, value] of results) variables.set(name, value);
  for (const { name } of candidates) variables.delete(name);
  return variables;
}
