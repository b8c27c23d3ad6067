import type { SelectionContext } from '../context/selection-context';
import { isWriteUnderWay } from '../context/visit-state';
import type { FieldValues, JsonValue } from '../model/json';
import { withValues } from '../model/known-data';
import type { TransitionTrigger } from '../model/scenario';
import type { CallOutcomeKind } from '../model/turn';
import { addAlternatives } from './alternatives';
import { findBackTarget } from './back';
import { chooseTransition, type TransitionChoice } from './choice';
import { findCorrection } from './correction';
import { createWalk } from './create-walk';
import { finishWalk } from './finish-walk';
import { enter, followTransition, moveTo } from './moves';
import { isDone, isPassable } from './stage-need';
import type { WalkInput } from './walk-input';
import type { Walk } from './walk-state';
import { changeWalk } from './walk-state';
import { spendStep } from './walk-work';

/**
 * Walks an instance from its current step, or a new one from its entry step, until no transition can be taken or a step has something to do
 * (3.2 to 3.5, 3.9, 3.10). Pure.
 */
export function walkInstance(input: WalkInput, context: SelectionContext): Walk {
  const initial = createWalk(input, context);
  const first = input.isStart ? enter(initial, initial, input.step, context) : leaveCurrentStep(initial, context);
  return finishWalk(walkForward(first, context), context);
}

/**
 * Continues a walk whose call ended: the outcome and the returned values are recorded in the visit where the walk stopped, which then
 * continues (section 11).
 */
export function continueWalk(
  walk: Walk,
  outcome: CallOutcomeKind,
  returned: FieldValues,
  context: SelectionContext,
): Walk {
  const { position } = walk;
  const resumed: Walk = {
    ...walk,
    position: { ...position, visit: { ...position.visit, outcome } },
    returnedValues: new Map<string, JsonValue>([...walk.returnedValues, ...returned]),
    known: withValues(walk.known, returned),
  };
  const hasHopsLeft = walk.traversedSteps.length < context.settings.maxHopsPerTurn;
  return finishWalk(hasHopsLeft ? walkForward(advance(resumed, context), context) : resumed, context);
}

/** Leaves the step where the walk begins: ANYTIME and global transitions, BACK, a correction, then ON_COMPLETION transitions (3.2). */
function leaveCurrentStep(initial: Walk, context: SelectionContext): Walk {
  spendStep(initial, context);
  const { walk, isTaken } = takeTransition('ANYTIME', initial, context);
  if (isTaken) return walk;
  const { input } = walk;
  const state = { step: input.step, visit: input.instance.visit, requests: input.instance.requests };
  // The running action finishes with the values that were confirmed (3.9).
  const isHeld = isWriteUnderWay(state);
  const moved = isHeld ? undefined : (goBack(walk, context) ?? correct(walk, context));
  if (moved?.hasMoved) return moved;
  return takeTransition('ON_COMPLETION', moved ?? walk, context).walk;
}

/**
 * Applies BACK; undefined if it does not reach the instance (3.10). If this turn gives a field of the step that it goes to, that answers
 * the question, and the walk continues from there.
 */
function goBack(walk: Walk, context: SelectionContext): Walk | undefined {
  const { input } = walk;
  if (!input.signals.hasBack) return undefined;
  const target = findBackTarget(input);
  switch (target.kind) {
    case 'step': {
      const { step } = target;
      const isAnswered = step.collectedFields.some((field) => input.providedFields.has(field));
      const correction =
        isAnswered && input.correctedFields.length > 0 ? { step, fields: input.correctedFields } : undefined;
      return { ...moveTo({ ...walk, correction }, step, context, { mustAsk: !isAnswered }), hasGoneBack: true };
    }
    case 'blocked':
      return { ...walk, blockedByCheckpoint: target.description };
    case 'nothing':
      return { ...walk, hasNoBackTarget: true };
  }
}

/** Applies the corrections of the turn; undefined if there are none (3.9). */
function correct(walk: Walk, context: SelectionContext): Walk | undefined {
  const correction = findCorrection(walk.input);
  if (!correction) return undefined;
  if (correction.kind === 'blocked') return { ...walk, blockedByCheckpoint: correction.description };
  return moveTo({ ...walk, correction: correction.target }, correction.target.step, context);
}

function walkForward(first: Walk, context: SelectionContext): Walk {
  let walk = first;
  while (canContinue(walk, context)) {
    const next = advance(walk, context);
    const hasAdvanced = next.traversedSteps.length > walk.traversedSteps.length;
    walk = next;
    if (!hasAdvanced) break;
  }
  return walk;
}

/** Whether the walk continues past the step that it has reached: the step is done, or may be passed over (3.5). */
function canContinue(walk: Walk, context: SelectionContext): boolean {
  const { position, traversedSteps, hasReturned } = walk;
  if (traversedSteps.length >= context.settings.maxHopsPerTurn) return false;
  if (!position.isNewVisit) return hasReturned && isDone(walk, context);
  if (position.step.stopsWalk) return false;
  return isPassable(walk, context) || isDone(walk, context);
}

function advance(current: Walk, context: SelectionContext): Walk {
  spendStep(current, context);
  const { walk, isTaken } = takeTransition('ANYTIME', current, context);
  return isTaken ? walk : takeTransition('ON_COMPLETION', walk, context).walk;
}

/** Evaluates the transitions with one trigger and takes the chosen one. */
function takeTransition(
  trigger: TransitionTrigger,
  current: Walk,
  context: SelectionContext,
): { readonly walk: Walk; readonly isTaken: boolean } {
  const choice = chooseTransition(trigger, current, context);
  const { transition } = choice;
  const walk = recordChoice(current, choice);
  if (!transition) return { walk, isTaken: false };
  const followed = followTransition(walk, transition, context);
  return { walk: followed, isTaken: followed !== walk };
}

function recordChoice(walk: Walk, choice: TransitionChoice): Walk {
  const { alternatives, conditionErrors, blockingTransition, guard } = choice;
  // If no transition was considered, none blocks.
  if (alternatives.length === 0 && walk.blockingTransition === undefined) return walk;
  return changeWalk(walk, {
    ...addAlternatives(walk, alternatives, conditionErrors),
    blockingTransition,
    globalGuards: guard ? new Map(walk.globalGuards).set(guard.id, guard.fingerprint) : walk.globalGuards,
  });
}
