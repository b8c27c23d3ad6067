import { delimited } from '../validation/message-plan';
import { MalformedMessageError, WireReader } from '../validation/wire-reader';

/** Numbers of the fields of every request for a turn, and of Turn. */
const TURN = 1;
const TURN_ID = 4;
/** Bytes. What is longer is no id; a caller does not get it back. */
const LONGEST_ID = 200;

/**
 * The turn_id in the bytes of a request for a turn that may break the contract, as it was sent; "" where it cannot be read.
 * Nothing else is decoded: the request may have been refused for what decoding it would cost.
 */
export function readTurnId(request: Uint8Array): string {
  const turn = lastField(request, TURN);
  const id = turn && lastField(turn, TURN_ID);
  if (id === undefined || id.length > LONGEST_ID) return '';
  return Buffer.from(id.buffer, id.byteOffset, id.length).toString();
}

/** The content of the last delimited field with a number, of those that come before the bytes break the wire format. */
function lastField(message: Uint8Array, number: number): Uint8Array | undefined {
  const reader = new WireReader(message);
  let found: Uint8Array | undefined;
  try {
    while (reader.pos < message.length) {
      const tag = reader.uint32();
      if (tag !== number * 8 + delimited) {
        reader.skip(tag & 7, message.length);
        continue;
      }
      const end = reader.delimitedEnd(message.length);
      found = message.subarray(reader.pos, end);
      reader.pos = end;
    }
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
  }
  return found;
}
