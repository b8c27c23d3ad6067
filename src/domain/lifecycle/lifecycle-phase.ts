import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { ScenarioChoice } from '../contribution';
import type { Walk } from '../transitions/walk';
import { walk } from '../transitions/walk';
import { subjectOf } from '../transitions/walk-subject';
import type { Refused } from './contest';
import { type Fate, instead, isActive, type Start } from './fate';
import { pauseDisplaced, resumeAutomatically } from './resumes';
import { fateByRules, isDoneButForCorrection, type WalkOf } from './rules';
import { decideStarts } from './starts';

/** P6.2 before the walks: what becomes of every instance, and what starts (0.7, steps 6 to 9). */
export interface LifecyclePhase {
  /** One for every instance, in start order. */
  readonly fates: readonly Fate[];
  /** In start order. */
  readonly starts: readonly Start[];
  /** In the order in which they were looked at. */
  readonly refused: readonly Refused[];
  readonly choices: readonly ScenarioChoice[];
  /** Walks that the rules had to look at; the same view walks the same way again. */
  readonly walkOf: WalkOf;
}

/** Decides what becomes of the instances and candidates of a turn. Pure. */
export function decideLifecycle(context: SelectionContext): LifecyclePhase {
  const walkOf = rememberWalks(context);
  const ruled = context.views.map((view) => fateByRules(view, context, walkOf));
  const { contest, choices } = decideStarts(context, ruled);
  const named = pauseDisplaced(
    ruled.map((each) => afterContest(each, contest)),
    contest.displacedBy,
  );
  const anyone = context.addressesExisting || contest.starts.length > 0;
  const resumed = resumeAutomatically(context, named, contest, { anyone });
  const settled = pauseDisplaced(resumed.fates, resumed.displacedBy);
  const isMessage = context.turn.trigger === 'MESSAGE';
  const fates = isMessage && anyone ? settled.map((each) => whenNotAddressed(each, context, walkOf)) : settled;
  return {
    fates: contest.starts.length > 0 ? fates.map(withoutAttempt) : fates,
    starts: contest.starts,
    refused: contest.refused,
    choices,
    walkOf,
  };
}

function afterContest(
  each: Fate,
  contest: {
    readonly resumed: ReadonlySet<string>;
    readonly resumeRefused: ReadonlyMap<string, Fate['staysPausedBecause']>;
  },
): Fate {
  const { instanceId } = each.view.instance;
  if (contest.resumed.has(instanceId)) return instead(each, 'CONTINUE', 'RESUMED', { resumed: true });
  const refused = contest.resumeRefused.get(instanceId);
  return refused ? { ...each, staysPausedBecause: refused } : each;
}

/**
 * What an active instance does on a MESSAGE turn that addresses others and not it (0.5, 2.9); 2.2 comes before. One that would rest at
 * a finished terminal step, kept from completing by a correction alone, completes: resting, it is not moved by that correction (2.3).
 */
function whenNotAddressed(each: Fate, context: SelectionContext, walkOf: WalkOf): Fate {
  const { view } = each;
  if (!isActive(each) || view.addressed || each.reason === 'RELOCALIZED') return each;
  const policy = view.scenario?.definition.whenNotAddressed;
  if (policy === undefined || policy === 'CONTRIBUTE') return each;
  if (isDoneButForCorrection(view, context, walkOf)) return instead(each, 'COMPLETE', 'TERMINAL');
  if (policy === 'PAUSE') return instead(each, 'PAUSE', 'INTERRUPTED');
  return { ...each, moves: false, reason: each.resumed ? 'RESUMED' : 'QUIET' };
}

/** A turn that starts something addresses somebody else, so it is no attempt (3.6). */
function withoutAttempt(each: Fate): Fate {
  const { view } = each;
  if (!view.countedAttempt) return each;
  const { visit } = view.instance;
  const instance = { ...view.instance, visit: { ...visit, attempts: visit.attempts - 1 } };
  return { ...each, view: { ...view, countedAttempt: false, instance } };
}

function rememberWalks(context: SelectionContext): WalkOf {
  const walked: { readonly view: InstanceView; readonly walk: Walk }[] = [];
  return (view) => {
    const known = walked.find((each) => each.view === view);
    if (known) return known.walk;
    const subject = subjectOf(view);
    if (!subject) return undefined;
    const made = walk(subject, context);
    walked.push({ view, walk: made });
    return made;
  };
}
