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
import type {
  ExplainedTransitionDecision,
  TransitionAlternative,
  TransitionDecision,
} from '../../../core/model/transition-decision';
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

/** Converts a decision without its sentence. */
export function lifecycleDecisionToProto(decision: LifecycleDecision): LifecycleMessage {
  return {
    scenarioId: decision.scenarioId,
    instanceId: decision.instanceId,
    action: lifecycleAction.toProto[decision.action],
    reason: lifecycleReason.toProto[decision.reason],
    reasoning: '',
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

export function explainedLifecycleDecisionToProto(decision: Explained<LifecycleDecision>): LifecycleMessage {
  return { ...lifecycleDecisionToProto(decision), reasoning: decision.reasoning };
}

/** The inverse of `lifecycleDecisionToProto`. */
export function lifecycleDecisionFromProto(message: LifecycleMessage): LifecycleDecision {
  return {
    scenarioId: message.scenarioId,
    scenarioVersion: message.scenarioVersion,
    instanceId: message.instanceId,
    action: lifecycleAction.fromProto(message.action),
    reason: lifecycleReason.fromProto(message.reason),
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

/** Converts a rejected candidate without its sentence. */
export function rejectedCandidateToProto(rejected: RejectedCandidate): RejectedMessage {
  return {
    scenarioId: rejected.scenarioId,
    scenarioName: rejected.scenarioName,
    score: rejected.score,
    origin: startOrigin.toProto[rejected.origin],
    reason: rejectionReason.toProto[rejected.reason],
    reasoning: '',
    missingFields: rejected.missingFields.slice(),
    blockingScenarioIds: rejected.blockingScenarioIds.slice(),
    blockingRuleIds: rejected.blockingRuleIds.slice(),
    pendingTurnsLeft: rejected.pendingTurnsLeft,
    conditionErrors: rejected.conditionErrors.slice(),
    proposed: lifecycleAction.optionalToProto(rejected.proposed),
    overruledBy: rejected.overruledBy,
  };
}

export function explainedRejectedCandidateToProto(rejected: Explained<RejectedCandidate>): RejectedMessage {
  return { ...rejectedCandidateToProto(rejected), reasoning: rejected.reasoning };
}

/** The inverse of `rejectedCandidateToProto`. */
export function rejectedCandidateFromProto(message: RejectedMessage): RejectedCandidate {
  return {
    scenarioId: message.scenarioId,
    scenarioName: message.scenarioName,
    score: message.score,
    origin: startOrigin.fromProto(message.origin),
    reason: rejectionReason.fromProto(message.reason),
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

/** Converts a decision without its sentence and without the transitions that were considered. */
export function transitionDecisionToProto(decision: TransitionDecision): TransitionMessage {
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
    alternatives: [],
    reason: transitionReason.toProto[decision.reason],
    reasoning: '',
    confidence: decision.confidence,
    blockedByCheckpoint: decision.blockedByCheckpoint,
    correctedFields: decision.correctedFields.slice(),
    clearedFields: decision.clearedFields.slice(),
    missingFields: decision.missingFields.slice(),
    visitNumber: decision.visitNumber,
    conditionErrors: decision.conditionErrors.slice(),
    omittedAlternatives: 0,
    omittedConditionErrors: decision.omittedConditionErrors,
  };
}

export function explainedTransitionDecisionToProto(decision: ExplainedTransitionDecision): TransitionMessage {
  return {
    ...transitionDecisionToProto(decision),
    alternatives: decision.alternatives.map(alternativeToProto),
    omittedAlternatives: decision.omittedAlternatives,
    reasoning: decision.reasoning,
  };
}

/** The inverse of `transitionDecisionToProto`. */
export function transitionDecisionFromProto(message: TransitionMessage): TransitionDecision {
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
    reason: transitionReason.fromProto(message.reason),
    confidence: message.confidence,
    blockedByCheckpoint: message.blockedByCheckpoint,
    correctedFields: message.correctedFields,
    clearedFields: message.clearedFields,
    missingFields: message.missingFields,
    visitNumber: message.visitNumber,
    conditionErrors: message.conditionErrors,
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
