import type { FieldValues } from '../model/json';
import { type KnownData, viewInstanceData } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { applyHeldValues } from './held-values';
import type { ViewInput } from './instance-view';
import type { StoredData } from './stored-data';

/** The data that one instance sees on this turn, before its outcomes are recorded. */
export interface InstanceData extends Pick<ScenarioInstance, 'variables' | 'variableTimes'> {
  /** The known data before the turn. */
  readonly before: KnownData;
  /** The known data with the data of the turn, without held values (3.9). */
  readonly current: KnownData;
  /** Names in the patch and in the candidate variables that the instance receives. */
  readonly providedNames: ReadonlySet<string>;
  readonly localFields: ReadonlySet<string>;
}

const noFields: ReadonlySet<string> = new Set();

/** Returns the data that an instance sees on this turn. */
export function viewData(
  original: ScenarioInstance,
  scenario: CompiledScenario | undefined,
  { session, turn, storedData, before, known }: Pick<ViewInput, 'session' | 'turn' | 'storedData' | 'before' | 'known'>,
): InstanceData {
  const { customerData } = turn;
  const { sessionVariables } = storedData;
  const localFields = scenario?.localFields ?? noFields;
  const { variables, variableTimes } = storedData.instanceVariables.get(original.instanceId) ?? original;
  const ownBefore = applyHeldValues(original);
  const isShared = variables.size === 0 && ownBefore.size === 0 && localFields.size === 0;
  const current = isShared ? known : viewInstanceData(variables, sessionVariables, customerData, localFields);
  return {
    variables,
    variableTimes,
    before: isShared ? before : viewInstanceData(ownBefore, session.variables, customerData, localFields),
    current,
    providedNames: listProvided(original.instanceId, storedData, localFields),
    localFields,
  };
}

/** Returns the known data of an instance with the given own variables and held values. */
export function viewDataWith(
  own: FieldValues,
  heldValues: FieldValues,
  { variables, current, localFields }: InstanceData,
  { turn, storedData }: Pick<ViewInput, 'turn' | 'storedData'>,
): KnownData {
  if (heldValues.size === 0 && own === variables) return current;
  const values = new Map([...own, ...heldValues]);
  return viewInstanceData(values, storedData.sessionVariables, turn.customerData, localFields);
}

/**
 * Lists the names that the patch and the candidate variables provide to the instance. A local field is listed only if this instance
 * received it.
 */
function listProvided(
  instanceId: string,
  { providedFields, localVariables }: StoredData,
  localFields: ReadonlySet<string>,
): ReadonlySet<string> {
  const received = localVariables.get(instanceId);
  if (!received && localFields.size === 0) return providedFields;
  const names = new Set([...providedFields].filter((name) => !localFields.has(name)));
  for (const { name } of received ?? []) names.add(name);
  return names;
}

/** Returns the fields that the customer declined, as the instance sees them (0.4). */
export function listDeclined(instanceId: string, { declinedFields, localVariables }: StoredData): ReadonlySet<string> {
  const received = localVariables.get(instanceId);
  if (declinedFields.length === 0 && !received) return noFields;
  return new Set([...declinedFields, ...(received ?? []).filter(({ declined }) => declined).map(({ name }) => name)]);
}
