import type { FieldValues, JsonValue } from '../model/json';
import { hasSameValue, type KnownData } from '../model/known-data';
import type { ScenarioInstance, Session, SessionVariable } from '../model/session';
import { mergeNames, sortNames } from '../model/sorting';
import type { CandidateVariable, StepOutcome, Turn } from '../model/turn';
import type { AssignedVariables } from './local-fields';

/** The data after the patch, the results and the candidate variables of a turn are stored, in this order (0.4, 0.7). */
export interface StoredData {
  readonly sessionVariables: ReadonlyMap<string, SessionVariable>;
  /** Fields that the customer declined; sorted. */
  readonly declinedFields: readonly string[];
  /** Own variables by instance id, for the instances whose variables may have changed. */
  readonly instanceVariables: ReadonlyMap<string, InstanceVariables>;
  /** Names in the patch and in the candidate variables that the session received, nulls included. */
  readonly providedFields: ReadonlySet<string>;
  /** Local fields that instances received, by instance id. */
  readonly localVariables: AssignedVariables['byInstance'];
}

const noInstanceVariables: StoredData['instanceVariables'] = new Map();

/** The own variables of an instance, with the time at which each was stored. */
export type InstanceVariables = Pick<ScenarioInstance, 'variables' | 'variableTimes'>;

/**
 * Stores the data of a turn. A candidate variable or patch key is removed from the variables of all instances, except where it is a local
 * field; a result of an outcome is stored with its instance and removes nothing else. A null in the patch deletes the key; a null candidate
 * variable is stored as null, and so is a declined one.
 */
export function storeData(
  session: Session,
  turn: Turn,
  assigned: AssignedVariables,
  outcomes: ReadonlyMap<string, readonly StepOutcome[]>,
  getLocalFields: (instance: ScenarioInstance) => ReadonlySet<string>,
): StoredData {
  const candidateNames = new Set<string>();
  for (const { name } of assigned.forSession) candidateNames.add(name);
  const providedFields =
    turn.sessionVariables.size === 0 ? candidateNames : new Set([...turn.sessionVariables.keys(), ...candidateNames]);
  const given: GivenToInstances = { assigned, outcomes, providedFields, candidateNames, storedAt: turn.occurredAt };
  let instanceVariables: Map<string, InstanceVariables> | undefined;
  for (const instance of session.instances) {
    const variables = updateInstanceVariables(instance, given, getLocalFields);
    if (variables === instance) continue;
    instanceVariables ??= new Map();
    instanceVariables.set(instance.instanceId, variables);
  }
  return {
    sessionVariables:
      providedFields.size === 0 ? session.variables : updateSessionVariables(session, turn, assigned.forSession),
    declinedFields: updateDeclinedFields(session.declinedFields, providedFields, assigned.forSession),
    instanceVariables: instanceVariables ?? noInstanceVariables,
    providedFields,
    localVariables: assigned.byInstance,
  };
}

function updateSessionVariables(
  session: Session,
  turn: Turn,
  candidates: readonly CandidateVariable[],
): ReadonlyMap<string, SessionVariable> {
  const variables = new Map(session.variables);
  const storedAt = turn.occurredAt;
  for (const [name, value] of turn.sessionVariables) {
    const scope = session.variables.get(name)?.scope ?? 'SESSION';
    if (value === null) variables.delete(name);
    else variables.set(name, { value, scope, storedAt, isPersistedResult: false });
  }
  for (const variable of candidates) {
    const { name, scope } = variable;
    variables.set(name, { value: getValue(variable), scope, storedAt, isPersistedResult: false });
  }
  return variables;
}

/** A field stays declined until it gets a value (0.4). */
function updateDeclinedFields(
  before: readonly string[],
  providedFields: ReadonlySet<string>,
  candidates: readonly CandidateVariable[],
): readonly string[] {
  if (providedFields.size === 0) return before;
  const declined = candidates.filter(({ declined: isDeclined }) => isDeclined).map(({ name }) => name);
  if (before.length === 0 && declined.length === 0) return before;
  const kept = before.filter((name) => !providedFields.has(name));
  return mergeNames(kept, declined);
}

/** What the turn gives to the instances. */
interface GivenToInstances {
  readonly assigned: AssignedVariables;
  readonly outcomes: ReadonlyMap<string, readonly StepOutcome[]>;
  /** Removed from the variables of all instances, except where they are local fields. */
  readonly providedFields: ReadonlySet<string>;
  /** Candidate variables are newer than results. */
  readonly candidateNames: ReadonlySet<string>;
  readonly storedAt: number;
}

/** Returns the own variables of an instance after the turn; the instance itself if the turn gives it nothing. */
function updateInstanceVariables(
  instance: ScenarioInstance,
  { assigned, outcomes, providedFields, candidateNames, storedAt }: GivenToInstances,
  getLocalFields: (instance: ScenarioInstance) => ReadonlySet<string>,
): InstanceVariables {
  const taken = assigned.byInstance.get(instance.instanceId);
  const results = outcomes.get(instance.instanceId);
  if (!taken && !results && !hasAny(instance.variables, providedFields)) return instance;
  const localFields = getLocalFields(instance);
  const variables = new Map<string, JsonValue>();
  const variableTimes = new Map<string, number>();
  const set = (name: string, value: JsonValue, at: number | undefined): void => {
    variables.set(name, value);
    if (at !== undefined) variableTimes.set(name, at);
  };
  for (const [name, value] of instance.variables) {
    if (!providedFields.has(name) || localFields.has(name)) set(name, value, instance.variableTimes.get(name));
  }
  for (const outcome of results ?? []) {
    for (const [name, value] of outcome.results) if (!candidateNames.has(name)) set(name, value, storedAt);
  }
  for (const variable of taken ?? []) set(variable.name, getValue(variable), storedAt);
  return { variables, variableTimes };
}

function hasAny(values: FieldValues, names: ReadonlySet<string>): boolean {
  for (const name of values.keys()) if (names.has(name)) return true;
  return false;
}

/** A declined field is not known. */
function getValue({ declined, value }: CandidateVariable): JsonValue {
  return declined ? null : value;
}

/** Finds the fields that became known, changed or were cleared (section 6, `changed`); sorted. */
export function findChangedFields(fields: Iterable<string>, before: KnownData, after: KnownData): readonly string[] {
  const changed: string[] = [];
  for (const field of fields) if (!hasSameValue(before, after, field)) changed.push(field);
  return sortNames(changed);
}

/** Returns the values without the given names. */
export function omit(values: FieldValues, names: ReadonlySet<string>): FieldValues {
  return new Map([...values].filter(([name]) => !names.has(name)));
}
