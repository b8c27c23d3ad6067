import { readTurnId } from '../../../../src/server/grpc/methods/turn-id-reader';
import { delimited, int32, text, turnRequest } from '../../../support/request-bytes';
import { uuid } from '../../../support/session-builder';

const encodeTurnWithId = (id: string) => delimited(1, text(4, id));

test.each<[string, Uint8Array, string]>([
  ['a valid request', turnRequest({ turnId: uuid(7) }), uuid(7)],
  ['an id that is not a UUID', encodeTurnWithId('no UUID'), 'no UUID'],
  ['the last of two ids', delimited(1, text(4, 'first'), text(4, 'second')), 'second'],
  ['the last of two turns', Buffer.concat([encodeTurnWithId('first'), encodeTurnWithId('second')]), 'second'],
  ['an id before malformed bytes', Buffer.concat([encodeTurnWithId('id'), Buffer.from([0xff, 0xff])]), 'id'],
  ['other fields', Buffer.concat([int32(2, 7), delimited(1, text(1, 'tenant'), int32(6, 1), text(4, 'id'))]), 'id'],
  ['an id of the maximum length', encodeTurnWithId('x'.repeat(200)), 'x'.repeat(200)],
  ['an id above the maximum length', encodeTurnWithId('x'.repeat(201)), ''],
  ['an id of another wire type', delimited(1, int32(4, 1)), ''],
  ['a turn without an id', delimited(1), ''],
  ['an empty request', new Uint8Array(), ''],
  ['a truncated turn', encodeTurnWithId('id').subarray(0, -1), ''],
  ['random bytes', Buffer.from('this is not a message'), ''],
])('%s: the turn_id is read', (_what, request, expected) => {
  expect(readTurnId(request)).toBe(expected);
});
