import type { SelectionContext } from '../context/selection-context';
import { type Fate, instead, isActive } from '../lifecycle/fate';
import type { LifecyclePhase } from '../lifecycle/lifecycle-phase';
import { withModelChoice } from '../lifecycle/model-choice';
import { guardsThatHold } from './global-guards';
import { loopsOn, relocalize, walkToRecovery, withStallCounted } from './loop';
import { recoveryStep } from './relocalization';
import { startSubject } from './start-subject';
import { type Walk, walk } from './walk';
import { subjectOf } from './walk-subject';

/** P6.3: the fates as they are after the walks, and the walk of every instance that moves (0.7, steps 10 to 12). */
export interface TransitionPhase {
  /** One for every instance, in start order; final. */
  readonly fates: readonly Fate[];
  /** By instance id; starts included. */
  readonly walks: ReadonlyMap<string, Walk>;
}

/**
 * Walks every instance that moves, each on the same snapshot, and settles those that loop. Where none of them has anything to say
 * the quiet ones walk after all, so that a turn is not silent while somebody has something to say (0.5). Pure.
 */
export function decideTransitions(context: SelectionContext, phase: LifecyclePhase): TransitionPhase {
  const walks = new Map<string, Walk>();
  const settle = (each: Fate): Fate => {
    const settled = settleFate(each, context, phase);
    if (settled.walk) walks.set(each.view.instance.instanceId, settled.walk);
    return settled.fate;
  };
  const moved = phase.fates.map((each) => (each.moves ? settle(each) : withModelChoice(each, context)));
  for (const start of phase.starts) walks.set(start.instanceId, walk(startSubject(start, context), context));
  const speaks = context.turn.trigger === 'MESSAGE' && isSilent(walks);
  const settled = speaks ? moved.map((each) => (isQuiet(each) ? settle(speakUp(each)) : each)) : moved;
  const stays = (each: Fate): boolean => !walks.has(each.view.instance.instanceId);
  return { fates: settled.map((each) => (stays(each) ? withGuardsThatHold(each, context) : each)), walks };
}

function isSilent(walks: ReadonlyMap<string, Walk>): boolean {
  for (const { stage } of walks.values()) if (stage !== 'none') return false;
  return true;
}

/** Notices a change that is over before the instance moves again (3.2). */
function withGuardsThatHold(each: Fate, context: SelectionContext): Fate {
  const { view } = each;
  if (view.instance.globalTransitionGuards.size === 0) return each;
  const subject = subjectOf(view);
  if (!subject) return each;
  const instance = { ...view.instance, globalTransitionGuards: guardsThatHold(subject, context) };
  return { ...each, view: { ...view, instance } };
}

function isQuiet({ action, moves }: Fate): boolean {
  return action === 'CONTINUE' && !moves;
}

function speakUp(each: Fate): Fate {
  return { ...each, moves: true, reason: each.resumed ? 'RESUMED' : 'GOES_ON' };
}

interface SettledFate {
  readonly fate: Fate;
  /** Undefined where the instance does not go on. */
  readonly walk: Walk | undefined;
}

/** Walks one instance; a loop ends at a recovery step, else in a pause (2.8). */
function settleFate(each: Fate, context: SelectionContext, { walkOf }: LifecyclePhase): SettledFate {
  if (!each.view.step) {
    const recovery = recoveryWalk(each, context);
    return recovery
      ? { fate: { ...each, reason: 'RELOCALIZED' }, walk: recovery }
      : { fate: instead(each, 'CANCEL', 'STEP_NOT_FOUND'), walk: undefined };
  }
  const found = each.resumed ? wokenFate(each) : each;
  const { view } = found;
  const walked = walkOf(view);
  if (!walked) return { fate: found, walk: undefined };
  const counted = withStallCounted(walked, context, view.countedAttempt);
  if (!loopsOn(counted, context)) return asChosen(found, counted, context);
  const recovered = relocalize(counted, context);
  return recovered
    ? { fate: { ...found, reason: 'RELOCALIZED' }, walk: recovered }
    : { fate: instead(found, 'PAUSE', 'LOOP'), walk: undefined };
}

/** The model's choice comes after 2.8; what does not go on has no walk (section 9). */
function asChosen(each: Fate, walked: Walk, context: SelectionContext): SettledFate {
  const chosen = withModelChoice(each, context);
  return { fate: chosen, walk: isActive(chosen) ? walked : undefined };
}

/** The counts of an instance that wakes from LOOP, IDLE or NEEDS_MIGRATION start again at 0 (2.11). */
function wokenFate(each: Fate): Fate {
  const { instance } = each.view;
  const { pauseReason, visit } = instance;
  if (pauseReason !== 'LOOP' && pauseReason !== 'IDLE' && pauseReason !== 'NEEDS_MIGRATION') return each;
  const fresh = { ...instance, loopCounts: new Map(), visit: { ...visit, attempts: 0 } };
  return { ...each, view: { ...each.view, instance: fresh } };
}

/** 2.2: the step is gone, and the instance moves to a recovery step. */
function recoveryWalk({ view }: Fate, context: SelectionContext): Walk | undefined {
  const { scenario, instance, known, changed, corrected, given, signals } = view;
  const step = scenario && recoveryStep(instance, scenario, [], context.settings);
  if (!scenario || !step) return undefined;
  const subject = { instance, scenario, step, starts: false, known, changed, corrected, given, signals };
  return walkToRecovery(subject, step, instance.currentStepId, context);
}
