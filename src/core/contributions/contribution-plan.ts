import type { SelectionContext } from '../context/selection-context';
import type { InstanceOutcome } from '../lifecycle/instance-outcome';
import type { ScenarioStart } from '../lifecycle/start-candidates';
import { compareText } from '../model/compare-text';
import type { AbandonedScenario, Contribution, ContributionPlan, ScenarioChoice } from '../model/contribution';
import { findMissingFields } from '../model/known-data';
import { sortWith } from '../model/sorting';
import type { TransitionPhase } from '../transitions/transition-phase';
import { resolveConflicts } from './conflicts';
import {
  createChoiceContribution,
  type DraftContribution,
  draftContribution,
  draftQuietContribution,
} from './contribution-draft';

/** When the instance was last active, this turn included: it moves on resume, step change, or when addressed (2.7). */
export function getLastActiveAt({ view, resumed }: InstanceOutcome, moved: boolean, occurredAt: number): number {
  const { lastActiveAt } = view.instance;
  // A caller's clock may go back; that never makes an instance look idle.
  return resumed || moved || view.isAddressed ? Math.max(occurredAt, lastActiveAt) : lastActiveAt;
}

/** P6.4: what the scenarios want to add to the reply (section 4). Pure. */
export function planContributions(
  context: SelectionContext,
  { outcomes: fates, walks }: TransitionPhase,
  starts: readonly ScenarioStart[],
  choices: readonly ScenarioChoice[],
): ContributionPlan {
  const { occurredAt } = context.turn;
  const drafts: DraftContribution[] = [];
  for (const each of fates) {
    if (each.action !== 'CONTINUE') continue;
    const walked = walks.get(each.view.instance.instanceId);
    const activeAt = getLastActiveAt(each, walked?.hasMoved ?? false, occurredAt);
    drafts.push(
      walked ? draftContribution(walked, activeAt, context) : draftQuietContribution(each, activeAt, context),
    );
  }
  for (const { instanceId } of starts) {
    const walked = walks.get(instanceId);
    if (walked) drafts.push(draftContribution(walked, occurredAt, context));
  }
  if (choices.length > 0) {
    drafts.push({ contribution: createChoiceContribution(context, choices), lastActiveAt: occurredAt });
  }
  const settled = sortWith(resolveConflicts(sortWith(drafts, inPlanOrder), context.settings), inPlanOrder);
  const contributions = settled.map(({ contribution }) => contribution);
  return planOf(contributions, abandoned(context, fates));
}

/** Priority high first, then last activity newest first, then scenario id (4.1). */
function inPlanOrder(a: DraftContribution, b: DraftContribution): number {
  return (
    b.contribution.priority - a.contribution.priority ||
    b.lastActiveAt - a.lastActiveAt ||
    compareText(a.contribution.scenarioId, b.contribution.scenarioId)
  );
}

function planOf(contributions: readonly Contribution[], left: readonly AbandonedScenario[]): ContributionPlan {
  const activeScenarioIds: string[] = [];
  const made = { NONE: false, ASK: false, CONFIRM: false, ACTION_HINT: false, INFORM: false };
  let primary: Contribution | undefined;
  for (const contribution of contributions) {
    const { type, deferred, scenarioId } = contribution;
    if (!deferred) made[type] = true;
    // A CHOICE has no owner.
    if (scenarioId === '') continue;
    activeScenarioIds.push(scenarioId);
    if (primary === undefined || (primary.type === 'NONE' && type !== 'NONE')) primary = contribution;
  }
  return {
    contributions,
    primaryScenarioId: primary?.scenarioId ?? '',
    activeScenarioIds,
    hasAsks: made.ASK,
    hasConfirms: made.CONFIRM,
    hasActionHints: made.ACTION_HINT,
    hasInforms: made.INFORM,
    abandoned: left,
  };
}

/** Instances that were paused before and have been for more than `offer_after_turns` MESSAGE turns, longest first (2.11). */
function abandoned(
  { settings, turnCount }: SelectionContext,
  fates: readonly InstanceOutcome[],
): readonly AbandonedScenario[] {
  return fates
    .filter(({ action, view }) => action === 'PAUSE' && view.instance.status === 'PAUSED')
    .map(({ view: { instance, scenario, step, known } }) => ({
      scenarioId: instance.scenarioId,
      scenarioName: scenario?.name ?? '',
      instanceId: instance.instanceId,
      stepId: instance.currentStepId,
      stepName: step?.name ?? instance.currentStepId,
      missingFields: findMissingFields(step?.collectedFields ?? [], known),
      pausedTurns: turnCount - instance.pausedAtTurnCount,
    }))
    .filter(({ pausedTurns }) => pausedTurns > settings.offerAfterTurns)
    .sort((a, b) => b.pausedTurns - a.pausedTurns);
}
