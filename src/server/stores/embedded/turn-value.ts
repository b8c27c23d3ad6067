import type { TurnRecord } from '../../ports/session-store';

const headBytes =
  2 * Float64Array.BYTES_PER_ELEMENT + 2 * Uint16Array.BYTES_PER_ELEMENT + Uint32Array.BYTES_PER_ELEMENT;

/**
 * A recorded turn as it stands in its table: two times, three lengths, turn id, trace context, request, response. The key has its
 * revision. A record from before there were trace contexts has the length 0 there, since that of its turn id took 32 bits.
 */
export function encodeTurnValue(record: TurnRecord): Uint8Array {
  const turnId = Buffer.from(record.turnId);
  const trace = Buffer.from(record.traceparent ?? '');
  const { request, response } = record;
  const traceAt = headBytes + turnId.byteLength;
  const requestAt = traceAt + trace.byteLength;
  const bytes = new Uint8Array(requestAt + request.byteLength + response.byteLength);
  const head = new DataView(bytes.buffer);
  head.setFloat64(0, record.occurredAt);
  head.setFloat64(8, record.committedAt);
  head.setUint16(16, trace.byteLength);
  head.setUint16(18, turnId.byteLength);
  head.setUint32(20, request.byteLength);
  bytes.set(turnId, headBytes);
  bytes.set(trace, traceAt);
  bytes.set(request, requestAt);
  bytes.set(response, requestAt + request.byteLength);
  return bytes;
}

/** The inverse of `encodeTurnValue`. Request and response are part of the same memory. */
export function decodeTurnValue(bytes: Uint8Array, revision: number): TurnRecord {
  const head = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const traceAt = headBytes + head.getUint16(18);
  const requestAt = traceAt + head.getUint16(16);
  const responseAt = requestAt + head.getUint32(20);
  return {
    revision,
    turnId: textOf(bytes.subarray(headBytes, traceAt)),
    occurredAt: head.getFloat64(0),
    committedAt: head.getFloat64(8),
    request: bytes.subarray(requestAt, responseAt),
    response: bytes.subarray(responseAt),
    traceparent: traceAt === requestAt ? undefined : textOf(bytes.subarray(traceAt, requestAt)),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
