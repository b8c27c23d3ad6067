import { WireType } from '@bufbuild/protobuf/wire';
import { ProcessTurnsResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Status } from '../../../../gen/google/rpc/status';
import type { ProcessedTurn } from '../../application/turn-command';
import { readTurnId } from './turn-id-reader';

/** Field number of ProcessTurnsResponse.response. */
const responseNumber = 3;

/** Encodes the ProcessTurnsResponse of a decided turn. It contains the bytes of the stored response unchanged (5.1). */
export function toTurnResponse({ result, responseBytes, replayed }: ProcessedTurn): Uint8Array {
  return ProcessTurnsResponse.encode({ turnId: result.turnId, replayed, result: undefined })
    .tag(responseNumber, WireType.LengthDelimited)
    .bytes(responseBytes)
    .finish();
}

/** Creates the ProcessTurnsResponse of a turn that failed. */
export function toTurnError(request: Uint8Array, error: Status): ProcessTurnsResponse {
  return { turnId: readTurnId(request), replayed: false, result: { $case: 'error', value: error } };
}
