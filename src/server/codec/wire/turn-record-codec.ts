import { ProcessTurnRequest, ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { TurnRecord as TurnRecordMessage } from '../../../../gen/focal/orchestration/v1/session_service';
import type { TurnRecord } from '../../ports/session-store';

/** Converts a turn record. `occurred_at` in the request is set to the time with which the turn was decided. */
export function turnRecordToProto(record: TurnRecord, supersededByTurnId: string): TurnRecordMessage {
  const request = ProcessTurnRequest.decode(record.request);
  if (request.turn !== undefined) request.turn.occurredAt = new Date(record.occurredAt);
  return {
    revision: record.revision,
    turnId: record.turnId,
    committedAt: new Date(record.committedAt),
    request,
    response: ProcessTurnResponse.decode(record.response),
    supersededByTurnId,
    traceContext: record.traceContext,
  };
}
