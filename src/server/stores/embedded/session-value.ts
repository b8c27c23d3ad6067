/** A session as it stands in its table: what the store itself must know, and the state, which is opaque to it. */
export interface SessionValue {
  readonly revision: number;
  /** Milliseconds since 1970 from which on the session is gone. */
  readonly expiresAt: number;
  /** Under which time it stands in the table of expiries; at most `expiresAt`. */
  readonly sweepAt: number;
  readonly state: Uint8Array;
}

const headBytes = 3 * Float64Array.BYTES_PER_ELEMENT;

/** Three doubles, then the state. */
export function encodeSessionValue({ revision, expiresAt, sweepAt, state }: SessionValue): Uint8Array {
  const bytes = new Uint8Array(headBytes + state.byteLength);
  const head = new DataView(bytes.buffer);
  head.setFloat64(0, revision);
  head.setFloat64(8, expiresAt);
  head.setFloat64(16, sweepAt);
  bytes.set(state, headBytes);
  return bytes;
}

/** The inverse of `encodeSessionValue`. The state is part of the same memory. */
export function decodeSessionValue(bytes: Uint8Array): SessionValue {
  const head = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  return {
    revision: head.getFloat64(0),
    expiresAt: head.getFloat64(8),
    sweepAt: head.getFloat64(16),
    state: bytes.subarray(headBytes),
  };
}
