import type {
  ProcessTurnRequest,
  ProcessTurnsRequest,
  StreamTurnRequest,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../../gen/focal/orchestration/v1/turn';
import { turnFromProto } from '../../../codec/turn-message-codec';
import type { TurnCommand } from '../../../pipeline/commands';
import type { AcceptedRequest } from '../guard/request-guard';

/**
 * The command of a request for a turn. The messages of all methods that take one have the same fields with the same numbers, so
 * the bytes of either are those of a ProcessTurnRequest.
 */
export function turnCommandOf(
  { message, bytes }: AcceptedRequest<ProcessTurnRequest | StreamTurnRequest | ProcessTurnsRequest>,
  receivedAt: number,
): TurnCommand {
  return {
    turn: turnFromProto(message.turn ?? Turn.create(), receivedAt),
    expectedRevision: message.expectedRevision,
    validateOnly: message.validateOnly,
    requestBytes: bytes,
  };
}
