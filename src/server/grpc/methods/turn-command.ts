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
 * The command of a request for a turn. The messages of all methods that take one have the same fields with the same numbers, so
 * the bytes of either are those of a ProcessTurnRequest.
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
