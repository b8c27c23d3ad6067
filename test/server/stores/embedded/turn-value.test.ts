import type { TurnRecord } from '../../../../src/server/ports/session-store';
import { decodeTurnValue, encodeTurnValue } from '../../../../src/server/stores/embedded/turn-value';
import { uuid } from '../../../support/session-builder';

const record: TurnRecord = {
  revision: 7,
  turnId: uuid(1),
  occurredAt: 1_700_000_000_001,
  committedAt: 1_700_000_000_002,
  request: Uint8Array.of(1, 2, 3),
  response: Uint8Array.of(4, 5),
};

/** A record as it was written before there were trace contexts: the turn id's length took 32 bits. */
function olderValue({ turnId, occurredAt, committedAt, request, response }: TurnRecord): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeDoubleBE(occurredAt, 0);
  head.writeDoubleBE(committedAt, 8);
  head.writeUInt32BE(turnId.length, 16);
  head.writeUInt32BE(request.length, 20);
  return Buffer.concat([head, Buffer.from(turnId), request, response]);
}

/** With the bytes as plain ones, whatever they are a part of. */
const plain = (value: TurnRecord) => ({ ...value, request: [...value.request], response: [...value.response] });

describe('a recorded turn in the embedded store', () => {
  it.each([undefined, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'])(
    'is read as it was written, with the trace %s',
    (traceparent) => {
      const traced = { ...record, traceparent };
      expect(plain(decodeTurnValue(encodeTurnValue(traced), 7))).toEqual(plain(traced));
    },
  );

  it('of a version that knew no traces is read, without one', () => {
    expect(plain(decodeTurnValue(olderValue(record), 7))).toEqual(plain(record));
    expect(Buffer.from(encodeTurnValue(record))).toEqual(olderValue(record));
  });
});
