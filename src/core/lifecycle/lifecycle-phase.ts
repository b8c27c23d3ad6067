import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { ScenarioChoice } from '../model/contribution';
import type { Walk } from '../steps/walk';
import { walkInstance } from '../steps/walk';
import { toWalkInput } from '../steps/walk-input';
import { applyAutomaticResumes, pauseDisplaced } from './automatic-resumes';
import { type InstanceOutcome, isActive, overrideOutcome, type ScenarioStart } from './instance-outcome';
import { evaluateLifecycleRules, type GetWalk, isFinishedExceptCorrection } from './lifecycle-rules';
import { selectStarts } from './select-starts';
import type { RejectedStart } from './start-selection';

/** P6.2 before the walks: what becomes of every instance, and what starts (0.7, steps 6 to 9). */
export interface LifecyclePhase {
  /** One for every instance, in start order. */
  readonly outcomes: readonly InstanceOutcome[];
  /** In start order. */
  readonly starts: readonly ScenarioStart[];
  /** In the order in which they were looked at. */
  readonly rejected: readonly RejectedStart[];
  readonly choices: readonly ScenarioChoice[];
  /** Walks that the rules had to look at; the same view walks the same way again. */
  readonly getWalk: GetWalk;
}

/** Decides what becomes of the instances and candidates of a turn. Pure. */
export function decideLifecycle(context: SelectionContext): LifecyclePhase {
  const walkOf = rememberWalks(context);
  const ruled = context.views.map((view) => evaluateLifecycleRules(view, context, walkOf));
  const { selection: contest, choices } = selectStarts(context, ruled);
  const named = pauseDisplaced(
    ruled.map((each) => afterContest(each, contest)),
    contest.displacements,
  );
  const anyone = context.hasAddressedInstance || contest.starts.length > 0;
  const resumed = applyAutomaticResumes(context, named, contest, { addressesAnyInstance: anyone });
  const settled = pauseDisplaced(resumed.outcomes, resumed.displacements);
  const isMessage = context.turn.trigger === 'MESSAGE';
  const fates = isMessage && anyone ? settled.map((each) => whenNotAddressed(each, context, walkOf)) : settled;
  return {
    outcomes: contest.starts.length > 0 ? fates.map(withoutAttempt) : fates,
    starts: contest.starts,
    rejected: contest.rejected,
    choices,
    getWalk: walkOf,
  };
}

function afterContest(
  each: InstanceOutcome,
  contest: {
    readonly resumedInstanceIds: ReadonlySet<string>;
    readonly resumeRejections: ReadonlyMap<string, InstanceOutcome['staysPausedBecause']>;
  },
): InstanceOutcome {
  const { instanceId } = each.view.instance;
  if (contest.resumedInstanceIds.has(instanceId))
    return overrideOutcome(each, 'CONTINUE', 'RESUMED', { resumed: true });
  const refused = contest.resumeRejections.get(instanceId);
  return refused ? { ...each, staysPausedBecause: refused } : each;
}

/**
 * What an active instance does on a MESSAGE turn that addresses others and not it (0.5, 2.9); 2.2 comes before. One that would rest at
 * a finished terminal step, kept from completing by a correction alone, completes: resting, it is not moved by that correction (2.3).
 */
function whenNotAddressed(each: InstanceOutcome, context: SelectionContext, walkOf: GetWalk): InstanceOutcome {
  const { view } = each;
  if (!isActive(each) || view.isAddressed || each.reason === 'RELOCALIZED') return each;
  const policy = view.scenario?.definition.whenNotAddressed;
  if (policy === undefined || policy === 'CONTRIBUTE') return each;
  if (isFinishedExceptCorrection(view, context, walkOf)) return overrideOutcome(each, 'COMPLETE', 'TERMINAL');
  if (policy === 'PAUSE') return overrideOutcome(each, 'PAUSE', 'INTERRUPTED');
  return { ...each, shouldWalk: false, reason: each.resumed ? 'RESUMED' : 'QUIET' };
}

/** A turn that starts something addresses somebody else, so it is no attempt (3.6). */
function withoutAttempt(each: InstanceOutcome): InstanceOutcome {
  const { view } = each;
  if (!view.hasCountedAttempt) return each;
  const { visit } = view.instance;
  const instance = { ...view.instance, visit: { ...visit, attempts: visit.attempts - 1 } };
  return { ...each, view: { ...view, hasCountedAttempt: false, instance } };
}

function rememberWalks(context: SelectionContext): GetWalk {
  const walked: { readonly view: InstanceView; readonly walk: Walk }[] = [];
  return (view) => {
    const known = walked.find((each) => each.view === view);
    if (known) return known.walk;
    const subject = toWalkInput(view);
    if (!subject) return undefined;
    const made = walkInstance(subject, context);
    walked.push({ view, walk: made });
    return made;
  };
}
