import type {
  ProcessTurnRequest,
  ProcessTurnsRequest,
  StreamTurnRequest,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../../gen/focal/orchestration/v1/turn';
import type { TurnCommand } from '../../application/turn-command';
import { turnFromProto } from '../../codec/wire/turn-message-codec';
import type { ValidatedRequest } from '../validation/request-validator';

/**
 * Converts a request that contains a turn. The request messages of all methods for turns have the same fields with the same
 * numbers, so their bytes are also the bytes of a ProcessTurnRequest.
 */
export function toTurnCommand(
  { message, bytes }: ValidatedRequest<ProcessTurnRequest | StreamTurnRequest | ProcessTurnsRequest>,
  receivedAt: number,
): TurnCommand {
  return {
    turn: turnFromProto(message.turn ?? Turn.create(), receivedAt),
    expectedRevision: message.expectedRevision,
    validateOnly: message.validateOnly,
    requestBytes: bytes,
  };
}
