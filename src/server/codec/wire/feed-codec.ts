import {
  type CommittedDecision,
  type CommittedTurn,
  type FeedEvent as FeedEventMessage,
  FeedGapReason,
} from '../../../../gen/focal/orchestration/v1/feed';
import type { FeedDecision, FeedEvent, FeedTurn } from '../../ports/turn-feed';
import { lifecycleAction, lifecycleReason, rejectionReason, transitionReason } from './decision-enums';
import { createEnumTable, type EnumTable } from './enum-table';
import { turnTrigger } from './enums';
import { NewerContractError } from './invalid-field-error';
import { timeFromProto } from './time';

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
