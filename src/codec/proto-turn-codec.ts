import { ProcessTurnRequest, ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import type { TurnResult } from '../domain/turn-result';
import type { TurnCodec } from '../ports/turn-codec';
import { encoded } from './encoded';
import { turnResultFromProto, turnResultToProto } from './result-codec';
import { sameMessage } from './same-message';
import { decodeStored } from './stored-bytes';

/**
 * Decided turns as ProcessTurnResponse. Requests may be ProcessTurnRequest, StreamTurnRequest or ProcessTurnsRequest: the three
 * have one layout, so that a turn that came by one of them is known when it comes again by another.
 */
export class ProtoTurnCodec implements TurnCodec {
  encodeResult(result: TurnResult): Uint8Array {
    return encoded(ProcessTurnResponse, turnResultToProto(result));
  }

  decodeResult(bytes: Uint8Array): TurnResult {
    return decodeStored('response', bytes, ProcessTurnResponse.decode, turnResultFromProto);
  }

  sameTurn(a: Uint8Array, b: Uint8Array): boolean {
    if (Buffer.compare(a, b) === 0) return true;
    return sameMessage(ProcessTurnRequest.decode(a).turn, ProcessTurnRequest.decode(b).turn);
  }
}
