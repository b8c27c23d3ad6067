import type {
  ScenarioLifecycleDecision as LifecycleMessage,
  RejectedCandidate as RejectedMessage,
} from '../../../../gen/focal/orchestration/v1/lifecycle';
import type {
  TransitionAlternative as AlternativeMessage,
  ScenarioStepTransitionDecision as TransitionMessage,
} from '../../../../gen/focal/orchestration/v1/transition';
import type { Explained } from '../../../core/model/explained';
import type { LifecycleDecision, RejectedCandidate } from '../../../core/model/lifecycle-decision';
import { type OverruleReason, overruleReasons } from '../../../core/model/model-proposal';
import type { ExplainedTransitionDecision, TransitionAlternative } from '../../../core/model/transition-decision';
import {
  conditionTruth,
  lifecycleAction,
  lifecycleReason,
  rejectionReason,
  startOrigin,
  transitionReason,
} from './decision-enums';
import { ending } from './enums';
import { createInvalidFieldError } from './invalid-field-error';

export function lifecycleDecisionToProto(decision: Explained<LifecycleDecision>): LifecycleMessage {
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
    actionsUnderWay: decision.actionsUnderWay.slice(),
    ending: ending.optionalToProto(decision.ending),
    missingSoftFields: decision.missingSoftFields.slice(),
    staysPausedBecause: rejectionReason.optionalToProto(decision.staysPausedBecause),
    conditionErrors: decision.conditionErrors.slice(),
    displacedByInstanceIds: decision.displacedByInstanceIds.slice(),
    scenarioVersion: decision.scenarioVersion,
    proposed: lifecycleAction.optionalToProto(decision.proposed),
    overruledBy: decision.overruledBy,
  };
}

export function lifecycleDecisionFromProto(message: LifecycleMessage): Explained<LifecycleDecision> {
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
    actionsUnderWay: message.actionsUnderWay,
    ending: ending.optionalFromProto(message.ending),
    missingSoftFields: message.missingSoftFields,
    staysPausedBecause: rejectionReason.optionalFromProto(message.staysPausedBecause),
    conditionErrors: message.conditionErrors,
    displacedByInstanceIds: message.displacedByInstanceIds,
    proposed: lifecycleAction.optionalFromProto(message.proposed),
    overruledBy: overruledByFromProto(message.overruledBy),
  };
}

export function rejectedCandidateToProto(rejected: Explained<RejectedCandidate>): RejectedMessage {
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

export function rejectedCandidateFromProto(message: RejectedMessage): Explained<RejectedCandidate> {
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

/** Validates the reason, which the contract encodes as a string. "" means that no rule overruled the model. */
function overruledByFromProto(text: string): OverruleReason | '' {
  const reason = text === '' ? '' : overruleReasons.find((each) => each === text);
  if (reason === undefined) {
    throw createInvalidFieldError('overruled_by', `must be empty or one of ${overruleReasons.join(', ')}`);
  }
  return reason;
}

export function transitionDecisionToProto(decision: ExplainedTransitionDecision): TransitionMessage {
  return {
    scenarioId: decision.scenarioId,
    instanceId: decision.instanceId,
    sourceStepId: decision.sourceStepId,
    targetStepId: decision.targetStepId,
    wasSkipped: decision.wasSkipped,
    skippedSteps: decision.skippedSteps.slice(),
    wasRelocalized: decision.wasRelocalized,
    originalStepId: decision.originalStepId,
    transitionsTaken: decision.transitionsTaken.slice(),
    alternatives: decision.alternatives.map(alternativeToProto),
    reason: transitionReason.toProto[decision.reason],
    reasoning: decision.reasoning,
    confidence: decision.confidence,
    blockedByCheckpoint: decision.blockedByCheckpoint,
    correctedFields: decision.correctedFields.slice(),
    clearedFields: decision.clearedFields.slice(),
    missingFields: decision.missingFields.slice(),
    visitNumber: decision.visitNumber,
    conditionErrors: decision.conditionErrors.slice(),
    omittedAlternatives: decision.omittedAlternatives,
    omittedConditionErrors: decision.omittedConditionErrors,
  };
}

export function transitionDecisionFromProto(message: TransitionMessage): ExplainedTransitionDecision {
  return {
    scenarioId: message.scenarioId,
    instanceId: message.instanceId,
    sourceStepId: message.sourceStepId,
    targetStepId: message.targetStepId,
    wasSkipped: message.wasSkipped,
    skippedSteps: message.skippedSteps,
    wasRelocalized: message.wasRelocalized,
    originalStepId: message.originalStepId,
    transitionsTaken: message.transitionsTaken,
    alternatives: message.alternatives.map(alternativeFromProto),
    reason: transitionReason.fromProto(message.reason),
    reasoning: message.reasoning,
    confidence: message.confidence,
    blockedByCheckpoint: message.blockedByCheckpoint,
    correctedFields: message.correctedFields,
    clearedFields: message.clearedFields,
    missingFields: message.missingFields,
    visitNumber: message.visitNumber,
    conditionErrors: message.conditionErrors,
    omittedAlternatives: message.omittedAlternatives,
    omittedConditionErrors: message.omittedConditionErrors,
  };
}

function alternativeToProto(alternative: TransitionAlternative): AlternativeMessage {
  return {
    transitionId: alternative.transitionId,
    sourceStepId: alternative.sourceStepId,
    targetStepId: alternative.targetStepId,
    truth: conditionTruth.optionalToProto(alternative.truth),
    missingFields: alternative.missingFields.slice(),
    taken: alternative.taken,
    notTakenBecause: alternative.notTakenBecause,
  };
}

function alternativeFromProto(message: AlternativeMessage): TransitionAlternative {
  return {
    transitionId: message.transitionId,
    sourceStepId: message.sourceStepId,
    targetStepId: message.targetStepId,
    truth: conditionTruth.optionalFromProto(message.truth),
    missingFields: message.missingFields,
    taken: message.taken,
    notTakenBecause: message.notTakenBecause,
  };
}
