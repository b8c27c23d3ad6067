import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type {
  ScenarioLifecycleDecision as LifecycleMessage,
  RejectedCandidate as RejectedMessage,
} from '../../../../gen/focal/orchestration/v1/lifecycle';
import type { ScenarioStepTransitionDecision as TransitionMessage } from '../../../../gen/focal/orchestration/v1/transition';
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
import { writeDouble, writeFlag, writeMessages, writeNumber, writeText, writeTexts } from './write-field';

/** Writes a ScenarioLifecycleDecision without its sentence. */
export function writeLifecycleDecision(writer: BinaryWriter, decision: LifecycleDecision): void {
  writeLifecycle(writer, decision, '');
}

export function writeExplainedLifecycleDecision(writer: BinaryWriter, decision: Explained<LifecycleDecision>): void {
  writeLifecycle(writer, decision, decision.reasoning);
}

function writeLifecycle(writer: BinaryWriter, decision: LifecycleDecision, reasoning: string): void {
  writeText(writer, 1, decision.scenarioId);
  writeText(writer, 2, decision.instanceId);
  writeNumber(writer, 3, lifecycleAction.toProto[decision.action]);
  writeNumber(writer, 4, lifecycleReason.toProto[decision.reason]);
  writeText(writer, 5, reasoning);
  writeDouble(writer, 6, decision.confidence);
  writeText(writer, 7, decision.entryStepId);
  writeText(writer, 8, decision.sourceStepId);
  writeFlag(writer, 9, decision.resumed);
  writeTexts(writer, 10, decision.irreversibleDone);
  writeTexts(writer, 11, decision.missingSoftFields);
  writeNumber(writer, 12, rejectionReason.optionalToProto(decision.staysPausedBecause));
  writeTexts(writer, 13, decision.conditionErrors);
  writeTexts(writer, 14, decision.displacedByInstanceIds);
  writeNumber(writer, 15, decision.scenarioVersion);
  writeNumber(writer, 16, lifecycleAction.optionalToProto(decision.proposed));
  writeText(writer, 17, decision.overruledBy);
  writeNumber(writer, 18, ending.optionalToProto(decision.ending));
  writeTexts(writer, 19, decision.actionsUnderWay);
}

/** The inverse of `writeLifecycleDecision`. */
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

/** Writes a RejectedCandidate without its sentence. */
export function writeRejectedCandidate(writer: BinaryWriter, rejected: RejectedCandidate): void {
  writeRejected(writer, rejected, '');
}

export function writeExplainedRejectedCandidate(writer: BinaryWriter, rejected: Explained<RejectedCandidate>): void {
  writeRejected(writer, rejected, rejected.reasoning);
}

function writeRejected(writer: BinaryWriter, rejected: RejectedCandidate, reasoning: string): void {
  writeText(writer, 1, rejected.scenarioId);
  writeText(writer, 2, rejected.scenarioName);
  writeDouble(writer, 3, rejected.score);
  writeNumber(writer, 4, startOrigin.toProto[rejected.origin]);
  writeNumber(writer, 5, rejectionReason.toProto[rejected.reason]);
  writeText(writer, 6, reasoning);
  writeTexts(writer, 7, rejected.missingFields);
  writeTexts(writer, 8, rejected.blockingScenarioIds);
  writeTexts(writer, 9, rejected.blockingRuleIds);
  writeNumber(writer, 10, rejected.pendingTurnsLeft);
  writeTexts(writer, 11, rejected.conditionErrors);
  writeNumber(writer, 12, lifecycleAction.optionalToProto(rejected.proposed));
  writeText(writer, 13, rejected.overruledBy);
}

/** The inverse of `writeRejectedCandidate`. */
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

/** Writes a ScenarioStepTransitionDecision without its sentence and without the transitions that were considered. */
export function writeTransitionDecision(writer: BinaryWriter, decision: TransitionDecision): void {
  writeTransition(writer, decision, undefined);
}

export function writeExplainedTransitionDecision(writer: BinaryWriter, decision: ExplainedTransitionDecision): void {
  writeTransition(writer, decision, decision);
}

function writeTransition(
  writer: BinaryWriter,
  decision: TransitionDecision,
  explained: ExplainedTransitionDecision | undefined,
): void {
  writeText(writer, 1, decision.scenarioId);
  writeText(writer, 2, decision.instanceId);
  writeText(writer, 3, decision.sourceStepId);
  writeText(writer, 4, decision.targetStepId);
  writeFlag(writer, 5, decision.wasSkipped);
  writeTexts(writer, 6, decision.skippedSteps);
  writeFlag(writer, 7, decision.wasRelocalized);
  writeText(writer, 8, decision.originalStepId);
  writeTexts(writer, 9, decision.transitionsTaken);
  if (explained !== undefined) writeMessages(writer, 10, explained.alternatives, writeAlternative);
  writeNumber(writer, 11, transitionReason.toProto[decision.reason]);
  writeText(writer, 12, explained?.reasoning ?? '');
  writeDouble(writer, 13, decision.confidence);
  writeText(writer, 14, decision.blockedByCheckpoint);
  writeTexts(writer, 15, decision.correctedFields);
  writeTexts(writer, 16, decision.clearedFields);
  writeTexts(writer, 17, decision.missingFields);
  writeNumber(writer, 18, decision.visitNumber);
  writeTexts(writer, 19, decision.conditionErrors);
  writeNumber(writer, 20, explained?.omittedAlternatives ?? 0);
  writeNumber(writer, 21, decision.omittedConditionErrors);
}

/** The inverse of `writeTransitionDecision`. */
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

function writeAlternative(writer: BinaryWriter, alternative: TransitionAlternative): void {
  writeText(writer, 1, alternative.transitionId);
  writeText(writer, 2, alternative.sourceStepId);
  writeText(writer, 3, alternative.targetStepId);
  writeNumber(writer, 4, conditionTruth.optionalToProto(alternative.truth));
  writeTexts(writer, 5, alternative.missingFields);
  writeFlag(writer, 6, alternative.taken);
  writeText(writer, 7, alternative.notTakenBecause);
}
