import type { SelectionContext } from '../context/selection-context';
import type { ScenarioInstance } from '../model/session';
import type { OrchestrationSettings } from '../model/settings';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { createWalk } from './create-walk';
import { finishWalk } from './finish-walk';
import { moveTo } from './moves';
import type { WalkInput } from './walk-input';
import type { Walk } from './walk-state';

/** Returns the loop limit of a step: its own, else that of its scenario, else the configured one (2.8). */
export function getLoopLimit(step: CompiledStep, settings: OrchestrationSettings): number {
  return step.maxLoopCount ?? settings.maxLoopCount;
}

/** Returns the limit on attempts at a step: its own, else that of its scenario, else the configured one; 0: no limit (2.8). */
export function getAttemptLimit(step: CompiledStep, settings: OrchestrationSettings): number {
  return step.maxAttempts ?? settings.maxAttempts;
}

/** Whether one more visit of the step would exceed its loop limit (2.8, 3.6). */
export function hasReachedLoopLimit(
  instance: ScenarioInstance,
  step: CompiledStep,
  settings: OrchestrationSettings,
): boolean {
  return step.countsLoops && (instance.loopCounts.get(step.stepId) ?? 0) + 1 > getLoopLimit(step, settings);
}

/**
 * Finds the recovery step of an instance that cannot stay at its step (3.8). The step has not reached its own loop limit, is not before a
 * passed checkpoint and not one of `excludedStepIds`. Candidates are tried by step priority, then in scenario order.
 */
export function findRecoveryStep(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  excludedStepIds: readonly string[],
  settings: OrchestrationSettings,
): CompiledStep | undefined {
  return scenario.recoverySteps.find(
    (step) =>
      !excludedStepIds.includes(step.stepId) &&
      !hasReachedLoopLimit(instance, step, settings) &&
      !instance.stepsBeforeCheckpoint.includes(step.stepId) &&
      !instance.irreversibleDone.some(({ passed, stepId }) => passed && stepId === step.stepId),
  );
}

/** Replaces the walk of a looping instance with a move to a recovery step; undefined if there is none (3.8). */
export function relocalize(walk: Walk, context: SelectionContext): Walk | undefined {
  const { input, position } = walk;
  const excludedStepIds = [position.step.stepId, input.instance.currentStepId];
  const target = findRecoveryStep(input.instance, input.scenario, excludedStepIds, context.settings);
  return target && relocalizeTo(input, target, position.step.stepId, context, walk);
}

/**
 * Moves an instance directly to a recovery step. `originalStepId` is the step where the instance would be without the move. `replacedWalk`
 * is the walk that led there; the transitions that it considered are kept to explain the decision.
 */
export function relocalizeTo(
  input: WalkInput,
  target: CompiledStep,
  originalStepId: string,
  context: SelectionContext,
  replacedWalk?: Walk,
): Walk {
  const walk = createWalk(input, context);
  moveTo(walk, target, context);
  walk.traversedSteps = walk.traversedSteps.map((step) => ({ ...step, isSkipped: false }));
  walk.relocalizedFrom = originalStepId;
  if (replacedWalk) {
    walk.attemptsTotal = replacedWalk.attemptsTotal;
    walk.considered = replacedWalk.considered.slice();
  }
  finishWalk(walk, context);
  return walk;
}
