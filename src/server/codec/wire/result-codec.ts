import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  type ScenarioSelectionContext as ContextMessage,
  ModelProposal as ProposalMessage,
  ScenarioSelectionContext,
} from '../../../../gen/focal/orchestration/v1/lifecycle';
import {
  type IgnoredOutcome as IgnoredMessage,
  ProcessTurnResponse as ResultMessage,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { StepOutcome } from '../../../../gen/focal/orchestration/v1/turn';
import { compareText } from '../../../core/model/compare-text';
import type { IgnoredOutcome } from '../../../core/model/lifecycle-decision';
import type { ModelProposal } from '../../../core/model/model-proposal';
import type { ContextSummary, ExplainedTurnResult, TurnResult } from '../../../core/model/turn-result';
import { planFromProto, writePlan } from './contribution-codec';
import {
  lifecycleDecisionFromProto,
  rejectedCandidateFromProto,
  transitionDecisionFromProto,
  writeExplainedLifecycleDecision,
  writeExplainedRejectedCandidate,
  writeExplainedTransitionDecision,
  writeLifecycleDecision,
  writeRejectedCandidate,
  writeTransitionDecision,
} from './decision-codec';
import { conditionTruth, ignoredReason, modelOutcome, proposedAction } from './decision-enums';
import { encodeWith } from './encode-message';
import { createInvalidFieldError } from './invalid-field-error';
import { relationshipToProto } from './scenario-codec';
import { optionalTimeFromProto } from './time';
import { stepOutcomeFromProto, stepOutcomeToProto } from './turn-message-codec';
import {
  writeEncoded,
  writeFlag,
  writeMessage,
  writeMessages,
  writeNumber,
  writeOptionalTime,
  writeText,
} from './write-field';

/** Writes the ProcessTurnResponse of a decided turn in the view BASIC. */
export function writeTurnResult(writer: BinaryWriter, result: TurnResult): void {
  writeNumbers(writer, result);
  writeMessages(writer, 6, result.lifecycleDecisions, writeLifecycleDecision);
  writeMessages(writer, 7, result.rejectedCandidates, writeRejectedCandidate);
  writeMessages(writer, 8, result.transitionDecisions, writeTransitionDecision);
  writeMessage(writer, 9, result.plan, writePlan);
  writeMessages(writer, 10, result.ignoredOutcomes, writeIgnoredOutcome);
  writeRest(writer, result);
}

/** Writes the ProcessTurnResponse of a decided turn in the view FULL. */
export function writeExplainedResult(writer: BinaryWriter, result: ExplainedTurnResult): void {
  writeNumbers(writer, result);
  writeEncoded(writer, 5, [contextToProto(result.context)], ScenarioSelectionContext);
  writeMessages(writer, 6, result.lifecycleDecisions, writeExplainedLifecycleDecision);
  writeMessages(writer, 7, result.rejectedCandidates, writeExplainedRejectedCandidate);
  writeMessages(writer, 8, result.transitionDecisions, writeExplainedTransitionDecision);
  writeMessage(writer, 9, result.plan, writePlan);
  writeMessages(writer, 10, result.ignoredOutcomes, writeExplainedIgnoredOutcome);
  writeRest(writer, result);
}

/** Writes the fields 1 to 4. */
function writeNumbers(writer: BinaryWriter, result: TurnResult): void {
  writeText(writer, 1, result.sessionId);
  writeText(writer, 2, result.turnId);
  writeNumber(writer, 3, result.revision);
  writeNumber(writer, 4, result.turnCount);
}

/** Writes the fields from 11 on. */
function writeRest(writer: BinaryWriter, result: TurnResult): void {
  writeFlag(writer, 11, result.validateOnly);
  if (result.modelProposal) writeEncoded(writer, 12, [modelProposalToProto(result.modelProposal)], ProposalMessage);
  writeOptionalTime(writer, 13, result.nextTimerAt);
}

/** Converts a decided turn to the response of ProcessTurn in the view BASIC. */
export function turnResultToProto(result: TurnResult): ResultMessage {
  return ResultMessage.decode(encodeWith(writeTurnResult, result));
}

/** Converts a decided turn to the response of ProcessTurn in the view FULL. */
export function explainedResultToProto(result: ExplainedTurnResult): ResultMessage {
  return ResultMessage.decode(encodeWith(writeExplainedResult, result));
}

/** The inverse of `turnResultToProto`. Throws INVALID_REQUEST if the plan is missing. */
export function turnResultFromProto(message: ResultMessage): TurnResult {
  if (message.plan === undefined) throw createInvalidFieldError('plan', 'is required');
  return {
    sessionId: message.sessionId,
    turnId: message.turnId,
    revision: message.revision,
    turnCount: message.turnCount,
    lifecycleDecisions: message.lifecycleDecisions.map(lifecycleDecisionFromProto),
    rejectedCandidates: message.rejectedCandidates.map(rejectedCandidateFromProto),
    transitionDecisions: message.transitionDecisions.map(transitionDecisionFromProto),
    plan: planFromProto(message.plan),
    ignoredOutcomes: message.ignoredOutcomes.map(ignoredOutcomeFromProto),
    nextTimerAt: optionalTimeFromProto(message.nextTimerAt),
    validateOnly: message.validateOnly,
    modelProposal: message.modelProposal && modelProposalFromProto(message.modelProposal),
  };
}

function writeIgnoredOutcome(writer: BinaryWriter, ignored: IgnoredOutcome): void {
  writeIgnored(writer, ignored, '');
}

function writeExplainedIgnoredOutcome(writer: BinaryWriter, ignored: IgnoredOutcome): void {
  writeIgnored(writer, ignored, ignored.reasoning);
}

function writeIgnored(writer: BinaryWriter, ignored: IgnoredOutcome, reasoning: string): void {
  writeEncoded(writer, 1, [stepOutcomeToProto(ignored.outcome, 'ignored_outcomes.outcome')], StepOutcome);
  writeText(writer, 2, ignored.instanceId);
  writeText(writer, 3, reasoning);
  writeNumber(writer, 4, ignoredReason.toProto[ignored.reason]);
}

/** The inverse of `writeIgnoredOutcome`. The responses of releases up to 0.2 have no reason. */
function ignoredOutcomeFromProto(message: IgnoredMessage): IgnoredOutcome {
  if (message.outcome === undefined) throw createInvalidFieldError('ignored_outcomes.outcome', 'is required');
  return {
    outcome: stepOutcomeFromProto(message.outcome, 'ignored_outcomes.outcome'),
    instanceId: message.instanceId,
    reason: ignoredReason.optionalFromProto(message.reason) ?? 'NO_OPEN_REQUEST',
    reasoning: message.reasoning,
  };
}

function contextToProto(context: ContextSummary): ContextMessage {
  return {
    intent: context.intent,
    intentScore: context.intentScore,
    focusInstanceId: context.focusInstanceId,
    addressedInstanceIds: context.addressedInstanceIds.slice(),
    candidates: context.candidates.slice(),
    instances: context.instances.slice(),
    relationships: context.relationships.map(relationshipToProto),
    changedFields: context.changedFields.slice(),
    conditionErrors: context.conditionErrors.slice(),
  };
}

/** Converts a model proposal. Entries are sorted by id, so that equal proposals have equal bytes. */
function modelProposalToProto({ outcome, model, actions, fits, verdicts }: ModelProposal): ProposalMessage {
  return {
    outcome: modelOutcome.toProto[outcome],
    model,
    actions: sortById(actions).map(([instanceId, action]) => ({ instanceId, action: proposedAction.toProto[action] })),
    candidates: sortById(fits).map(([scenarioId, fit]) => ({ scenarioId, fits: fit })),
    verdicts: verdicts.map((verdict) => ({ ...verdict, truth: conditionTruth.toProto[verdict.truth] })),
  };
}

/** The inverse of `modelProposalToProto`. If an id occurs more than once, the last entry wins. */
export function modelProposalFromProto(message: ProposalMessage): ModelProposal {
  return {
    outcome: modelOutcome.fromProto(message.outcome),
    model: message.model,
    actions: new Map(message.actions.map(({ instanceId, action }) => [instanceId, proposedAction.fromProto(action)])),
    fits: new Map(message.candidates.map(({ scenarioId, fits }) => [scenarioId, fits])),
    verdicts: message.verdicts.map(({ scenarioId, scenarioVersion, transitionId, truth }) => ({
      scenarioId,
      scenarioVersion,
      transitionId,
      truth: conditionTruth.fromProto(truth),
    })),
  };
}

function sortById<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].sort(([a], [b]) => compareText(a, b));
}
