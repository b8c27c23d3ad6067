import { compareText } from '../compare-text';
import type { SelectionContext } from '../context/selection-context';
import type { AbandonedScenario, Contribution, ContributionPlan, ScenarioChoice } from '../contribution';
import { missingOf } from '../known-data';
import type { Fate, Start } from '../lifecycle/fate';
import { inOrder } from '../sorted';
import type { TransitionPhase } from '../transitions/transition-phase';
import { settleConflicts } from './conflicts';
import { choiceContribution, type DraftContribution, draftOf, quietDraft } from './draft';

/** When the instance was last active, this turn included: it moves on resume, step change, or when addressed (2.7). */
export function lastActiveAfter({ view, resumed }: Fate, moved: boolean, occurredAt: number): number {
  const { lastActiveAt } = view.instance;
  // A caller's clock may go back; that never makes an instance look idle.
  return resumed || moved || view.addressed ? Math.max(occurredAt, lastActiveAt) : lastActiveAt;
}

/** P6.4: what the scenarios want to add to the reply (section 4). Pure. */
export function planContributions(
  context: SelectionContext,
  { fates, walks }: TransitionPhase,
  starts: readonly Start[],
  choices: readonly ScenarioChoice[],
): ContributionPlan {
  const { occurredAt } = context.turn;
  const drafts: DraftContribution[] = [];
  for (const each of fates) {
    if (each.action !== 'CONTINUE') continue;
    const walked = walks.get(each.view.instance.instanceId);
    const activeAt = lastActiveAfter(each, walked?.moved ?? false, occurredAt);
    drafts.push(walked ? draftOf(walked, activeAt, context) : quietDraft(each, activeAt, context));
  }
  for (const { instanceId } of starts) {
    const walked = walks.get(instanceId);
    if (walked) drafts.push(draftOf(walked, occurredAt, context));
  }
  if (choices.length > 0) {
    drafts.push({ contribution: choiceContribution(context, choices), lastActiveAt: occurredAt });
  }
  const settled = inOrder(settleConflicts(inOrder(drafts, inPlanOrder), context.settings), inPlanOrder);
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
function abandoned({ settings, turnCount }: SelectionContext, fates: readonly Fate[]): readonly AbandonedScenario[] {
  return fates
    .filter(({ action, view }) => action === 'PAUSE' && view.instance.status === 'PAUSED')
    .map(({ view: { instance, scenario, step, known } }) => ({
      scenarioId: instance.scenarioId,
      scenarioName: scenario?.name ?? '',
      instanceId: instance.instanceId,
      stepId: instance.currentStepId,
      stepName: step?.name ?? instance.currentStepId,
      missingFields: missingOf(step?.collects ?? [], known),
      pausedTurns: turnCount - instance.pausedAtTurnCount,
    }))
    .filter(({ pausedTurns }) => pausedTurns > settings.offerAfterTurns)
    .sort((a, b) => b.pausedTurns - a.pausedTurns);
}
