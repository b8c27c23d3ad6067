import type { SelectionContext } from '../context/selection-context';
import type { InstanceDecision } from '../lifecycle/instance-decision';
import { getPauseBehavior } from '../lifecycle/pauses';
import type { ScenarioStart } from '../lifecycle/start-candidates';
import { compareText } from '../model/compare-text';
import type { AbandonedScenario, Contribution, ContributionPlan, ScenarioChoice } from '../model/contribution';
import type { RejectedValue } from '../model/field-definition';
import { findMissingFields } from '../model/known-data';
import { sortWith } from '../model/sorting';
import type { TransitionPhase } from '../transitions/transition-phase';
import { describeAsk } from './ask-fields';
import { resolveConflicts } from './conflicts';
import {
  createChoiceContribution,
  type DraftContribution,
  draftContribution,
  draftQuietContribution,
} from './contribution-draft';

/**
 * Returns the time of the last activity in milliseconds since 1970, including this turn. A resume, a move or a turn that addresses the
 * instance counts as activity (2.7).
 */
export function getLastActiveAt({ view, resumed }: InstanceDecision, hasMoved: boolean, occurredAt: number): number {
  const { lastActiveAt } = view.instance;
  // The clock of a caller can move backwards, which must not make an instance look idle.
  return resumed || hasMoved || view.isAddressed ? Math.max(occurredAt, lastActiveAt) : lastActiveAt;
}

/** Plans what each scenario contributes to the reply (section 4). Pure. */
export function planContributions(
  context: SelectionContext,
  { decisions, walks }: TransitionPhase,
  starts: readonly ScenarioStart[],
  choices: readonly ScenarioChoice[],
): ContributionPlan {
  const { occurredAt } = context.turn;
  const drafts: DraftContribution[] = [];
  for (const decision of decisions) {
    if (decision.action !== 'CONTINUE') continue;
    const walk = walks.get(decision.view.instance.instanceId);
    const lastActiveAt = getLastActiveAt(decision, walk?.hasMoved ?? false, occurredAt);
    drafts.push(
      walk ? draftContribution(walk, lastActiveAt, context) : draftQuietContribution(decision, lastActiveAt, context),
    );
  }
  for (const { instanceId } of starts) {
    const walk = walks.get(instanceId);
    if (walk) drafts.push(draftContribution(walk, occurredAt, context));
  }
  if (choices.length > 0) {
    drafts.push({ contribution: createChoiceContribution(context, choices), lastActiveAt: occurredAt });
  }
  const resolved = resolveConflicts(sortWith(drafts, compareInPlanOrder), context.settings);
  // An ASK that became a NONE has a lower priority, so the contributions are sorted again.
  const contributions = sortWith(resolved, compareInPlanOrder).map(({ contribution }) =>
    describeAsk(contribution, context),
  );
  return toPlan(contributions, findAbandoned(context, decisions), context.rejectedValues);
}

/** Highest priority first, then latest activity first, then scenario id (4.1). */
function compareInPlanOrder(a: DraftContribution, b: DraftContribution): number {
  return (
    b.contribution.priority - a.contribution.priority ||
    b.lastActiveAt - a.lastActiveAt ||
    compareText(a.contribution.scenarioId, b.contribution.scenarioId)
  );
}

function toPlan(
  contributions: readonly Contribution[],
  abandoned: readonly AbandonedScenario[],
  rejectedValues: readonly RejectedValue[],
): ContributionPlan {
  const activeScenarioIds: string[] = [];
  const hasType: Record<Contribution['type'], boolean> = {
    NONE: false,
    ASK: false,
    CONFIRM: false,
    ACTION_HINT: false,
    INFORM: false,
  };
  let primary: Contribution | undefined;
  for (const contribution of contributions) {
    const { type, deferred, scenarioId } = contribution;
    if (!deferred) hasType[type] = true;
    // A CHOICE belongs to no scenario.
    if (scenarioId === '') continue;
    activeScenarioIds.push(scenarioId);
    if (primary === undefined || (primary.type === 'NONE' && type !== 'NONE')) primary = contribution;
  }
  return {
    contributions,
    primaryScenarioId: primary?.scenarioId ?? '',
    activeScenarioIds,
    hasAsks: hasType.ASK,
    hasConfirms: hasType.CONFIRM,
    hasActionHints: hasType.ACTION_HINT,
    hasInforms: hasType.INFORM,
    abandoned,
    rejectedValues,
  };
}

/** Finds the instances that have been paused for more than `offer_after_turns` MESSAGE turns, longest first (2.11). */
function findAbandoned(
  { settings, turnCount }: SelectionContext,
  decisions: readonly InstanceDecision[],
): readonly AbandonedScenario[] {
  return decisions
    .filter(({ action, view: { instance } }) => {
      if (action !== 'PAUSE' || instance.status !== 'PAUSED') return false;
      const { getOfferAfterTurns } = getPauseBehavior(instance.pauseReason);
      return turnCount - instance.pausedAtTurnCount > getOfferAfterTurns(settings);
    })
    .map(({ view: { instance, scenario, step, known } }) => ({
      scenarioId: instance.scenarioId,
      scenarioName: scenario?.name ?? '',
      instanceId: instance.instanceId,
      stepId: instance.currentStepId,
      stepName: step?.name ?? instance.currentStepId,
      missingFields: findMissingFields(step?.collectedFields ?? [], known),
      pausedTurns: turnCount - instance.pausedAtTurnCount,
    }))
    .sort((a, b) => b.pausedTurns - a.pausedTurns);
}
