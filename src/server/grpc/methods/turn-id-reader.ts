import { normalizeUuid } from '../../../core/model/uuid';
import { MalformedMessageError, WireReader, wireTypes } from '../validation/wire-reader';

/** Field numbers of `turn` in all requests that contain a turn, and of `turn_id` in Turn. */
const turnNumber = 1;
const turnIdNumber = 4;
/** Maximum length of an id in bytes. A longer id is invalid and is not returned to the client. */
const maxIdBytes = 200;

/**
 * Reads the turn_id from the bytes of a request that may violate the contract, a UUID in lower case; "" if it cannot be read. Decodes
 * nothing else, because the request may have been rejected for the cost of decoding it.
 */
export function readTurnId(request: Uint8Array): string {
  const turn = readLastField(request, turnNumber);
  return turn === undefined ? '' : normalizeUuid(readText(turn, turnIdNumber, maxIdBytes));
}

/** Reads the last string field with this number; "" if it is absent or has more than `maxBytes` bytes. */
export function readText(message: Uint8Array, number: number, maxBytes: number): string {
  const text = readLastField(message, number);
  if (text === undefined || text.length > maxBytes) return '';
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString();
}

/** Returns the content of the last delimited field with this number. Ignores everything after the first malformed byte. */
export function readLastField(message: Uint8Array, number: number): Uint8Array | undefined {
  const reader = new WireReader(message);
  let content: Uint8Array | undefined;
  try {
    while (reader.pos < message.length) {
      const tag = reader.readUint32();
      if (tag !== ((number << 3) | wireTypes.delimited)) {
        reader.skip(tag & 7, message.length);
        continue;
      }
      const end = reader.readDelimitedEnd(message.length);
      content = message.subarray(reader.pos, end);
      reader.pos = end;
    }
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
  }
  return content;
}
