import type { Scenario, ScenarioStep } from '../../model/scenario';
import type { VisitOutcome } from '../../model/turn';
import { describeCallCycle, findCallCycle, listCalls } from '../call-graph';
import { type Check, checkEachStep } from '../checks';
import type { CompiledDraft } from '../compiled-scenario';
import { createError, createWarning, locateField, locateTransition, type ScenarioFinding } from '../scenario-finding';

/** Finds a scenario that calls itself, and transitions that wait for the outcome of a call that their step does not make (section 11). */
export function* checkCalls(draft: CompiledDraft): Check {
  yield* checkCallCycles(draft.scenario, () => undefined);
  yield* checkEachStep(draft, checkOutcomes);
}

/**
 * Finds the calls of a scenario that close a cycle of calls (section 11). `getScenario` returns the definition that a call of another
 * scenario would run, or undefined if there is none.
 */
export function checkCallCycles(
  scenario: Scenario,
  getScenario: (scenarioId: string) => Scenario | undefined,
): readonly ScenarioFinding[] {
  const getName = (scenarioId: string): string | undefined =>
    (scenarioId === scenario.scenarioId ? scenario : getScenario(scenarioId))?.name;
  // Many steps can call the same scenario.
  const cycles = new Map<string, readonly string[] | undefined>();
  const listTargets = memoizeTargets(getScenario);
  return listCalls(scenario).flatMap((call) => {
    const { fieldPath, stepId, targetScenarioId } = call;
    if (!cycles.has(targetScenarioId)) cycles.set(targetScenarioId, findCallCycle(scenario, call, listTargets));
    const cycle = cycles.get(targetScenarioId);
    if (cycle === undefined) return [];
    return [createError('CALL_CYCLE', describeCallCycle(cycle, getName), { fieldPath, stepId })];
  });
}

/** Returns the distinct targets of the calls of a scenario, which are listed once. */
function memoizeTargets(
  getScenario: (scenarioId: string) => Scenario | undefined,
): (scenarioId: string) => readonly string[] {
  const targets = new Map<string, readonly string[]>();
  return (scenarioId) => {
    const known = targets.get(scenarioId);
    if (known !== undefined) return known;
    const scenario = getScenario(scenarioId);
    const calls = scenario === undefined ? [] : listCalls(scenario);
    const listed = [...new Set(calls.map(({ targetScenarioId }) => targetScenarioId))];
    targets.set(scenarioId, listed);
    return listed;
  };
}

const isCallOutcome: Readonly<Record<VisitOutcome, boolean>> = {
  CONFIRMED: false,
  DECLINED: false,
  ACTION_SUCCEEDED: false,
  ACTION_FAILED: false,
  CALL_SUCCEEDED: true,
  CALL_FAILED: true,
  CALL_CANCELLED: true,
};

function checkOutcomes(step: ScenarioStep, stepIndex: number): readonly ScenarioFinding[] {
  if (step.calls !== undefined) return [];
  return step.transitions.flatMap(({ outcomes }, index) => {
    if (outcomes.length === 0 || !outcomes.every((outcome) => isCallOutcome[outcome])) return [];
    const location = locateTransition(step, stepIndex, index);
    const message = `Transition "${location.transitionId}" is never taken, because step "${step.stepId}" calls no scenario. Add calls to the step, or use another outcome.`;
    return [createWarning('OUTCOME_WITHOUT_CALL', message, locateField(location, 'outcomes'))];
  });
}
