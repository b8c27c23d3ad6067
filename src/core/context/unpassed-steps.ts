import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { findReachableSteps } from '../scenario/step-graph';
import { isActFinished, isConfirmFinished, toVisitState } from './visit-state';

type Answers = Map<(step: CompiledStep) => boolean, boolean>;

/** The answers about instances. A turn asks once for each field that can expire, and instances never change. */
const answers = new WeakMap<ScenarioInstance, Answers>();

/** Whether one of the relevant steps was not passed and can still be reached from the current step, or is the current step. */
export function hasUnpassedStepAhead(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  isRelevant: (step: CompiledStep) => boolean,
): boolean {
  const known = answers.get(instance);
  const answer = known?.get(isRelevant);
  if (answer !== undefined) return answer;
  const isAhead = [...findReachableSteps([instance.currentStepId], scenario.graph)].some((stepId) => {
    const step = scenario.steps.get(stepId);
    return step !== undefined && isRelevant(step) && !isPassed(instance, step);
  });
  const updated: Answers = known ?? new Map();
  answers.set(instance, updated.set(isRelevant, isAhead));
  return isAhead;
}

/**
 * Whether a step need not be passed again. A success that was recorded late does not count (0.6). For the current step only this visit counts,
 * because a step that is entered again must be passed again.
 */
function isPassed(instance: ScenarioInstance, step: CompiledStep): boolean {
  const { irreversibleDone, route, visit, currentStepId } = instance;
  const isCurrent = step.stepId === currentStepId;
  if (step.countsAsCheckpoint) {
    return irreversibleDone.some(
      (done) => done.passed && done.stepId === step.stepId && (!isCurrent || done.visitNumber === visit.number),
    );
  }
  if (!isCurrent) return route.some(({ stepId }) => stepId === step.stepId);
  if (step.call !== undefined && visit.outcome !== 'CALL_SUCCEEDED') return false;
  const state = toVisitState(instance, step);
  return isConfirmFinished(state) && (!step.isRequiredAction || isActFinished(state));
}
