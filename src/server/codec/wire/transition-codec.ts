import type {
  TransitionAlternative as AlternativeMessage,
  ScenarioStepTransitionDecision as DecisionMessage,
} from '../../../../gen/focal/orchestration/v1/transition';
import type { TransitionAlternative, TransitionDecision } from '../../../core/model/transition-decision';
import { conditionTruth, transitionReason } from './enums';

/** Where an instance goes as the contract has it. */
export function transitionDecisionToProto(decision: TransitionDecision): DecisionMessage {
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
  };
}

/** The inverse of `transitionDecisionToProto`. */
export function transitionDecisionFromProto(message: DecisionMessage): TransitionDecision {
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
