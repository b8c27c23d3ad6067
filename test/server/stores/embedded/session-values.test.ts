import type { TurnRecord } from '../../../../src/server/ports/session-store';
import { decodeTurnValue, encodeTurnValue } from '../../../../src/server/stores/embedded/session-values';
import { uuid } from '../../../support/session-builder';

const record: TurnRecord = {
  revision: 7,
  turnId: uuid(1),
  occurredAt: 1_700_000_000_001,
  committedAt: 1_700_000_000_002,
  request: Uint8Array.of(1, 2, 3),
  response: Uint8Array.of(4, 5),
};

/** Encodes a record as releases without trace contexts did, with a 32-bit length of the turn id. */
function encodeWithoutTraceContext({ turnId, occurredAt, committedAt, request, response }: TurnRecord): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeDoubleBE(occurredAt, 0);
  head.writeDoubleBE(committedAt, 8);
  head.writeUInt32BE(turnId.length, 16);
  head.writeUInt32BE(request.length, 20);
  return Buffer.concat([head, Buffer.from(turnId), request, response]);
}

/** Copies the bytes to arrays, so that the comparison ignores their class. */
const toPlainRecord = (value: TurnRecord) => ({ ...value, request: [...value.request], response: [...value.response] });

describe('turn values', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  it.each([undefined, { traceparent, tracestate: '' }, { traceparent, tracestate: 'vendor=value, other=a b' }])(
    'are equal after encoding and decoding with the trace context %o',
    (traceContext) => {
      const traced = { ...record, traceContext };
      expect(toPlainRecord(decodeTurnValue(encodeTurnValue(traced), 7))).toEqual(toPlainRecord(traced));
    },
  );

  it('are decoded if a release without trace contexts wrote them', () => {
    expect(toPlainRecord(decodeTurnValue(encodeWithoutTraceContext(record), 7))).toEqual(toPlainRecord(record));
    expect(Buffer.from(encodeTurnValue(record))).toEqual(encodeWithoutTraceContext(record));
  });
});
