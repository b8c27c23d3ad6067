import type { ScenarioInstance, SessionVariable } from '../model/session';
import type { VariableScope } from '../model/turn';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import type { InstanceView } from './instance-view';

type Variables = ReadonlyMap<string, SessionVariable>;

/**
 * Returns the session's variables after instances have ended, before anything starts (0.4). Tool results listed under `persisted_fields`
 * move to the session; persisted results that a visit made unknown and that no outcome provided again are removed. A CASE field that no
 * remaining instance collects is forgotten, unless it is persisted or this turn provided it.
 */
export function forgetEndedFields(
  variables: Variables,
  ended: readonly InstanceView[],
  remaining: readonly Pick<InstanceView, 'scenario'>[],
  providedFields: ReadonlySet<string>,
): Variables {
  if (ended.length === 0) return variables;
  let moved = variables;
  for (const { instance, scenario } of ended) if (scenario) moved = movePersistedResults(moved, instance, scenario);
  const isReleased = findReleasedFields(listScenarios(ended), listScenarios(remaining));
  const kept = new Map(moved);
  for (const [name, { scope }] of variables) {
    if (!providedFields.has(name) && isReleased(name, scope)) kept.delete(name);
  }
  return kept;
}

/** Whether a variable of the session belonged only to scenarios that have ended. */
export type IsReleased = (field: string, scope: VariableScope) => boolean;

/**
 * Finds the CASE fields that ended scenarios collect, that no remaining scenario collects, and that no ended scenario lists under
 * `persisted_fields` (0.4).
 */
export function findReleasedFields(
  ended: readonly CompiledScenario[],
  remaining: readonly CompiledScenario[],
): IsReleased {
  const persistedFields = new Set(ended.flatMap(({ definition }) => definition.persistedFields));
  return (field, scope) =>
    scope === 'CASE' && isCollected(ended, field) && !isCollected(remaining, field) && !persistedFields.has(field);
}

/**
 * Moves the tool results that a scenario lists under `persisted_fields` from its ended instance to the session (0.4). A persisted result
 * that the instance made unknown, and that no outcome provided again, is removed from the session. Returns the same map if nothing changes.
 */
export function movePersistedResults(
  variables: Variables,
  { variables: own, variableTimes }: Pick<ScenarioInstance, 'variables' | 'variableTimes'>,
  { definition, toolVariables, localFields }: Pick<CompiledScenario, 'definition' | 'toolVariables' | 'localFields'>,
): Variables {
  let moved: Map<string, SessionVariable> | undefined;
  for (const name of definition.persistedFields) {
    const value = own.get(name);
    if (value === undefined || !toolVariables.has(name) || localFields.has(name)) continue;
    const before = variables.get(name);
    if (value === null && !before?.isPersistedResult) continue;
    moved ??= new Map(variables);
    if (value === null) moved.delete(name);
    else {
      const scope = before?.scope ?? 'SESSION';
      moved.set(name, { value, scope, storedAt: variableTimes.get(name), isPersistedResult: true });
    }
  }
  return moved ?? variables;
}

/** Whether one of the scenarios collects the field. */
export function isCollected(scenarios: readonly CompiledScenario[], field: string): boolean {
  return scenarios.some(({ collectedFields }) => collectedFields.has(field));
}

function listScenarios(views: readonly Pick<InstanceView, 'scenario'>[]): readonly CompiledScenario[] {
  return views.flatMap(({ scenario }) => scenario ?? []);
}
