import type { SelectionContext } from '../context/selection-context';
import { createVisit } from '../model/session';
import type { CompiledStep } from '../scenario/compiled-scenario';
import { selectActiveGuards } from '../steps/global-guards';
import { findRecoveryStep, getLoopLimit, hasReachedLoopLimit } from '../steps/recovery';
import { findUnfinishedStage } from '../steps/stage';
import type { Walk } from '../steps/walk';
import type { WalkInput } from '../steps/walk-input';

/**
 * The walk with its turn counted as an attempt where an UNKNOWN transition holds the step and nothing can be asked (3.3), unless
 * the turn was counted already.
 */
export function countStalledAttempt(walk: Walk, { turn }: SelectionContext, countedAttempt: boolean): Walk {
  const stalls =
    walk.blockingTransition !== undefined &&
    walk.blockingTransition.missingFields.length === 0 &&
    walk.stage === 'none';
  if (!stalls || walk.hasMoved || countedAttempt || turn.trigger !== 'MESSAGE') return walk;
  const { position: standing } = walk;
  return { ...walk, position: { ...standing, visit: { ...standing.visit, attempts: standing.visit.attempts + 1 } } };
}

/**
 * Whether the walk loops (2.8): it ends on a newly entered step whose loop count would be above its limit, retries a failed action
 * above it, or stays with more attempts than allowed.
 */
export function isLooping(
  { input: subject, position: standing, hasMoved: moved, stage }: Walk,
  { settings }: SelectionContext,
): boolean {
  const { step, visit } = standing;
  if (moved) return hasReachedLoopLimit(subject.instance, step, settings);
  const retries = step.isRequiredAction && visit.outcome === 'ACTION_FAILED' && stage === 'act';
  const loopCount = subject.instance.loopCounts.get(step.stepId) ?? 0;
  if (retries && loopCount > getLoopLimit(step, settings)) return true;
  return settings.maxAttempts > 0 && visit.attempts > settings.maxAttempts;
}

/** The walk of a looping instance to a recovery step instead; undefined where there is none (3.8). */
export function relocalize(walk: Walk, context: SelectionContext): Walk | undefined {
  const { input: subject, position: standing } = walk;
  const away = [standing.step.stepId, subject.instance.currentStepId];
  const target = findRecoveryStep(subject.instance, subject.scenario, away, context.settings);
  return target && relocalizeTo(subject, target, standing.step.stepId, context, walk);
}

/**
 * Moves an instance straight to a recovery step. `original` is the step where it would have been; `looked` the walk that led there,
 * whose alternatives are kept as the explanation.
 */
export function relocalizeTo(
  subject: WalkInput,
  target: CompiledStep,
  original: string,
  context: SelectionContext,
  looked?: Walk,
): Walk {
  const { instance, known } = subject;
  const standing = {
    step: target,
    visit: createVisit(instance.lastVisitNumber + 1, context.revision),
    isNewVisit: true,
  };
  const asked = instance.visit.askedFields.length > 0;
  return {
    input: subject,
    traversedSteps: [
      {
        stepId: instance.currentStepId,
        transition: undefined,
        isIntermediate: false,
        wasAsked: asked,
        isSkipped: false,
      },
    ],
    position: standing,
    hasMoved: true,
    stage: findUnfinishedStage(standing, known, context.settings.enableStepSkipping),
    blockingTransition: undefined,
    correction: undefined,
    blockedByCheckpoint: '',
    relocalizedFrom: original,
    clearedFields: [],
    known,
    alternatives: looked?.alternatives.map((each) => ({ ...each, taken: false })) ?? [],
    conditionErrors: looked?.conditionErrors ?? [],
    globalGuards: selectActiveGuards(subject, context),
  };
}
