import type { CompiledStep } from '../compiled-scenario';
import type { SelectionContext } from '../context/selection-context';
import { freshVisit } from '../session';
import { guardsThatHold } from './global-guards';
import { atLoopLimit, loopLimit, recoveryStep } from './relocalization';
import { unfinishedStage } from './stage';
import type { Walk } from './walk';
import type { WalkSubject } from './walk-subject';

/**
 * The walk with its turn counted as an attempt where an UNKNOWN transition holds the step and nothing can be asked (3.3), unless
 * the turn was counted already.
 */
export function withStallCounted(walk: Walk, { turn }: SelectionContext, countedAttempt: boolean): Walk {
  const stalls = walk.heldBy !== undefined && walk.heldBy.missing.length === 0 && walk.stage === 'none';
  if (!stalls || walk.moved || countedAttempt || turn.trigger !== 'MESSAGE') return walk;
  const { standing } = walk;
  return { ...walk, standing: { ...standing, visit: { ...standing.visit, attempts: standing.visit.attempts + 1 } } };
}

/**
 * Whether the walk loops (2.8): it ends on a newly entered step whose loop count would be above its limit, retries a failed action
 * above it, or stays with more attempts than allowed.
 */
export function loopsOn({ subject, standing, moved, stage }: Walk, { settings }: SelectionContext): boolean {
  const { step, visit } = standing;
  if (moved) return atLoopLimit(subject.instance, step, settings);
  const retries = step.isRequiredAction && visit.outcome === 'ACTION_FAILED' && stage === 'act';
  const loopCount = subject.instance.loopCounts.get(step.stepId) ?? 0;
  if (retries && loopCount > loopLimit(step, settings)) return true;
  return settings.maxAttempts > 0 && visit.attempts > settings.maxAttempts;
}

/** The walk of a looping instance to a recovery step instead; undefined where there is none (3.8). */
export function relocalize(walk: Walk, context: SelectionContext): Walk | undefined {
  const { subject, standing } = walk;
  const away = [standing.step.stepId, subject.instance.currentStepId];
  const target = recoveryStep(subject.instance, subject.scenario, away, context.settings);
  return target && walkToRecovery(subject, target, standing.step.stepId, context, walk);
}

/**
 * Moves an instance straight to a recovery step. `original` is the step where it would have been; `looked` the walk that led there,
 * whose alternatives are kept as the explanation.
 */
export function walkToRecovery(
  subject: WalkSubject,
  target: CompiledStep,
  original: string,
  context: SelectionContext,
  looked?: Walk,
): Walk {
  const { instance, known } = subject;
  const standing = {
    step: target,
    visit: freshVisit(instance.lastVisitNumber + 1, context.revision),
    isNew: true,
  };
  const asked = instance.visit.askedFields.length > 0;
  return {
    subject,
    left: [{ stepId: instance.currentStepId, transition: undefined, passedOver: false, asked, skipped: false }],
    standing,
    moved: true,
    stage: unfinishedStage(standing, known, context.settings.enableStepSkipping),
    heldBy: undefined,
    correction: undefined,
    blockedByCheckpoint: '',
    relocalizedFrom: original,
    cleared: [],
    known,
    alternatives: looked?.alternatives.map((each) => ({ ...each, taken: false })) ?? [],
    conditionErrors: looked?.conditionErrors ?? [],
    globalGuards: guardsThatHold(subject, context),
  };
}
