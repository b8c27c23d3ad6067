import { findReleasedFields, type IsReleased, isCollected, movePersistedResults } from '../context/ended-data';
import type { SelectionContext } from '../context/selection-context';
import { hasEnded, type TurnInstance } from '../lifecycle/turn-instance';
import type { JsonValue } from '../model/json';
import type { ScenarioInstance, SessionVariable } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';

type Variables = ReadonlyMap<string, SessionVariable>;

/** Moves the persisted results of all instances that end on this turn, in the order of the instances. */
export function moveAllPersistedResults(variables: Variables, instances: readonly TurnInstance[]): Variables {
  let moved = variables;
  for (const ended of instances.filter(hasEnded)) {
    const { instance, scenario } = ended.view;
    if (!scenario) continue;
    // What the last walk cleared or forgot is no longer known.
    const forgotten = new Set([...(ended.walk?.clearedFields ?? []), ...(ended.walk?.forgottenFields ?? [])]);
    const known = new Map([...instance.variables].map(([name, value]) => [name, forgotten.has(name) ? null : value]));
    moved = movePersistedResults(moved, { variables: known, variableTimes: instance.variableTimes }, scenario);
  }
  return moved;
}

/** The variables of a session, and its instances with their own. */
interface SessionFields {
  readonly variables: Variables;
  readonly instances: readonly ScenarioInstance[];
}

/**
 * Clears the fields that taken transitions list under `clears`, for all instances (3.2): the session variable becomes null, which also hides
 * older sources, and instance variables are removed, unless an outcome of this turn provided them. A local field is cleared only for the
 * instance that took the transition (0.4).
 */
export function clearFields(fields: SessionFields, instances: readonly TurnInstance[]): SessionFields {
  if (instances.every(({ walk }) => walk === undefined || walk.clearedFields.length === 0)) return fields;
  const cleared = new Set<string>();
  for (const { walk } of instances) {
    if (!walk) continue;
    for (const field of walk.clearedFields) if (!walk.input.scenario.localFields.has(field)) cleared.add(field);
  }
  const byId = new Map(instances.map((instance) => [instance.view.instance.instanceId, instance]));
  const clearedInstances = fields.instances.map((instance) => {
    const turnInstance = byId.get(instance.instanceId);
    return turnInstance ? clearInstanceFields(instance, turnInstance, cleared) : instance;
  });
  const variables = new Map(fields.variables);
  for (const name of cleared) {
    variables.set(name, { value: null, scope: variables.get(name)?.scope ?? 'CASE', isPersistedResult: false });
  }
  return { variables, instances: clearedInstances };
}

function clearInstanceFields(
  instance: ScenarioInstance,
  { view, walk }: TurnInstance,
  cleared: ReadonlySet<string>,
): ScenarioInstance {
  const own = walk?.clearedFields ?? [];
  const isLocal = (name: string): boolean => view.scenario?.localFields.has(name) ?? false;
  const isCleared = (name: string): boolean =>
    own.includes(name) || (cleared.has(name) && !isLocal(name) && !view.providedFields.has(name));
  const variables = new Map<string, JsonValue>([...instance.variables].filter(([name]) => !isCleared(name)));
  // A local field has no session variable. A null in the instance hides the older sources.
  for (const name of own) if (isLocal(name)) variables.set(name, null);
  return {
    ...instance,
    variables,
    variableTimes: new Map([...instance.variableTimes].filter(([name]) => !isCleared(name))),
  };
}

/**
 * Finds the CASE fields that only ended instances collect (0.4). A field is kept if an ended scenario lists it under `persisted_fields`. An
 * instance of an ended scenario that started on this turn keeps only the values of this turn. Undefined if nothing is forgotten.
 */
export function findForgottenFields(
  instances: readonly TurnInstance[],
  { storedData }: Pick<SelectionContext, 'storedData'>,
): IsReleased | undefined {
  const endedScenarios = listScenarios(instances.filter(hasEnded));
  if (endedScenarios.length === 0) return undefined;
  const endedIds = new Set(endedScenarios.map(({ scenarioId }) => scenarioId));
  const isRestart = ({ start }: TurnInstance): boolean =>
    start !== undefined && endedIds.has(start.scenario.scenarioId);
  const remaining = instances.filter((instance) => !hasEnded(instance));
  const running = listScenarios(remaining);
  const others = listScenarios(remaining.filter((instance) => !isRestart(instance)));
  const isReleased = findReleasedFields(endedScenarios, others);
  return (field, scope) =>
    isReleased(field, scope) && !(isCollected(running, field) && storedData.providedFields.has(field));
}

/** Removes the forgotten fields. Iterates over the variables, not the collected fields, because a scenario can have thousands of steps. */
export function forgetFields(variables: Variables, isForgotten: IsReleased | undefined): Variables {
  return isForgotten ? new Map([...variables].filter(([field, { scope }]) => !isForgotten(field, scope))) : variables;
}

/** Drops the declined fields that are forgotten, so that the next run asks for them (0.4). A declined field is stored as null. */
export function forgetDeclinedFields(
  declinedFields: readonly string[],
  variables: Variables,
  isForgotten: IsReleased | undefined,
): readonly string[] {
  if (!isForgotten || declinedFields.length === 0) return declinedFields;
  return declinedFields.filter((field) => !isForgotten(field, variables.get(field)?.scope ?? 'CASE'));
}

function listScenarios(instances: readonly TurnInstance[]): readonly CompiledScenario[] {
  return instances.flatMap(({ view }) => view.scenario ?? []);
}
