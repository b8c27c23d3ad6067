import type { SelectionContext } from '../context/selection-context';
import type { TransitionTrigger } from '../model/scenario';
import type { Truth } from '../model/truth';
import type { CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import { clearFields } from './moves';
import { hasEndedEarly, isDone, isPassable } from './stage-need';
import { computeReadFingerprint, evaluateTextCondition, evaluateTransition, LazyVariables } from './step-conditions';
import {
  type BlockingTransition,
  isSettledAt,
  type TransitionEvaluation,
  type Walk,
  type WalkDraft,
} from './walk-state';
import { spendTransition } from './walk-work';

/** The transition to take, or the transition that blocks. Both are undefined if all transitions are FALSE or ineligible. */
export interface TransitionChoice {
  readonly transition: CompiledTransition | undefined;
  readonly blockingTransition: BlockingTransition | undefined;
  /** The guard of a global transition that is taken (3.2). */
  readonly guard: { readonly id: string; readonly fingerprint: string } | undefined;
}

const noChoice: TransitionChoice = {
  transition: undefined,
  blockingTransition: undefined,
  guard: undefined,
};

/**
 * Evaluates the ANYTIME and global transitions of a step, or its ON_COMPLETION transitions, in order, and chooses the first TRUE one. An
 * UNKNOWN ON_COMPLETION transition blocks the transitions after it (3.2, 3.3). A TRUE one also blocks if its target was already entered on
 * this turn, because the transitions after it apply only if it is FALSE (3.5). Adds the transitions that it looks at to those that the walk considered.
 */
export function chooseTransition(
  trigger: TransitionTrigger,
  walk: WalkDraft,
  context: SelectionContext,
): TransitionChoice {
  const { position, input, considered } = walk;
  const eligible = listEligibleTransitions(trigger, walk, context);
  if (eligible.length === 0) return noChoice;
  const variables = new LazyVariables(walk, context);
  let blockingTransition: BlockingTransition | undefined;
  let blockedReason = '';
  for (const transition of eligible) {
    spendTransition(transition, walk, context);
    const text = evaluateTextCondition(transition, input.scenario, context);
    const ineligibleReason = blockedReason || findIneligibleReason(trigger, transition, walk, variables, context, text);
    if (ineligibleReason !== '') {
      considered.push({ transition, position, evaluation: undefined, obstacle: ineligibleReason });
      continue;
    }
    const evaluation = evaluateTransition(transition, walk, variables, context, text);
    if (evaluation.truth === 'TRUE' && isReentry(walk, transition, context)) {
      considered.push({ transition, position, evaluation, obstacle: targetAlreadyEntered });
      blockedReason = `blocked by "${transition.id}"`;
      continue;
    }
    considered.push({ transition, position, evaluation, obstacle: '' });
    if (evaluation.truth === 'TRUE') {
      const guard = transition.isGlobal
        ? { id: transition.id, fingerprint: computeReadFingerprint(transition, variables, context, text) }
        : undefined;
      return { transition, blockingTransition: undefined, guard };
    }
    if (evaluation.truth === 'UNKNOWN' && trigger === 'ON_COMPLETION') {
      blockingTransition = toBlockingTransition(transition, evaluation);
      blockedReason = `blocked by "${transition.id}"`;
    }
  }
  return blockingTransition ? { transition: undefined, blockingTransition, guard: undefined } : noChoice;
}

const noTransitions: readonly CompiledTransition[] = [];

/** ON_COMPLETION transitions are eligible only if the step is done, can be passed over or has ended early (3.2, 3.5). */
function listEligibleTransitions(
  trigger: TransitionTrigger,
  walk: Walk,
  context: SelectionContext,
): readonly CompiledTransition[] {
  const { input, position } = walk;
  switch (trigger) {
    case 'ANYTIME': {
      const { anytimeTransitions } = position.step;
      const { globalTransitions } = input.scenario;
      if (globalTransitions.length === 0) return anytimeTransitions;
      return anytimeTransitions.length === 0 ? globalTransitions : [...anytimeTransitions, ...globalTransitions];
    }
    case 'ON_COMPLETION': {
      const { completionTransitions } = position.step;
      if (completionTransitions.length === 0) return completionTransitions;
      const canLeave =
        hasEndedEarly(position) || (position.isNewVisit && isPassable(walk, context)) || isDone(walk, context);
      return canLeave ? completionTransitions : noTransitions;
    }
  }
}

/**
 * Whether the walk has already entered the target and must not enter it again. A step is entered at most once a turn, except where the walk
 * ends there because a field that it collects is not settled (3.5), and where a transition clears a field of the target and this turn gave
 * the value for the next round ("Another one?" - "Yes, milk"). Such a transition makes a field unknown, so that a walk takes it only as
 * often as there are fields.
 */
function isReentry(walk: Walk, transition: CompiledTransition, context: SelectionContext): boolean {
  const { targetStepId } = transition;
  if (!hasEntered(walk, targetStepId)) return false;
  const target = walk.input.scenario.steps.get(targetStepId);
  return !target || isClosedRound(walk, transition, target, context);
}

/** Whether the walk has entered the step. */
function hasEntered({ position, traversedSteps }: Walk, stepId: string): boolean {
  if (position.isNewVisit && position.step.stepId === stepId) return true;
  for (const { isPassedOver, entry } of traversedSteps) if (isPassedOver && entry.stepId === stepId) return true;
  return false;
}

/** Whether the transition neither ends the walk at its target nor begins the next round of a loop there. */
function isClosedRound(
  walk: Walk,
  transition: CompiledTransition,
  target: CompiledStep,
  context: SelectionContext,
): boolean {
  const cleared = clearFields(walk, transition, context);
  const hasUnsettledField = target.collectedFields.some((field) => !isSettledAt(field, target, cleared, context));
  const isNextRound =
    cleared.clearedFields.length > walk.clearedFields.length &&
    target.collectedFields.some((field) => transition.definition.clears.includes(field));
  return !hasUnsettledField && !isNextRound;
}

const targetAlreadyEntered = 'target was already entered on this turn';

/** Returns why a transition is not evaluated, or "". If a step ended early, only transitions that read its outcome are eligible (3.2). */
function findIneligibleReason(
  trigger: TransitionTrigger,
  transition: CompiledTransition,
  walk: Walk,
  variables: LazyVariables,
  context: SelectionContext,
  text: Truth | undefined,
): string {
  if (transition.isNaturalLanguageOnly && text === undefined) return 'natural-language conditions are not evaluated';
  if (trigger === 'ON_COMPLETION') {
    const isEligible = transition.readsOutcome || !hasEndedEarly(walk.position);
    return isEligible ? '' : 'does not read the outcome that ended the step';
  }
  if (isReentry(walk, transition, context)) return targetAlreadyEntered;
  if (!transition.isGlobal) return '';
  if (transition.targetStepId === walk.position.step.stepId) return 'instance is already at the target';
  const guard = walk.globalGuards.get(transition.id);
  if (guard !== undefined && guard === computeReadFingerprint(transition, variables, context, text)) {
    return 'already taken, and nothing that it reads has changed since';
  }
  return '';
}

function toBlockingTransition(
  transition: CompiledTransition,
  { missingFields, isTextUnknown }: TransitionEvaluation,
): BlockingTransition {
  const hasOutcomes = transition.definition.outcomes.length > 0;
  return { transitionId: transition.id, hasOutcomes, missingFields, isTextUnknown };
}
