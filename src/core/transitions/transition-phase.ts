import type { SelectionContext } from '../context/selection-context';
import { type InstanceOutcome, isActive, overrideOutcome } from '../lifecycle/instance-outcome';
import type { LifecyclePhase } from '../lifecycle/lifecycle-phase';
import { applyModelChoice } from '../lifecycle/model-choice';
import { selectActiveGuards } from '../steps/global-guards';
import { findRecoveryStep } from '../steps/recovery';
import { type Walk, walkInstance } from '../steps/walk';
import { toWalkInput } from '../steps/walk-input';
import { countStalledAttempt, isLooping, relocalize, relocalizeTo } from './loops';
import { createStartWalkInput } from './start-walk-input';

/** P6.3: the fates as they are after the walks, and the walk of every instance that moves (0.7, steps 10 to 12). */
export interface TransitionPhase {
  /** One for every instance, in start order; final. */
  readonly outcomes: readonly InstanceOutcome[];
  /** By instance id; starts included. */
  readonly walks: ReadonlyMap<string, Walk>;
}

/**
 * Walks every instance that moves, each on the same snapshot, and settles those that loop. Where none of them has anything to say
 * the quiet ones walk after all, so that a turn is not silent while somebody has something to say (0.5). Pure.
 */
export function decideTransitions(context: SelectionContext, phase: LifecyclePhase): TransitionPhase {
  const walks = new Map<string, Walk>();
  const settle = (each: InstanceOutcome): InstanceOutcome => {
    const settled = settleFate(each, context, phase);
    if (settled.walk) walks.set(each.view.instance.instanceId, settled.walk);
    return settled.fate;
  };
  const moved = phase.outcomes.map((each) => (each.shouldWalk ? settle(each) : applyModelChoice(each, context)));
  for (const start of phase.starts)
    walks.set(start.instanceId, walkInstance(createStartWalkInput(start, context), context));
  const speaks = context.turn.trigger === 'MESSAGE' && isSilent(walks);
  const settled = speaks ? moved.map((each) => (isQuiet(each) ? settle(speakUp(each)) : each)) : moved;
  const stays = (each: InstanceOutcome): boolean => !walks.has(each.view.instance.instanceId);
  return { outcomes: settled.map((each) => (stays(each) ? withGuardsThatHold(each, context) : each)), walks };
}

function isSilent(walks: ReadonlyMap<string, Walk>): boolean {
  for (const { stage } of walks.values()) if (stage !== 'none') return false;
  return true;
}

/** Notices a change that is over before the instance moves again (3.2). */
function withGuardsThatHold(each: InstanceOutcome, context: SelectionContext): InstanceOutcome {
  const { view } = each;
  if (view.instance.globalTransitionGuards.size === 0) return each;
  const subject = toWalkInput(view);
  if (!subject) return each;
  const instance = { ...view.instance, globalTransitionGuards: selectActiveGuards(subject, context) };
  return { ...each, view: { ...view, instance } };
}

function isQuiet({ action, shouldWalk: moves }: InstanceOutcome): boolean {
  return action === 'CONTINUE' && !moves;
}

function speakUp(each: InstanceOutcome): InstanceOutcome {
  return { ...each, shouldWalk: true, reason: each.resumed ? 'RESUMED' : 'GOES_ON' };
}

interface SettledFate {
  readonly fate: InstanceOutcome;
  /** Undefined where the instance does not go on. */
  readonly walk: Walk | undefined;
}

/** Walks one instance; a loop ends at a recovery step, else in a pause (2.8). */
function settleFate(
  each: InstanceOutcome,
  context: SelectionContext,
  { getWalk: walkOf }: LifecyclePhase,
): SettledFate {
  if (!each.view.step) {
    const recovery = recoveryWalk(each, context);
    return recovery
      ? { fate: { ...each, reason: 'RELOCALIZED' }, walk: recovery }
      : { fate: overrideOutcome(each, 'CANCEL', 'STEP_NOT_FOUND'), walk: undefined };
  }
  const found = each.resumed ? wokenFate(each) : each;
  const { view } = found;
  const walked = walkOf(view);
  if (!walked) return { fate: found, walk: undefined };
  const counted = countStalledAttempt(walked, context, view.hasCountedAttempt);
  if (!isLooping(counted, context)) return asChosen(found, counted, context);
  const recovered = relocalize(counted, context);
  return recovered
    ? { fate: { ...found, reason: 'RELOCALIZED' }, walk: recovered }
    : { fate: overrideOutcome(found, 'PAUSE', 'LOOP'), walk: undefined };
}

/** The model's choice comes after 2.8; what does not go on has no walk (section 9). */
function asChosen(each: InstanceOutcome, walked: Walk, context: SelectionContext): SettledFate {
  const chosen = applyModelChoice(each, context);
  return { fate: chosen, walk: isActive(chosen) ? walked : undefined };
}

/** The counts of an instance that wakes from LOOP, IDLE or NEEDS_MIGRATION start again at 0 (2.11). */
function wokenFate(each: InstanceOutcome): InstanceOutcome {
  const { instance } = each.view;
  const { pauseReason, visit } = instance;
  if (pauseReason !== 'LOOP' && pauseReason !== 'IDLE' && pauseReason !== 'NEEDS_MIGRATION') return each;
  const fresh = { ...instance, loopCounts: new Map(), visit: { ...visit, attempts: 0 } };
  return { ...each, view: { ...each.view, instance: fresh } };
}

/** 2.2: the step is gone, and the instance moves to a recovery step. */
function recoveryWalk({ view }: InstanceOutcome, context: SelectionContext): Walk | undefined {
  const {
    scenario,
    instance,
    known,
    changedFields: changed,
    correctedFields: corrected,
    providedFields: given,
    signals,
  } = view;
  const step = scenario && findRecoveryStep(instance, scenario, [], context.settings);
  if (!scenario || !step) return undefined;
  const subject = {
    instance,
    scenario,
    step,
    isStart: false,
    known,
    changedFields: changed,
    correctedFields: corrected,
    providedFields: given,
    signals,
  };
  return relocalizeTo(subject, step, instance.currentStepId, context);
}
