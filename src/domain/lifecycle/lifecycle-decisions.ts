import type { SelectionContext } from '../context/selection-context';
import type { LifecycleDecision, RejectedCandidate } from '../lifecycle-decision';
import type { PendingStart } from '../session';
import type { Refused } from './contest';
import type { Fate, Start } from './fate';
import { hasEnded } from './fate';
import { proposedFor, proposedRejected, proposedStart } from './model-choice';
import { fateReasoning, type Others, refusalReasoning, startReasoning } from './reasoning';

/** Exactly one decision for every instance, in start order, then one START each, in start order (section 2). */
export function lifecycleDecisions(
  context: SelectionContext,
  fates: readonly Fate[],
  starts: readonly Start[],
): readonly LifecycleDecision[] {
  const others = othersOf(fates, starts);
  return [
    ...fates.map((each) => decisionOf(each, context, others)),
    ...starts.map((start) => startDecision(start, context)),
  ];
}

function othersOf(fates: readonly Fate[], starts: readonly Start[]): Others {
  const nameOf = ({ view: { scenario, instance } }: Fate): string => scenario?.name ?? instance.scenarioId;
  return {
    addressed: () => [
      ...fates.filter(({ view }) => view.addressed).map(nameOf),
      ...starts.map(({ scenario }) => scenario.name),
    ],
    nameOf: (instanceId) => {
      const owner = fates.find(({ view }) => view.instance.instanceId === instanceId);
      if (owner) return nameOf(owner);
      return starts.find((start) => start.instanceId === instanceId)?.scenario.name ?? instanceId;
    },
  };
}

function decisionOf(each: Fate, context: SelectionContext, others: Others): LifecycleDecision {
  const { view, action, reason } = each;
  const { instance } = view;
  const ends = hasEnded(each);
  const { proposed, overruledBy } = proposedFor(each, context);
  return {
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    instanceId: instance.instanceId,
    action,
    reason,
    reasoning: fateReasoning(each, context, others),
    confidence: 1,
    entryStepId: '',
    sourceStepId: action === 'CONTINUE' ? '' : instance.currentStepId,
    resumed: each.resumed,
    irreversibleDone: ends ? instance.irreversibleDone.map(({ description }) => description) : [],
    missingSoftFields: [],
    staysPausedBecause: each.staysPausedBecause,
    conditionErrors: each.conditionErrors,
    displacedByInstanceIds: each.displacedBy,
    proposed,
    overruledBy,
  };
}

function startDecision(start: Start, context: SelectionContext): LifecycleDecision {
  const { proposed, overruledBy } = proposedStart(start, context);
  return {
    scenarioId: start.scenario.scenarioId,
    scenarioVersion: start.scenario.version,
    instanceId: start.instanceId,
    action: 'START',
    reason: start.origin,
    reasoning: startReasoning(start),
    confidence: start.score,
    entryStepId: start.entry.stepId,
    sourceStepId: '',
    resumed: false,
    irreversibleDone: [],
    missingSoftFields: start.missingSoftFields,
    staysPausedBecause: undefined,
    conditionErrors: [],
    displacedByInstanceIds: [],
    proposed,
    overruledBy,
  };
}

/** Every candidate that did not start, in the order in which they were looked at (2.12). */
export function rejectedCandidates(
  context: SelectionContext,
  refused: readonly Refused[],
  pending: readonly PendingStart[],
): readonly RejectedCandidate[] {
  return refused.map(({ contender, refusal }) => {
    const { proposed, overruledBy } = proposedRejected(contender, context);
    return {
      scenarioId: contender.scenarioId,
      scenarioName: context.catalogue.scenario(contender.scenarioId)?.name ?? '',
      score: contender.score,
      origin: contender.origin,
      reason: refusal.reason,
      reasoning: refusalReasoning(contender, refusal, context),
      missingFields: refusal.missingFields ?? [],
      blockingScenarioIds: refusal.blockingScenarioIds ?? [],
      blockingRuleIds: refusal.blockingRuleIds ?? [],
      pendingTurnsLeft: pending.find(({ scenarioId }) => scenarioId === contender.scenarioId)?.turnsLeft ?? 0,
      conditionErrors: refusal.conditionErrors ?? [],
      proposed,
      overruledBy,
    };
  });
}
