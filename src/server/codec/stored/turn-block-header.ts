import type { TurnRecord } from '../../ports/session-store';

/** A recorded turn as a store keeps it. */
export interface StoredTurn {
  readonly record: TurnRecord;
  /** The state that the turn was decided on, empty if there was no session; undefined if it is not kept. */
  readonly stateBefore: Uint8Array | undefined;
}

/** What a block says about its turns without being decompressed. */
export interface BlockSummary {
  /** The revision after the first turn. The others follow without a gap. */
  readonly firstRevision: number;
  readonly turnIds: readonly string[];
  /** For each turn, whether the state before it is kept. */
  readonly keepsState: readonly boolean[];
  /** The bytes of all requests and responses. */
  readonly messageBytes: number;
  /** When the last turn was committed, in milliseconds since 1970. */
  readonly lastCommittedAt: number;
}

export interface BlockHeader extends BlockSummary {
  /** How the content is encoded. */
  readonly encoding: number;
  /** The bytes of the content before compression. */
  readonly contentLength: number;
  /** Where the compressed content starts. */
  readonly bodyOffset: number;
}

// The layout, big-endian. It is the same for every encoding, because scripts read it (scripts/turn-blocks.lua):
//   0 uint8 encoding; 1 uint8 number of turns; 2 uint32 first revision; 6 uint32 bytes of requests and responses; 10 double time of the last
//   commit; 18 uint32 bit n is set if the state before turn n is kept; 22 uint32 length of the content; 26 the turn ids, then the content
// A turn id is a uint16 length and its UTF-8 bytes, or for a UUID in lower case the length 0 and its 16 bytes.
const fixedBytes = 26;

/** A block has at most this many turns. */
export const maxTurnsPerBlock = 32;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function encodeBlockHeader(summary: BlockSummary, encoding: number, contentLength: number): Uint8Array {
  const { firstRevision, turnIds, keepsState, messageBytes, lastCommittedAt } = summary;
  if (turnIds.length > maxTurnsPerBlock) {
    throw new Error(`A block has at most ${maxTurnsPerBlock} turns, not ${turnIds.length}.`);
  }
  const fixed = Buffer.alloc(fixedBytes);
  fixed.writeUInt8(encoding, 0);
  fixed.writeUInt8(turnIds.length, 1);
  fixed.writeUInt32BE(firstRevision, 2);
  fixed.writeUInt32BE(messageBytes, 6);
  fixed.writeDoubleBE(lastCommittedAt, 10);
  fixed.writeUInt32BE(keepsState.reduce((bits, keeps, index) => (keeps ? bits | (1 << index) : bits), 0) >>> 0, 18);
  fixed.writeUInt32BE(contentLength, 22);
  return Buffer.concat([fixed, ...turnIds.map(encodeBlockTurnId)]);
}

/** Encodes a turn id as it is in the header of a block. */
export function encodeBlockTurnId(turnId: string): Uint8Array {
  const length = Buffer.alloc(Uint16Array.BYTES_PER_ELEMENT);
  if (uuid.test(turnId)) return Buffer.concat([length, Buffer.from(turnId.replaceAll('-', ''), 'hex')]);
  const text = Buffer.from(turnId);
  if (text.length === 0) throw new Error('A recorded turn has no id.');
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, text]);
}

/** The inverse of `encodeBlockHeader`. */
export function decodeBlockHeader(block: Uint8Array): BlockHeader {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const turnIds: string[] = [];
  const stateBits = bytes.readUInt32BE(18);
  let offset = fixedBytes;
  for (let turn = bytes.readUInt8(1); turn > 0; turn -= 1) {
    const length = bytes.readUInt16BE(offset);
    offset += Uint16Array.BYTES_PER_ELEMENT;
    const end = offset + (length === 0 ? 16 : length);
    turnIds.push(length === 0 ? toUuid(bytes.toString('hex', offset, end)) : bytes.toString('utf8', offset, end));
    offset = end;
  }
  return {
    encoding: bytes.readUInt8(0),
    firstRevision: bytes.readUInt32BE(2),
    turnIds,
    keepsState: turnIds.map((_, index) => ((stateBits >>> index) & 1) === 1),
    messageBytes: bytes.readUInt32BE(6),
    lastCommittedAt: bytes.readDoubleBE(10),
    contentLength: bytes.readUInt32BE(22),
    bodyOffset: offset,
  };
}

function toUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
