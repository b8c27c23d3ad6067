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
 * is none. `getScenario` returns the definition that a call would run, or undefined if it is not available.
 */
export function findCallCycle(
  caller: Scenario,
  { targetScenarioId }: Pick<LocatedCall, 'targetScenarioId'>,
  getScenario: (scenarioId: string) => Scenario | undefined,
): readonly string[] | undefined {
  const { scenarioId } = caller;
  const paths = new Map([[targetScenarioId, [scenarioId, targetScenarioId]]]);
  // Iterating over a map includes the entries that are added during the iteration.
  for (const [current, path] of paths) {
    if (current === scenarioId) return path;
    const scenario = getScenario(current);
    for (const { targetScenarioId: next } of scenario === undefined ? [] : listCalls(scenario)) {
      if (!paths.has(next)) paths.set(next, [...path, next]);
    }
  }
  return undefined;
}

/** Describes a cycle of calls. `names` has the names of the scenarios on it; those without a name are shown by id. */
export function describeCallCycle(
  cycle: readonly string[],
  getName: (scenarioId: string) => string | undefined,
): string {
  const chain = cycle.map((scenarioId) => `"${getName(scenarioId) ?? scenarioId}"`).join(' -> ');
  return `Scenarios call each other in a cycle: ${chain}. None of the calls could return. Remove a call.`;
}
