import type { SelectionContext } from '../context/selection-context';
import { applyModelChoice } from '../lifecycle/model-choice';
import { changeAction, isActive, pause, type TurnInstance } from '../lifecycle/turn-instance';
import { type TurnState, updateInstances } from '../lifecycle/turn-state';
import {
  findRecoveryStep,
  getAttemptLimit,
  getLoopLimit,
  hasReachedLoopLimit,
  relocalize,
  relocalizeTo,
} from '../steps/recovery';
import { selectActiveGuards } from '../steps/step-conditions';
import { walkInstance } from '../steps/walk';
import { createWalkInput, toWalkInput } from '../steps/walk-input';
import type { Walk } from '../steps/walk-state';

/** Walks every instance that should walk and has not, all on the same snapshot (0.7, step 10). */
export function walkInstances(state: TurnState, context: SelectionContext): TurnState {
  return updateInstances(state, (instance) => {
    if (!isActive(instance) || instance.walk) return instance;
    return instance.shouldWalk ? walk(instance, context) : applyModelChoice(instance, context);
  });
}

function walk(instance: TurnInstance, context: SelectionContext): TurnInstance {
  const { view, start, expectedWalk } = instance;
  if (!view.step) return recoverFromMissingStep(instance, context);
  const input = toWalkInput(view, start !== undefined);
  if (!input) return instance;
  const walked = expectedWalk ?? walkInstance(input, context);
  return applyModelChoice(settleWalk(instance, countStalledAttempt(instance, walked, context), context), context);
}

/**
 * Applies a finished walk to its instance. One that ends where a call did not succeed cancels the instance (2.5). A loop ends at a recovery step or,
 * if there is none, in a pause (2.8).
 */
export function settleWalk(instance: TurnInstance, walked: Walk, context: SelectionContext): TurnInstance {
  const reason = findCallFailure(walked);
  if (reason) return changeAction(instance, { action: 'CANCEL', reason }, { walk: walked });
  if (!isLooping(walked, context)) return { ...instance, walk: walked };
  const recovery = relocalize(walked, context);
  return recovery
    ? changeAction(instance, { action: 'CONTINUE', reason: 'RELOCALIZED' }, { walk: recovery })
    : { ...pause(instance, 'LOOP'), loopStepId: walked.position.step.stepId };
}

/** Returns how the call of the visit ended if it did not succeed, unless an UNKNOWN transition that states `outcomes` still waits (2.5). */
function findCallFailure({ position, blockingTransition }: Walk): 'CALL_FAILED' | 'CALL_CANCELLED' | undefined {
  const { outcome } = position.visit;
  if (outcome !== 'CALL_FAILED' && outcome !== 'CALL_CANCELLED') return undefined;
  return blockingTransition?.hasOutcomes ? undefined : outcome;
}

/** 2.2: the current step no longer exists. Moves the instance to a recovery step, or cancels it if there is none. */
function recoverFromMissingStep(instance: TurnInstance, context: SelectionContext): TurnInstance {
  const { view } = instance;
  const step = view.scenario && findRecoveryStep(view.instance, view.scenario, [], context.settings);
  if (!view.scenario || !step) return changeAction(instance, { action: 'CANCEL', reason: 'STEP_NOT_FOUND' });
  const recovery = relocalizeTo(createWalkInput(view, view.scenario, step), step, view.instance.currentStepId, context);
  return changeAction(instance, { action: 'CONTINUE', reason: 'RELOCALIZED' }, { walk: recovery });
}

/**
 * Counts a message as an attempt if an UNKNOWN transition blocks the step, and nothing can be asked or awaited to resolve it (3.3). A turn
 * counts at most once.
 */
function countStalledAttempt({ view }: TurnInstance, walked: Walk, { turn, views }: SelectionContext): Walk {
  const isStalled = walked.blockingTransition !== undefined && walked.need.kind === 'none';
  if (!isStalled || walked.hasMoved || turn.trigger !== 'MESSAGE' || view.isAttemptExempt) return walked;
  const { instanceId, attemptsTotal } = view.instance;
  const before = views.find(({ instance }) => instance.instanceId === instanceId)?.instance;
  if (before && before.attemptsTotal < attemptsTotal) return walked;
  return { ...walked, attempts: walked.attempts + 1, attemptsTotal: walked.attemptsTotal + 1 };
}

/**
 * Whether the walk is a loop (2.8): it would enter a step, or retry a failed action, above the loop limit, or it stays at a step with more
 * attempts than allowed.
 */
function isLooping(
  { input, position, need, attempts, countsFailure }: Walk,
  { settings }: Pick<SelectionContext, 'settings'>,
): boolean {
  const { step, visit, isNewVisit } = position;
  if (isNewVisit) return hasReachedLoopLimit(input.instance, step, settings);
  const isRetry =
    need.kind === 'act' && (countsFailure || (step.isRequiredAction && visit.outcome === 'ACTION_FAILED'));
  const loopCount = (input.instance.loopCounts.get(step.stepId) ?? 0) + (countsFailure ? 1 : 0);
  if (isRetry && loopCount > getLoopLimit(step, settings)) return true;
  const limit = getAttemptLimit(step, settings);
  return limit > 0 && attempts > limit;
}

/** Activates the instances that the turn did not address, because the others contribute nothing (0.5). */
export function activateQuiet(state: TurnState): TurnState {
  return updateInstances(state, (instance) =>
    isActive(instance) && !instance.shouldWalk && !instance.walk
      ? { ...instance, shouldWalk: true, reason: instance.resumed ? 'RESUMED' : 'GOES_ON' }
      : instance,
  );
}

/** Removes the guards of global transitions whose values have changed from the instances that did not walk (3.2). */
export function updateGuards(state: TurnState, context: SelectionContext): TurnState {
  return updateInstances(state, (instance) => {
    const { view } = instance;
    if (instance.walk || view.instance.globalTransitionGuards.size === 0) return instance;
    const input = toWalkInput(view);
    if (!input) return instance;
    const updated = { ...view.instance, globalTransitionGuards: selectActiveGuards(input, context) };
    return { ...instance, view: { ...view, instance: updated } };
  });
}
