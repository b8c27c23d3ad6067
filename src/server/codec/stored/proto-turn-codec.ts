import { ProcessTurnRequest, ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { TurnRecord as TurnRecordMessage } from '../../../../gen/focal/orchestration/v1/session_service';
import type { Session } from '../../../core/model/session';
import type { ExplainedTurnResult } from '../../../core/model/turn-result';
import { defaultSessionLimits, type SessionLimits } from '../../ports/session-limits';
import type { TurnRecord } from '../../ports/session-store';
import type { TurnCodec } from '../../ports/turn-codec';
import { turnResultFromProto, turnResultToProto } from '../wire/result-codec';
import { turnRecordToProto } from '../wire/turn-record-codec';
import { encodeBoundedSession } from './bounded-session';
import { encodeMessage } from './encode-message';
import { decodeStoredBytes } from './stored-values';

/**
 * Encodes turn results as ProcessTurnResponse. Requests may be ProcessTurnRequest, StreamTurnRequest or ProcessTurnsRequest.
 * All three have the same layout, so a turn that is retried through another method is recognized.
 */
export class ProtoTurnCodec implements TurnCodec {
  constructor(private readonly sessionLimits: SessionLimits = defaultSessionLimits) {}

  encodeResult(result: ExplainedTurnResult): Uint8Array {
    return encodeMessage(ProcessTurnResponse, turnResultToProto(result));
  }

  decodeResult(bytes: Uint8Array): ExplainedTurnResult {
    return decodeStoredBytes('response', bytes, ProcessTurnResponse.decode, turnResultFromProto);
  }

  isSameTurn(a: Uint8Array, b: Uint8Array): boolean {
    if (Buffer.compare(a, b) === 0) return true;
    return isEqual(ProcessTurnRequest.decode(a).turn, ProcessTurnRequest.decode(b).turn);
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

/**
 * Compares decoded messages deeply, regardless of the order of map entries. The messages may contain lists, maps, timestamps,
 * JSON values and scalars. NaN equals NaN; 0 and -0 differ, as their bytes do.
 */
function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left instanceof Date || right instanceof Date) {
    return left instanceof Date && right instanceof Date && left.getTime() === right.getTime();
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  return hasEqualProperties(left, right);
}

/** Compares the properties of two objects. The properties of a list are its indexes. */
function hasEqualProperties(left: object, right: object): boolean {
  const rightProperties = new Map<string, unknown>(Object.entries(right));
  const leftProperties = Object.entries(left);
  if (leftProperties.length !== rightProperties.size) return false;
  for (const [key, value] of leftProperties) {
    if (!rightProperties.has(key) || !isEqual(value, rightProperties.get(key))) return false;
  }
  return true;
}
