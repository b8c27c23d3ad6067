import type { SelectionContext } from '../context/selection-context';
import { isActive, type TurnInstance } from '../lifecycle/turn-instance';
import { compareText } from '../model/compare-text';
import type { Contribution, ContributionPlan } from '../model/contribution';
import { sortWith } from '../model/sorting';
import type { TransitionPhase } from '../transitions/transition-phase';
import { describeAsk } from './ask-fields';
import { draftChoice } from './choice-contribution';
import { resolveConflicts } from './conflicts';
import { type DraftContribution, draftContribution, draftQuietContribution } from './contribution-draft';
import { addLeadIns } from './lead-ins';

/**
 * Returns the time of the last activity in milliseconds since 1970, including this turn. A resume, a move or a turn that addresses the instance
 * counts as activity (section 5). An instance that starts has the time of its start.
 */
export function getLastActiveAt({ view, walk, resumed }: TurnInstance, occurredAt: number): number {
  const { lastActiveAt } = view.instance;
  const isActivity = resumed || view.isAddressed || (walk?.hasMoved ?? false);
  return isActivity ? occurredAt : lastActiveAt;
}

/** Plans what each scenario contributes to the reply (section 4), in plan order. Pure. */
export function planContributions(
  context: SelectionContext,
  { instances, choiceToPut }: TransitionPhase,
): readonly Contribution[] {
  const drafts: DraftContribution[] = [];
  for (const instance of instances) {
    if (!isActive(instance)) continue;
    const lastActiveAt = getLastActiveAt(instance, context.turn.occurredAt);
    drafts.push(
      instance.walk
        ? draftContribution(instance.walk, lastActiveAt, context)
        : draftQuietContribution(instance.view, lastActiveAt, context),
    );
  }
  if (choiceToPut) drafts.push(draftChoice(choiceToPut, drafts, context));
  const resolved = resolveConflicts(sortWith(drafts, compareInPlanOrder), context.settings).map(addLeadIns);
  // An ASK that became a NONE, or a NONE that became an INFORM, has another priority, so the contributions are sorted again.
  return sortWith(resolved, compareInPlanOrder).map(({ contribution }) => describeAsk(contribution, context));
}

/** Highest priority first, then latest activity first, then scenario id (4.1). */
function compareInPlanOrder(a: DraftContribution, b: DraftContribution): number {
  return (
    b.contribution.priority - a.contribution.priority ||
    b.lastActiveAt - a.lastActiveAt ||
    compareText(a.contribution.scenarioId, b.contribution.scenarioId)
  );
}

/** Returns the plan of a turn whose requests were put. `openRequests` are those that are open afterwards (0.8). */
export function toPlan(
  contributions: readonly Contribution[],
  openRequests: ContributionPlan['openRequests'],
  offers: ContributionPlan['offers'],
  rejectedValues: ContributionPlan['rejectedValues'],
): ContributionPlan {
  const activeScenarioIds: string[] = [];
  let primary: Contribution | undefined;
  for (const contribution of contributions) {
    const { type, scenarioId } = contribution;
    // A CHOICE belongs to no scenario.
    if (scenarioId === '') continue;
    activeScenarioIds.push(scenarioId);
    if (primary === undefined || (primary.type === 'NONE' && type !== 'NONE')) primary = contribution;
  }
  return {
    contributions,
    primaryScenarioId: primary?.scenarioId ?? '',
    activeScenarioIds,
    hasAsks: makes('ASK', contributions),
    hasConfirms: makes('CONFIRM', contributions),
    hasActionHints: makes('ACTION_HINT', contributions),
    hasInforms: makes('INFORM', contributions),
    offers,
    openRequests,
    rejectedValues,
  };
}

/** Whether a plan makes a contribution of the type on this turn. */
function makes(type: Contribution['type'], contributions: readonly Contribution[]): boolean {
  for (const contribution of contributions) if (contribution.type === type && !contribution.deferred) return true;
  return false;
}
