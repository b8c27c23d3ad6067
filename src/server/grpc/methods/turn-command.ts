import type {
  ProcessTurnRequest,
  ProcessTurnsRequest,
  StreamTurnRequest,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../../gen/focal/orchestration/v1/turn';
import type { TurnCommand } from '../../application/turn-command';
import { responseView } from '../../codec/wire/response-view';
import { turnFromProto } from '../../codec/wire/turn-message-codec';
import { validateTraceContext } from '../../ports/trace-context';
import type { ValidatedRequest } from '../validation/request-validator';

/**
 * Converts a request that contains a turn. The request messages of all methods for turns have the same fields with the same
 * numbers, so their bytes are also the bytes of a ProcessTurnRequest. Only ProcessTurnsRequest has a trace context, whose number the
 * others reserve.
 */
export function toTurnCommand(
  { message, bytes }: ValidatedRequest<ProcessTurnRequest | StreamTurnRequest>,
  receivedAt: number,
): TurnCommand {
  return {
    turn: turnFromProto(message.turn ?? Turn.create(), receivedAt),
    expectedRevision: message.expectedRevision,
    validateOnly: message.validateOnly,
    responseView: responseView.fromProto(message.responseView),
    requestBytes: bytes,
  };
}

/** Converts a turn of a stream, with the trace context of its caller. */
export function toStreamedTurnCommand(request: ValidatedRequest<ProcessTurnsRequest>, receivedAt: number): TurnCommand {
  const { traceContext } = request.message;
  return {
    ...toTurnCommand(request, receivedAt),
    callerTraceContext: traceContext && validateTraceContext(traceContext),
  };
}
