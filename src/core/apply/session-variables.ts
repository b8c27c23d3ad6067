import type { SelectionContext } from '../context/selection-context';
import { hasEnded, type InstanceDecision } from '../lifecycle/instance-decision';
import type { ScenarioInstance, SessionVariable } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import type { Walk } from '../steps/walk';

interface SessionFields {
  readonly variables: ReadonlyMap<string, SessionVariable>;
  readonly instances: readonly ScenarioInstance[];
}

/**
 * Clears the fields that taken transitions list under `clears`, for all instances (3.2): the session variable becomes null, which
 * also hides older sources, and instance variables are removed, unless an outcome of this turn provided them.
 */
export function clearFields(
  fields: SessionFields,
  walks: ReadonlyMap<string, Walk>,
  { views }: SelectionContext,
): SessionFields {
  const clearedFields = new Set<string>();
  for (const walk of walks.values()) for (const field of walk.clearedFields) clearedFields.add(field);
  if (clearedFields.size === 0) return fields;
  const variables = new Map(fields.variables);
  for (const name of clearedFields) variables.set(name, { value: null, scope: variables.get(name)?.scope ?? 'CASE' });
  const providedFields = new Map(views.map((view) => [view.instance.instanceId, view.providedFields]));
  const isKept = (instanceId: string, name: string): boolean =>
    !clearedFields.has(name) || (providedFields.get(instanceId)?.has(name) ?? false);
  return {
    variables,
    instances: fields.instances.map((instance) => ({
      ...instance,
      variables: new Map([...instance.variables].filter(([name]) => isKept(instance.instanceId, name))),
      variableTimes: new Map([...instance.variableTimes].filter(([name]) => isKept(instance.instanceId, name))),
    })),
  };
}

/**
 * Drops the CASE variables that no remaining instance collects, after the instances that collected them have ended (0.4). A
 * variable is kept if one of the ended scenarios lists it under `persisted_fields`.
 */
export function dropExpiredVariables(
  variables: ReadonlyMap<string, SessionVariable>,
  decisions: readonly InstanceDecision[],
  started: readonly ScenarioInstance[],
  { catalogue }: SelectionContext,
): ReadonlyMap<string, SessionVariable> {
  const endedScenarios = decisions.filter(hasEnded).map(({ view }) => view.scenario);
  if (endedScenarios.length === 0) return variables;
  const remainingScenarios = [
    ...decisions.filter((decision) => !hasEnded(decision)).map(({ view }) => view.scenario),
    ...started.map(({ scenarioId, scenarioVersion }) => catalogue.getScenarioVersion(scenarioId, scenarioVersion)),
  ];
  const persistedFields = new Set(endedScenarios.flatMap((scenario) => scenario?.definition.persistedFields ?? []));
  const isExpired = (field: string): boolean =>
    isCollected(endedScenarios, field) && !isCollected(remainingScenarios, field) && !persistedFields.has(field);
  // Iterates over the variables, not the collected fields, because a scenario can have thousands of steps.
  return new Map([...variables].filter(([field, { scope }]) => scope !== 'CASE' || !isExpired(field)));
}

function isCollected(scenarios: readonly (CompiledScenario | undefined)[], field: string): boolean {
  return scenarios.some((scenario) => scenario?.collectedFields.has(field) ?? false);
}
