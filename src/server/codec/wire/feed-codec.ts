import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  type CommittedDecision,
  type CommittedTurn,
  type FeedEvent as FeedEventMessage,
  FeedGapReason,
} from '../../../../gen/focal/orchestration/v1/feed';
import type { FeedDecision, FeedEvent, FeedRejection, FeedTurn } from '../../ports/turn-feed';
import { lifecycleAction, lifecycleReason, rejectionReason, transitionReason } from './decision-enums';
import { createEnumTable, type EnumTable } from './enum-table';
import { turnTrigger } from './enums';
import { NewerContractError } from './invalid-field-error';
import { timeFromProto } from './time';
import { startMessage, writeMessage, writeMessages, writeNumber, writeText, writeTime } from './write-field';

/** Why events are missing. */
export type GapReason = 'RETENTION' | 'DATA_LOSS';

const gapReason: EnumTable<GapReason, FeedGapReason> = createEnumTable(FeedGapReason, 'FEED_GAP_REASON_');

/** Converts an event. `id` is "" where it is stored. */
export function feedEventToProto(id: string, event: FeedEvent): FeedEventMessage {
  const committedAt = new Date(event.committedAt);
  switch (event.kind) {
    case 'turn':
      return { id, committedAt, event: { $case: 'turn', value: turnToProto(event) } };
    case 'deleted':
      return { id, committedAt, event: { $case: 'deletedSession', value: { sessionId: event.sessionId } } };
    case 'expired':
      return { id, committedAt, event: { $case: 'expiredSession', value: { sessionId: event.sessionId } } };
  }
}

/** Writes an event without an id: the bytes of `feedEventToProto` with the id "". */
export function writeFeedEvent(writer: BinaryWriter, event: FeedEvent): void {
  writeTime(writer, 2, event.committedAt);
  switch (event.kind) {
    case 'turn':
      writeMessage(writer, 3, event, writeTurn);
      break;
    case 'deleted':
      startMessage(writer, 4);
      writeText(writer, 1, event.sessionId);
      writer.join();
      break;
    case 'expired':
      startMessage(writer, 6);
      writeText(writer, 1, event.sessionId);
      writer.join();
      break;
  }
}

/** The inverse of `feedEventToProto`. */
export function feedEventFromProto({ committedAt: date, event }: FeedEventMessage): FeedEvent {
  const committedAt = timeFromProto(date);
  switch (event?.$case) {
    case 'turn':
      return { kind: 'turn', committedAt, ...turnFromProto(event.value) };
    case 'deletedSession':
      return { kind: 'deleted', committedAt, sessionId: event.value.sessionId };
    case 'expiredSession':
      return { kind: 'expired', committedAt, sessionId: event.value.sessionId };
    case 'gap':
    case undefined:
      throw new NewerContractError('event', 'must be a turn, or a deleted or expired session');
  }
}

export function gapToProto(reason: GapReason, missingEvents: number): FeedEventMessage {
  const value = { reason: gapReason.toProto[reason], missingEvents };
  return { id: '', committedAt: undefined, event: { $case: 'gap', value } };
}

function turnToProto(turn: FeedTurn): CommittedTurn {
  return {
    agentId: turn.agentId,
    sessionId: turn.sessionId,
    revision: turn.revision,
    turnId: turn.turnId,
    trigger: turnTrigger.toProto[turn.trigger],
    decisions: turn.decisions.map(decisionToProto),
    rejections: turn.rejections.map(({ scenarioId, reason }) => ({
      scenarioId,
      reason: rejectionReason.toProto[reason],
    })),
    supersedesTurnId: turn.supersedesTurnId,
  };
}

function writeTurn(writer: BinaryWriter, turn: FeedTurn): void {
  writeText(writer, 1, turn.agentId);
  writeText(writer, 2, turn.sessionId);
  writeNumber(writer, 3, turn.revision);
  writeText(writer, 4, turn.turnId);
  writeNumber(writer, 5, turnTrigger.toProto[turn.trigger]);
  writeMessages(writer, 6, turn.decisions, writeDecision);
  writeMessages(writer, 7, turn.rejections, writeRejection);
  writeText(writer, 8, turn.supersedesTurnId);
}

function writeDecision(writer: BinaryWriter, decision: FeedDecision): void {
  writeText(writer, 1, decision.scenarioId);
  writeNumber(writer, 2, decision.scenarioVersion);
  writeNumber(writer, 3, lifecycleAction.toProto[decision.action]);
  writeNumber(writer, 4, lifecycleReason.toProto[decision.reason]);
  writeText(writer, 5, decision.sourceStepId);
  writeText(writer, 6, decision.targetStepId);
  writeNumber(writer, 7, transitionReason.optionalToProto(decision.transitionReason));
}

function writeRejection(writer: BinaryWriter, { scenarioId, reason }: FeedRejection): void {
  writeText(writer, 1, scenarioId);
  writeNumber(writer, 2, rejectionReason.toProto[reason]);
}

function turnFromProto(message: CommittedTurn): Omit<FeedTurn, 'kind' | 'committedAt'> {
  return {
    agentId: message.agentId,
    sessionId: message.sessionId,
    revision: message.revision,
    turnId: message.turnId,
    trigger: turnTrigger.fromProto(message.trigger),
    decisions: message.decisions.map(decisionFromProto),
    rejections: message.rejections.map(({ scenarioId, reason }) => ({
      scenarioId,
      reason: rejectionReason.fromProto(reason),
    })),
    supersedesTurnId: message.supersedesTurnId,
  };
}

function decisionToProto(decision: FeedDecision): CommittedDecision {
  return {
    scenarioId: decision.scenarioId,
    scenarioVersion: decision.scenarioVersion,
    action: lifecycleAction.toProto[decision.action],
    reason: lifecycleReason.toProto[decision.reason],
    sourceStepId: decision.sourceStepId,
    targetStepId: decision.targetStepId,
    transitionReason: transitionReason.optionalToProto(decision.transitionReason),
  };
}

function decisionFromProto(message: CommittedDecision): FeedDecision {
  return {
    scenarioId: message.scenarioId,
    scenarioVersion: message.scenarioVersion,
    action: lifecycleAction.fromProto(message.action),
    reason: lifecycleReason.fromProto(message.reason),
    sourceStepId: message.sourceStepId,
    targetStepId: message.targetStepId,
    transitionReason: transitionReason.optionalFromProto(message.transitionReason),
  };
}
