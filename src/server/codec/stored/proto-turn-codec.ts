import { ProcessTurnRequest, ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { TurnResult } from '../../../core/model/turn-result';
import type { TurnCodec } from '../../ports/turn-codec';
import { turnResultFromProto, turnResultToProto } from '../wire/result-codec';
import { encodeMessage } from './encode-message';
import { areMessagesEqual } from './message-equality';
import { decodeStoredBytes } from './stored-bytes';

/**
 * Decided turns as ProcessTurnResponse. Requests may be ProcessTurnRequest, StreamTurnRequest or ProcessTurnsRequest: the three
 * have one layout, so that a turn that came by one of them is known when it comes again by another.
 */
export class ProtoTurnCodec implements TurnCodec {
  encodeResult(result: TurnResult): Uint8Array {
    return encodeMessage(ProcessTurnResponse, turnResultToProto(result));
  }

  decodeResult(bytes: Uint8Array): TurnResult {
    return decodeStoredBytes('response', bytes, ProcessTurnResponse.decode, turnResultFromProto);
  }

  isSameTurn(a: Uint8Array, b: Uint8Array): boolean {
    if (Buffer.compare(a, b) === 0) return true;
    return areMessagesEqual(ProcessTurnRequest.decode(a).turn, ProcessTurnRequest.decode(b).turn);
  }
}
