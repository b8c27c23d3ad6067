import { ProcessTurnRequest, ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { TurnRecord as TurnRecordMessage } from '../../../../gen/focal/orchestration/v1/session_service';
import { Turn as TurnMessage } from '../../../../gen/focal/orchestration/v1/turn';
import type { Session } from '../../../core/model/session';
import type { Turn } from '../../../core/model/turn';
import type { ExplainedTurnResult, TurnResult } from '../../../core/model/turn-result';
import { defaultSessionLimits, type SessionLimits } from '../../ports/session-limits';
import type { TurnRecord } from '../../ports/session-store';
import type { TurnBasis, TurnCodec } from '../../ports/turn-codec';
import { encodeMessage, encodeWith } from '../wire/encode-message';
import { isExplained, removeExplanation } from '../wire/response-view';
import { turnResultFromProto, writeExplainedResult, writeTurnResult } from '../wire/result-codec';
import { turnFromProto, turnToProto } from '../wire/turn-message-codec';
import { turnRecordToProto } from '../wire/turn-record-codec';
import { encodeBoundedSession } from './bounded-session';
import { findDifference } from './find-difference';
import { selectPlan } from './select-plan';
import { decodeStoredBytes } from './stored-values';
import { decodeTurnBasis, encodeTurnBasis } from './turn-basis';

/**
 * Encodes turn results as ProcessTurnResponse. Requests may be ProcessTurnRequest, StreamTurnRequest or ProcessTurnsRequest.
 * All three have the same layout, so a turn that is retried through another method is recognized.
 */
export class ProtoTurnCodec implements TurnCodec {
  constructor(private readonly sessionLimits: SessionLimits = defaultSessionLimits) {}

  encodeResult(result: TurnResult): Uint8Array {
    return encodeWith(writeTurnResult, result);
  }

  encodeExplanation(result: ExplainedTurnResult): Uint8Array {
    return encodeWith(writeExplainedResult, result);
  }

  selectPlan(response: Uint8Array): Uint8Array {
    return decodeStoredBytes('response', response, selectPlan, (plan) => plan);
  }

  decodeResult(response: Uint8Array): TurnResult {
    return decodeStoredBytes('response', response, ProcessTurnResponse.decode, turnResultFromProto);
  }

  isFull(response: Uint8Array): boolean {
    return isExplained(decodeResponse(response));
  }

  findDifference(response: Uint8Array, result: TurnResult): string | undefined {
    const decided = this.encodeResult(result);
    if (Buffer.compare(decided, response) === 0) return undefined;
    return findDifference(removeExplanation(decodeResponse(response)), ProcessTurnResponse.decode(decided));
  }

  decodeTurn(request: Uint8Array, occurredAt: number): Turn {
    const toTurn = ({ turn }: ProcessTurnRequest): Turn => turnFromProto(turn ?? TurnMessage.create(), occurredAt);
    return decodeStoredBytes('request', request, ProcessTurnRequest.decode, toTurn);
  }

  encodeRequest(turn: Turn): Uint8Array {
    const message = { ...turnToProto(turn), occurredAt: undefined };
    return encodeMessage(ProcessTurnRequest, ProcessTurnRequest.fromPartial({ turn: message }));
  }

  encodeBasis(basis: TurnBasis): Uint8Array {
    return encodeTurnBasis(basis);
  }

  decodeBasis(bytes: Uint8Array): TurnBasis {
    return decodeTurnBasis(bytes);
  }

  isSameTurn(a: Uint8Array, b: Uint8Array): boolean {
    if (Buffer.compare(a, b) === 0) return true;
    return findDifference(ProcessTurnRequest.decode(a).turn, ProcessTurnRequest.decode(b).turn) === undefined;
  }

  measureRecord(record: TurnRecord): number {
    return encodeMessage(TurnRecordMessage, turnRecordToProto(record, record.turnId)).length;
  }

  checkSession(session: Session, previous: Session | undefined): void {
    encodeBoundedSession(session, previous, this.sessionLimits);
  }

  getSupersededTurnId(request: Uint8Array): string {
    return ProcessTurnRequest.decode(request).turn?.supersedesTurnId ?? '';
  }
}

function decodeResponse(bytes: Uint8Array): ProcessTurnResponse {
  return decodeStoredBytes('response', bytes, ProcessTurnResponse.decode, (message) => message);
}
