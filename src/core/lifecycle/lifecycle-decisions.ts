import type { SelectionContext } from '../context/selection-context';
import type { LifecycleDecision, RejectedCandidate } from '../model/lifecycle-decision';
import type { PendingStart } from '../model/session';
import type { InstanceOutcome, ScenarioStart } from './instance-outcome';
import { hasEnded } from './instance-outcome';
import { describeOutcome, describeRejection, describeStart, type ScenarioNames } from './lifecycle-reasoning';
import { getInstanceProposal, getRejectionProposal, getStartProposal } from './model-choice';
import type { RejectedStart } from './start-selection';

/** Exactly one decision for every instance, in start order, then one START each, in start order (section 2). */
export function toLifecycleDecisions(
  context: SelectionContext,
  fates: readonly InstanceOutcome[],
  starts: readonly ScenarioStart[],
): readonly LifecycleDecision[] {
  const others = othersOf(fates, starts);
  return [
    ...fates.map((each) => decisionOf(each, context, others)),
    ...starts.map((start) => startDecision(start, context)),
  ];
}

function othersOf(fates: readonly InstanceOutcome[], starts: readonly ScenarioStart[]): ScenarioNames {
  const nameOf = ({ view: { scenario, instance } }: InstanceOutcome): string => scenario?.name ?? instance.scenarioId;
  return {
    getAddressedNames: () => [
      ...fates.filter(({ view }) => view.isAddressed).map(nameOf),
      ...starts.map(({ scenario }) => scenario.name),
    ],
    getName: (instanceId) => {
      const owner = fates.find(({ view }) => view.instance.instanceId === instanceId);
      if (owner) return nameOf(owner);
      return starts.find((start) => start.instanceId === instanceId)?.scenario.name ?? instanceId;
    },
  };
}

function decisionOf(each: InstanceOutcome, context: SelectionContext, others: ScenarioNames): LifecycleDecision {
  const { view, action, reason } = each;
  const { instance } = view;
  const ends = hasEnded(each);
  const { proposed, overruledBy } = getInstanceProposal(each, context);
  return {
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    instanceId: instance.instanceId,
    action,
    reason,
    reasoning: describeOutcome(each, context, others),
    confidence: 1,
    entryStepId: '',
    sourceStepId: action === 'CONTINUE' ? '' : instance.currentStepId,
    resumed: each.resumed,
    irreversibleDone: ends ? instance.irreversibleDone.map(({ description }) => description) : [],
    missingSoftFields: [],
    staysPausedBecause: each.staysPausedBecause,
    conditionErrors: each.conditionErrors,
    displacedByInstanceIds: each.displacedByInstanceIds,
    proposed,
    overruledBy,
  };
}

function startDecision(start: ScenarioStart, context: SelectionContext): LifecycleDecision {
  const { proposed, overruledBy } = getStartProposal(start, context);
  return {
    scenarioId: start.scenario.scenarioId,
    scenarioVersion: start.scenario.version,
    instanceId: start.instanceId,
    action: 'START',
    reason: start.origin,
    reasoning: describeStart(start),
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
export function toRejectedCandidates(
  context: SelectionContext,
  refused: readonly RejectedStart[],
  pending: readonly PendingStart[],
): readonly RejectedCandidate[] {
  return refused.map(({ candidate: contender, rejection: refusal }) => {
    const { proposed, overruledBy } = getRejectionProposal(contender, context);
    return {
      scenarioId: contender.scenarioId,
      scenarioName: context.catalogue.getScenario(contender.scenarioId)?.name ?? '',
      score: contender.score,
      origin: contender.origin,
      reason: refusal.reason,
      reasoning: describeRejection(contender, refusal, context),
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
