import type { SelectionContext } from '../context/selection-context';
import { hasEnded, type InstanceOutcome } from '../lifecycle/instance-outcome';
import type { ScenarioInstance, SessionVariable } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';

/**
 * The session's variables after instances have ended: when the last instance whose scenario collects a CASE field ends, that field
 * goes, unless its scenario lists it under `persisted_fields`; where several end at once, one that lists it is enough (0.4).
 */
export function dropExpiredVariables(
  variables: ReadonlyMap<string, SessionVariable>,
  fates: readonly InstanceOutcome[],
  started: readonly ScenarioInstance[],
  { catalogue }: SelectionContext,
): ReadonlyMap<string, SessionVariable> {
  const ended = fates.filter(hasEnded);
  if (ended.length === 0) return variables;
  const collected = (by: readonly (CompiledScenario | undefined)[], field: string): boolean =>
    by.some((scenario) => scenario?.collectedFields.has(field) ?? false);
  const of = (some: readonly InstanceOutcome[]) => some.map(({ view }) => view.scenario);
  const over = of(ended);
  const goingOn = [
    ...of(fates.filter((each) => !hasEnded(each))),
    ...started.map(({ scenarioId, scenarioVersion }) => catalogue.getScenarioVersion(scenarioId, scenarioVersion)),
  ];
  const persisted = new Set(over.flatMap((scenario) => scenario?.definition.persistedFields ?? []));
  const goes = (field: string): boolean =>
    collected(over, field) && !collected(goingOn, field) && !persisted.has(field);
  // By the variables, not by what is collected: a scenario may have thousands of steps.
  return new Map([...variables].filter(([field, { scope }]) => scope !== 'CASE' || !goes(field)));
}
