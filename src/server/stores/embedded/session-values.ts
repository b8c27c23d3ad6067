import { decodeTraceContext, encodeTraceContext } from '../../codec/stored/trace-context-text';
import type { TurnRecord } from '../../ports/session-store';

// The byte layout of the values in the session tables. Numbers are big-endian. The layout is persistent, because every release
// must be able to read the values of older releases.

/** A stored session: the fields that the store itself needs, and the opaque state. */
export interface SessionValue {
  readonly revision: number;
  /** When the session expires, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** The time of the session's entry in the expiry table, in milliseconds since 1970; at most `expiresAt`. */
  readonly sweepAt: number;
  readonly state: Uint8Array;
}

const sessionHeaderBytes = 3 * Float64Array.BYTES_PER_ELEMENT;

/** Encodes three doubles, followed by the state. */
export function encodeSessionValue({ revision, expiresAt, sweepAt, state }: SessionValue): Uint8Array {
  const bytes = new Uint8Array(sessionHeaderBytes + state.byteLength);
  const header = new DataView(bytes.buffer);
  header.setFloat64(0, revision);
  header.setFloat64(8, expiresAt);
  header.setFloat64(16, sweepAt);
  bytes.set(state, sessionHeaderBytes);
  return bytes;
}

/** The inverse of `encodeSessionValue`. The state shares memory with `bytes`. */
export function decodeSessionValue(bytes: Uint8Array): SessionValue {
  const header = new DataView(bytes.buffer, bytes.byteOffset, sessionHeaderBytes);
  return {
    revision: header.getFloat64(0),
    expiresAt: header.getFloat64(8),
    sweepAt: header.getFloat64(16),
    state: bytes.subarray(sessionHeaderBytes),
  };
}

/** The state before a turn, and the revision after that turn. The state is empty if there was no session. */
export interface StateBeforeValue {
  readonly revision: number;
  readonly state: Uint8Array;
}

/** Encodes a double, followed by the state. */
export function encodeStateBeforeValue({ revision, state }: StateBeforeValue): Uint8Array {
  const bytes = new Uint8Array(Float64Array.BYTES_PER_ELEMENT + state.byteLength);
  new DataView(bytes.buffer).setFloat64(0, revision);
  bytes.set(state, Float64Array.BYTES_PER_ELEMENT);
  return bytes;
}

/** The inverse of `encodeStateBeforeValue`. The state shares memory with `bytes`. */
export function decodeStateBeforeValue(bytes: Uint8Array): StateBeforeValue {
  const header = new DataView(bytes.buffer, bytes.byteOffset, Float64Array.BYTES_PER_ELEMENT);
  return { revision: header.getFloat64(0), state: bytes.subarray(Float64Array.BYTES_PER_ELEMENT) };
}

const turnHeaderBytes =
  2 * Float64Array.BYTES_PER_ELEMENT + 2 * Uint16Array.BYTES_PER_ELEMENT + Uint32Array.BYTES_PER_ELEMENT;

/** Set in the length of the trace context if a basis follows the header. A trace context is much shorter. */
const hasBasisFlag = 0x8000;

/**
 * Encodes a recorded turn without its revision, which is in the key: two times, three lengths, then, if there is a basis, its length in 16
 * bits and the basis, then turn id, trace context, request, response. Early versions had no trace context and a 32-bit length for the turn
 * id, whose upper 16 bits are now the length of the trace context: 0.
 */
export function encodeTurnValue(record: TurnRecord): Uint8Array {
  const turnId = Buffer.from(record.turnId);
  const traceContext = Buffer.from(encodeTraceContext(record.traceContext));
  const { request, response, basis } = record;
  const header = Buffer.alloc(turnHeaderBytes);
  header.writeDoubleBE(record.occurredAt, 0);
  header.writeDoubleBE(record.committedAt, 8);
  header.writeUint16BE(traceContext.byteLength | (basis === undefined ? 0 : hasBasisFlag), 16);
  header.writeUint16BE(turnId.byteLength, 18);
  header.writeUint32BE(request.byteLength, 20);
  return Buffer.concat([header, ...encodeBasis(basis), turnId, traceContext, request, response]);
}

function encodeBasis(basis: Uint8Array | undefined): readonly Uint8Array[] {
  if (basis === undefined) return [];
  const length = Buffer.alloc(Uint16Array.BYTES_PER_ELEMENT);
  length.writeUint16BE(basis.byteLength);
  return [length, basis];
}

/** The inverse of `encodeTurnValue`. Basis, request and response share memory with `bytes`. */
export function decodeTurnValue(bytes: Uint8Array, revision: number): TurnRecord {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const traceContextLength = header.getUint16(16);
  const hasBasis = (traceContextLength & hasBasisFlag) !== 0;
  const basisOffset = turnHeaderBytes + (hasBasis ? Uint16Array.BYTES_PER_ELEMENT : 0);
  const turnIdOffset = basisOffset + (hasBasis ? header.getUint16(turnHeaderBytes) : 0);
  const traceContextOffset = turnIdOffset + header.getUint16(18);
  const requestOffset = traceContextOffset + (traceContextLength & ~hasBasisFlag);
  const responseOffset = requestOffset + header.getUint32(20);
  return {
    revision,
    turnId: decodeText(bytes.subarray(turnIdOffset, traceContextOffset)),
    occurredAt: header.getFloat64(0),
    committedAt: header.getFloat64(8),
    request: bytes.subarray(requestOffset, responseOffset),
    response: bytes.subarray(responseOffset),
    basis: hasBasis ? bytes.subarray(basisOffset, turnIdOffset) : undefined,
    traceContext: decodeTraceContext(decodeText(bytes.subarray(traceContextOffset, requestOffset))),
  };
}

function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
