import { getStartTargets } from '../context/instance-signals';
import type { InstanceView } from '../context/instance-view';
import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import { hasUnpassedStepAhead } from '../context/unpassed-steps';
import type { Ending } from '../model/scenario';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { createWalk } from '../steps/create-walk';
import { hasEndedEarly, isDone } from '../steps/stage-need';
import { createWalkInput } from '../steps/walk-input';

/**
 * Whether the instance is at a terminal step with all stages finished (2.3c). An ASK for data that a transition is missing comes after all
 * stages (3.3).
 */
export function isAtFinishedEnd(
  view: InstanceView,
  scenario: CompiledScenario,
  step: CompiledStep,
  context: SelectionContext,
): boolean {
  if (!step.isTerminal || hasEndedEarly({ step, visit: view.instance.visit })) return false;
  return isDone(createWalk(createWalkInput(view, scenario, step), context), context);
}

/**
 * Whether an instance that is finished apart from the values of this turn makes room for a new run (2.3c): a START is aimed at it, or a
 * candidate names it clearly, no other candidate has a higher score, and the turn addresses no other instance.
 */
export function isRestarted(view: InstanceView, scenario: CompiledScenario, context: SelectionContext): boolean {
  if (view.signals.hasStart) return true;
  const { scenarioId, definition } = scenario;
  const named = context.candidates.find((candidate) => candidate.scenarioId === scenarioId);
  const threshold = definition.restartThreshold ?? context.settings.restartThreshold;
  if (!named || !meetsStartThreshold(named, context.settings) || named.score < threshold) return false;
  const isSurpassed =
    context.candidates.some(({ score }) => score > named.score) ||
    (named.score < 1 && getStartTargets(context.turn.situation.signals).size > 0);
  return !isSurpassed && !context.views.some((other) => other !== view && other.isAddressed);
}

/** Returns how a run ends that a COMPLETE signal or the model completes (2.3a). */
export function getRequestedEnding({ instance, step }: InstanceView, scenario: CompiledScenario): Ending {
  if (step?.isTerminal && step.ending === 'FAILED') return 'FAILED';
  return hasObligationAhead(instance, scenario) ? 'FAILED' : 'SUCCEEDED';
}

/** Whether a checkpoint, a required action or a call that was not passed can still be reached from the current step. */
export function hasObligationAhead(instance: ScenarioInstance, scenario: CompiledScenario): boolean {
  return hasUnpassedStepAhead(instance, scenario, mustBePassed);
}

function mustBePassed({ isCheckpoint, isRequiredAction, call }: CompiledStep): boolean {
  return isCheckpoint || isRequiredAction || call !== undefined;
}
