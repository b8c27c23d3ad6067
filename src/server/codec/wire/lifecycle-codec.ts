import type {
  ScenarioLifecycleDecision as DecisionMessage,
  RejectedCandidate as RejectedMessage,
} from '../../../../gen/focal/orchestration/v1/lifecycle';
import type { LifecycleDecision, RejectedCandidate } from '../../../core/model/lifecycle-decision';
import { type OverruleReason, overruleReasons } from '../../../core/model/model-proposal';
import { lifecycleAction, lifecycleReason, rejectionReason, startOrigin } from './enums';
import { invalidFieldError } from './invalid-field-error';

/** What happens to an instance as the contract has it. */
export function lifecycleDecisionToProto(decision: LifecycleDecision): DecisionMessage {
  return {
    scenarioId: decision.scenarioId,
    instanceId: decision.instanceId,
    action: lifecycleAction.toProto[decision.action],
    reason: lifecycleReason.toProto[decision.reason],
    reasoning: decision.reasoning,
    confidence: decision.confidence,
    entryStepId: decision.entryStepId,
    sourceStepId: decision.sourceStepId,
    resumed: decision.resumed,
    irreversibleDone: decision.irreversibleDone.slice(),
    missingSoftFields: decision.missingSoftFields.slice(),
    staysPausedBecause: rejectionReason.optionalToProto(decision.staysPausedBecause),
    conditionErrors: decision.conditionErrors.slice(),
    displacedByInstanceIds: decision.displacedByInstanceIds.slice(),
    scenarioVersion: decision.scenarioVersion,
    proposed: lifecycleAction.optionalToProto(decision.proposed),
    overruledBy: decision.overruledBy,
  };
}

/** The inverse of `lifecycleDecisionToProto`. */
export function lifecycleDecisionFromProto(message: DecisionMessage): LifecycleDecision {
  return {
    scenarioId: message.scenarioId,
    scenarioVersion: message.scenarioVersion,
    instanceId: message.instanceId,
    action: lifecycleAction.fromProto(message.action),
    reason: lifecycleReason.fromProto(message.reason),
    reasoning: message.reasoning,
    confidence: message.confidence,
    entryStepId: message.entryStepId,
    sourceStepId: message.sourceStepId,
    resumed: message.resumed,
    irreversibleDone: message.irreversibleDone,
    missingSoftFields: message.missingSoftFields,
    staysPausedBecause: rejectionReason.optionalFromProto(message.staysPausedBecause),
    conditionErrors: message.conditionErrors,
    displacedByInstanceIds: message.displacedByInstanceIds,
    proposed: lifecycleAction.optionalFromProto(message.proposed),
    overruledBy: overruledByFromProto(message.overruledBy),
  };
}

/** A candidate that did not start as the contract has it. */
export function rejectedCandidateToProto(rejected: RejectedCandidate): RejectedMessage {
  return {
    scenarioId: rejected.scenarioId,
    scenarioName: rejected.scenarioName,
    score: rejected.score,
    origin: startOrigin.toProto[rejected.origin],
    reason: rejectionReason.toProto[rejected.reason],
    reasoning: rejected.reasoning,
    missingFields: rejected.missingFields.slice(),
    blockingScenarioIds: rejected.blockingScenarioIds.slice(),
    blockingRuleIds: rejected.blockingRuleIds.slice(),
    pendingTurnsLeft: rejected.pendingTurnsLeft,
    conditionErrors: rejected.conditionErrors.slice(),
    proposed: lifecycleAction.optionalToProto(rejected.proposed),
    overruledBy: rejected.overruledBy,
  };
}

/** The inverse of `rejectedCandidateToProto`. */
export function rejectedCandidateFromProto(message: RejectedMessage): RejectedCandidate {
  return {
    scenarioId: message.scenarioId,
    scenarioName: message.scenarioName,
    score: message.score,
    origin: startOrigin.fromProto(message.origin),
    reason: rejectionReason.fromProto(message.reason),
    reasoning: message.reasoning,
    missingFields: message.missingFields,
    blockingScenarioIds: message.blockingScenarioIds,
    blockingRuleIds: message.blockingRuleIds,
    pendingTurnsLeft: message.pendingTurnsLeft,
    conditionErrors: message.conditionErrors,
    proposed: lifecycleAction.optionalFromProto(message.proposed),
    overruledBy: overruledByFromProto(message.overruledBy),
  };
}

function overruledByFromProto(word: string): OverruleReason | '' {
  const known = word === '' ? '' : overruleReasons.find((each) => each === word);
  if (known === undefined)
    throw invalidFieldError('overruled_by', `must be empty or one of ${overruleReasons.join(', ')}`);
  return known;
}
