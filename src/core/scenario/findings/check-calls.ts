import type { Scenario } from '../../model/scenario';
import type { VisitOutcome } from '../../model/turn';
import { describeCallCycle, findCallCycle, listCalls } from '../call-graph';
import type { CompiledDraft } from '../compiled-scenario';
import { createError, createWarning, locateField, locateTransition, type ScenarioFinding } from '../scenario-finding';

/** Finds a scenario that calls itself, and transitions that wait for the outcome of a call that their step does not make (section 11). */
export function checkCalls({ scenario }: CompiledDraft): readonly ScenarioFinding[] {
  return [...checkCallCycles(scenario, () => undefined), ...checkOutcomes(scenario)];
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
  return listCalls(scenario).flatMap((call) => {
    const cycle = findCallCycle(scenario, call, getScenario);
    if (cycle === undefined) return [];
    const { fieldPath, stepId } = call;
    return [createError('CALL_CYCLE', describeCallCycle(cycle, getName), { fieldPath, stepId })];
  });
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

function checkOutcomes({ steps }: Scenario): readonly ScenarioFinding[] {
  return steps.flatMap((step, stepIndex) => {
    if (step.calls !== undefined) return [];
    return step.transitions.flatMap(({ outcomes }, index) => {
      if (outcomes.length === 0 || !outcomes.every((outcome) => isCallOutcome[outcome])) return [];
      const location = locateTransition(step, stepIndex, index);
      const message = `Transition "${location.transitionId}" is never taken, because step "${step.stepId}" calls no scenario. Add calls to the step, or use another outcome.`;
      return [createWarning('OUTCOME_WITHOUT_CALL', message, locateField(location, 'outcomes'))];
    });
  });
}
