import { WireType } from '@bufbuild/protobuf/wire';
import { ProcessTurnsResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Status } from '../../../../gen/google/rpc/status';
import type { ProcessedTurn } from '../../application/turn-command';
import { readTurnId } from './turn-id-reader';

/** Number of ProcessTurnsResponse.response. */
const RESPONSE = 3;

/** A decided turn in its envelope, as bytes: those of the response stay as they are stored (5.1). */
export function toTurnResponse({ result, responseBytes, replayed }: ProcessedTurn): Uint8Array {
  return ProcessTurnsResponse.encode({ turnId: result.turnId, replayed, result: undefined })
    .tag(RESPONSE, WireType.LengthDelimited)
    .bytes(responseBytes)
    .finish();
}

/** A turn that failed in its envelope. */
export function toTurnError(sent: Uint8Array, error: Status): ProcessTurnsResponse {
  return { turnId: readTurnId(sent), replayed: false, result: { $case: 'error', value: error } };
}
