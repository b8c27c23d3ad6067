import type { TurnRecord } from '../../ports/session-store';

const headBytes = 2 * Float64Array.BYTES_PER_ELEMENT + 2 * Uint32Array.BYTES_PER_ELEMENT;

/** A recorded turn as it stands in its table: two times, two lengths, turn id, request, response. The key has its revision. */
export function encodeTurnValue(record: TurnRecord): Uint8Array {
  const turnId = Buffer.from(record.turnId);
  const { request, response } = record;
  const bytes = new Uint8Array(headBytes + turnId.byteLength + request.byteLength + response.byteLength);
  const head = new DataView(bytes.buffer);
  head.setFloat64(0, record.occurredAt);
  head.setFloat64(8, record.committedAt);
  head.setUint32(16, turnId.byteLength);
  head.setUint32(20, request.byteLength);
  bytes.set(turnId, headBytes);
  bytes.set(request, headBytes + turnId.byteLength);
  bytes.set(response, headBytes + turnId.byteLength + request.byteLength);
  return bytes;
}

/** The inverse of `encodeTurnValue`. Request and response are part of the same memory. */
export function decodeTurnValue(bytes: Uint8Array, revision: number): TurnRecord {
  const head = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const requestAt = headBytes + head.getUint32(16);
  const responseAt = requestAt + head.getUint32(20);
  return {
    revision,
    turnId: Buffer.from(bytes.subarray(headBytes, requestAt)).toString(),
    occurredAt: head.getFloat64(0),
    committedAt: head.getFloat64(8),
    request: bytes.subarray(requestAt, responseAt),
    response: bytes.subarray(responseAt),
  };
}
