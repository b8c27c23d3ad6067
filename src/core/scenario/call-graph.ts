import type { Scenario } from '../model/scenario';

/** A call of a step, with its place in the definition. */
export interface LocatedCall {
  readonly targetScenarioId: string;
  readonly stepId: string;
  /** Path of the called scenario in the field names of the contract. */
  readonly fieldPath: string;
}

/** Returns the calls of a scenario in the order of its steps (section 11). */
export function listCalls({ steps }: Scenario): readonly LocatedCall[] {
  return steps.flatMap(({ stepId, calls }, index) =>
    calls === undefined
      ? []
      : [{ targetScenarioId: calls.scenarioId, stepId, fieldPath: `steps[${index}].calls.scenario_id` }],
  );
}

/**
 * Finds a chain of calls from the target of a call back to the caller: scenario ids from the caller back to the caller; undefined if there
 * is none. `listTargets` returns the scenarios that a scenario calls, in the definition that a call would run.
 */
export function findCallCycle(
  { scenarioId }: Scenario,
  { targetScenarioId }: Pick<LocatedCall, 'targetScenarioId'>,
  listTargets: (scenarioId: string) => readonly string[],
): readonly string[] | undefined {
  // The scenario from which each one was found.
  const callers = new Map([[targetScenarioId, scenarioId]]);
  // Iterating over a map includes the entries that are added during the iteration.
  for (const [current] of callers) {
    if (current === scenarioId) return tracePath(scenarioId, targetScenarioId, callers);
    for (const next of listTargets(current)) if (!callers.has(next)) callers.set(next, current);
  }
  return undefined;
}

function tracePath(scenarioId: string, targetId: string, callers: ReadonlyMap<string, string>): readonly string[] {
  const path = [scenarioId];
  let current = scenarioId;
  while (current !== targetId) {
    current = callers.get(current) ?? targetId;
    path.unshift(current);
  }
  return targetId === scenarioId ? [scenarioId, scenarioId] : [scenarioId, ...path];
}

/** Describes a cycle of calls. `names` has the names of the scenarios on it; those without a name are shown by id. */
export function describeCallCycle(
  cycle: readonly string[],
  getName: (scenarioId: string) => string | undefined,
): string {
  const chain = cycle.map((scenarioId) => `"${getName(scenarioId) ?? scenarioId}"`).join(' -> ');
  return `Scenarios call each other in a cycle: ${chain}. None of the calls could return. Remove a call.`;
}
