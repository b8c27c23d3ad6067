import type { SelectionContext } from '../context/selection-context';
import { isWriteUnderWay } from '../context/visit-state';
import type { FieldValues, JsonValue } from '../model/json';
import { withValues } from '../model/known-data';
import type { TransitionTrigger } from '../model/scenario';
import type { CallOutcomeKind } from '../model/turn';
import { findBackTarget } from './back';
import { chooseTransition, type TransitionChoice } from './choice';
import { findCorrection } from './correction';
import { createWalk } from './create-walk';
import { finishWalk } from './finish-walk';
import { enter, followTransition, moveTo } from './moves';
import { isDone, isPassable } from './stage-need';
import type { WalkInput } from './walk-input';
import { copyWalk, type Walk, type WalkDraft } from './walk-state';
import { spendStep } from './walk-work';

/**
 * Walks an instance from its current step, or a new one from its entry step, until no transition can be taken or a step has something to do
 * (3.2 to 3.5, 3.9, 3.10). Pure: only the walk that it creates changes on the way.
 */
export function walkInstance(input: WalkInput, context: SelectionContext): Walk {
  const walk = createWalk(input, context);
  if (input.isStart) enter(walk, input.step, context);
  else leaveCurrentStep(walk, context);
  walkForward(walk, context);
  finishWalk(walk, context);
  return walk;
}

/**
 * Continues a walk whose call ended: the outcome and the returned values are recorded in the visit where the walk stopped, which then
 * continues (section 11). Returns another walk.
 */
export function continueWalk(
  stopped: Walk,
  outcome: CallOutcomeKind,
  returned: FieldValues,
  context: SelectionContext,
): Walk {
  const walk = copyWalk(stopped);
  const { position } = stopped;
  walk.position = { ...position, visit: { ...position.visit, outcome } };
  walk.returnedValues = new Map<string, JsonValue>([...stopped.returnedValues, ...returned]);
  walk.known = withValues(stopped.known, returned);
  if (walk.traversedSteps.length < context.settings.maxHopsPerTurn) {
    advance(walk, context);
    walkForward(walk, context);
  }
  finishWalk(walk, context);
  return walk;
}

/** Leaves the step where the walk begins: ANYTIME and global transitions, BACK, a correction, then ON_COMPLETION transitions (3.2). */
function leaveCurrentStep(walk: WalkDraft, context: SelectionContext): void {
  spendStep(walk, context);
  if (takeTransition('ANYTIME', walk, context)) return;
  const { step, instance, signals } = walk.input;
  // The running action finishes with the values that were confirmed (3.9).
  if (!isWriteUnderWay({ step, visit: instance.visit, requests: instance.requests })) {
    if (signals.hasBack) goBack(walk, context);
    else correct(walk, context);
  }
  if (!walk.hasMoved) takeTransition('ON_COMPLETION', walk, context);
}

/**
 * Applies BACK (3.10). If this turn gives a field of the step that it goes to, that answers the question, and the walk continues from there.
 */
function goBack(walk: WalkDraft, context: SelectionContext): void {
  const { input } = walk;
  const target = findBackTarget(input);
  switch (target.kind) {
    case 'step': {
      const { step } = target;
      const isAnswered = step.collectedFields.some((field) => input.providedFields.has(field));
      if (isAnswered) walk.correction = { step, fields: input.correctedFields };
      moveTo(walk, step, context, { mustAsk: !isAnswered });
      walk.hasGoneBack = true;
      break;
    }
    case 'blocked':
      walk.blockedByCheckpoint = target.description;
      break;
    case 'nothing':
      walk.hasNoBackTarget = true;
      break;
  }
}

/** Applies the corrections of the turn (3.9). */
function correct(walk: WalkDraft, context: SelectionContext): void {
  const correction = findCorrection(walk.input);
  switch (correction?.kind) {
    case 'blocked':
      walk.blockedByCheckpoint = correction.description;
      break;
    case 'back':
      walk.correction = correction.target;
      moveTo(walk, correction.target.step, context);
      break;
    case undefined:
      break;
  }
}

function walkForward(walk: WalkDraft, context: SelectionContext): void {
  while (canContinue(walk, context)) {
    const { length } = walk.traversedSteps;
    advance(walk, context);
    if (walk.traversedSteps.length === length) break;
  }
}

/** Whether the walk continues past the step that it has reached: the step is done, or may be passed over (3.5). */
function canContinue(walk: Walk, context: SelectionContext): boolean {
  const { position, traversedSteps, hasReturned } = walk;
  if (traversedSteps.length >= context.settings.maxHopsPerTurn) return false;
  if (!position.isNewVisit) return hasReturned && isDone(walk, context);
  if (position.step.stopsWalk) return false;
  return isPassable(walk, context) || isDone(walk, context);
}

function advance(walk: WalkDraft, context: SelectionContext): void {
  spendStep(walk, context);
  if (!takeTransition('ANYTIME', walk, context)) takeTransition('ON_COMPLETION', walk, context);
}

/** Evaluates the transitions with one trigger and takes the chosen one. Returns whether one was taken. */
function takeTransition(trigger: TransitionTrigger, walk: WalkDraft, context: SelectionContext): boolean {
  const choice = chooseTransition(trigger, walk, context);
  recordChoice(walk, choice);
  return choice.transition !== undefined && followTransition(walk, choice.transition, context);
}

function recordChoice(walk: WalkDraft, choice: TransitionChoice): void {
  const { blockingTransition, guard } = choice;
  walk.blockingTransition = blockingTransition;
  if (guard) walk.globalGuards = new Map(walk.globalGuards).set(guard.id, guard.fingerprint);
}
