import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { decodeTraceContext, encodeTraceContext } from './trace-context-text';
import {
  type BlockHeader,
  type BlockSummary,
  decodeBlockHeader,
  encodeBlockHeader,
  type StoredTurn,
} from './turn-block-header';

// A block: consecutive recorded turns of a session, compressed together. What is decoded is equal to what was encoded, byte for byte. The
// layout is persistent: every release must be able to read the blocks of older releases. Another layout of the content, another compression
// or a dictionary needs another `encoding`, which older releases refuse.

/** The content is compressed with Brotli, without a dictionary. */
const brotliEncoding = 1;

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

// The content has for each turn, big-endian: double time of the turn; double time of the commit; uint16 length of the trace context; uint16
// length of the basis plus 1, or 0; uint32 length of the request; uint32 length of the response; uint32 length of the state before the turn
// plus 1, or 0. Then, without gaps: trace context, basis, request, response, state. scripts/read-packable.lua writes the same.
const turnHeaderBytes = 32;

/** Describes 1 to 16 consecutive turns for the header of a block. */
export function summarizeTurns(turns: readonly StoredTurn[]): BlockSummary {
  const first = turns[0]?.record;
  const last = turns.at(-1)?.record;
  if (first === undefined || last === undefined) throw new Error('A block has at least one turn.');
  return {
    firstRevision: first.revision,
    turnIds: turns.map(({ record }) => record.turnId),
    keepsState: turns.map(({ stateBefore }) => stateBefore !== undefined),
    messageBytes: turns.reduce((sum, { record }) => sum + record.request.length + record.response.length, 0),
    lastCommittedAt: last.committedAt,
  };
}

/** Encodes the turns of a block without compressing them. */
export function encodeTurnBlockContent(turns: readonly StoredTurn[]): Uint8Array {
  return Buffer.concat(turns.flatMap(encodeTurn));
}

/** Creates a block with the turns of `block`, followed by others. */
export async function appendToTurnBlock(
  block: Uint8Array,
  summary: BlockSummary,
  content: Uint8Array,
): Promise<Uint8Array> {
  const header = decodeBlockHeader(block);
  const merged: BlockSummary = {
    firstRevision: header.firstRevision,
    turnIds: [...header.turnIds, ...summary.turnIds],
    keepsState: [...header.keepsState, ...summary.keepsState],
    messageBytes: header.messageBytes + summary.messageBytes,
    lastCommittedAt: summary.lastCommittedAt,
  };
  return compressTurnBlock(merged, Buffer.concat([await decompressContent(block, header), content]));
}

/** Creates a block from its encoded content. */
export async function compressTurnBlock(summary: BlockSummary, content: Uint8Array): Promise<Uint8Array> {
  const body = await compress(content, {
    params: {
      // Quality 5 would be 7 % smaller and take twice the time, higher ones gain less than 1 % more.
      [constants.BROTLI_PARAM_QUALITY]: 3,
      [constants.BROTLI_PARAM_LGWIN]: 18,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  return Buffer.concat([encodeBlockHeader(summary, brotliEncoding, content.length), body]);
}

/**
 * Returns the turns of a block. Decompresses outside of the event loop.
 *
 * @throws OrchestratorError RECORD_TOO_NEW if a newer release wrote the block, or a plain Error if the bytes are damaged.
 */
export async function decodeTurnBlock(block: Uint8Array): Promise<readonly StoredTurn[]> {
  const header = decodeBlockHeader(block);
  const content = await decompressContent(block, header);
  try {
    const turns: StoredTurn[] = [];
    let offset = 0;
    for (const [index, turnId] of header.turnIds.entries()) {
      const { turn, end } = decodeTurn(content, offset, header.firstRevision + index, turnId);
      turns.push(turn);
      offset = end;
    }
    if (offset !== header.contentLength) throw new Error('The content has another length than the header says.');
    return turns;
  } catch (cause) {
    throw new Error('Cannot decode a stored block of turns.', { cause });
  }
}

async function decompressContent(block: Uint8Array, header: BlockHeader): Promise<Buffer> {
  if (header.encoding !== brotliEncoding) throw createBlockTooNewError(header.encoding);
  try {
    return await decompress(block.subarray(header.bodyOffset), { maxOutputLength: header.contentLength });
  } catch (cause) {
    throw new Error('Cannot decompress a stored block of turns.', { cause });
  }
}

/** Decodes several blocks, in their order. */
export async function decodeTurnBlocks(blocks: readonly Uint8Array[]): Promise<readonly StoredTurn[]> {
  return (await Promise.all(blocks.map(decodeTurnBlock))).flat();
}

/** Encodes a turn without its revision and its id, which the header of the block has. */
function encodeTurn({ record, stateBefore }: StoredTurn): readonly Uint8Array[] {
  const { occurredAt, committedAt, request, response, basis } = record;
  const traceContext = Buffer.from(encodeTraceContext(record.traceContext));
  const header = Buffer.alloc(turnHeaderBytes);
  header.writeDoubleBE(occurredAt, 0);
  header.writeDoubleBE(committedAt, 8);
  header.writeUInt16BE(traceContext.length, 16);
  header.writeUInt16BE(basis === undefined ? 0 : basis.length + 1, 18);
  header.writeUInt32BE(request.length, 20);
  header.writeUInt32BE(response.length, 24);
  header.writeUInt32BE(stateBefore === undefined ? 0 : stateBefore.length + 1, 28);
  return [header, traceContext, basis ?? noBytes, request, response, stateBefore ?? noBytes];
}

const noBytes: Uint8Array = new Uint8Array();

/** The inverse of `encodeTurn`. The parts share memory with `content`. */
function decodeTurn(content: Buffer, start: number, revision: number, turnId: string) {
  let end = start + turnHeaderBytes;
  const take = (length: number): Buffer => {
    end += length;
    if (end > content.length) throw new Error('A turn ends after the content.');
    return content.subarray(end - length, end);
  };
  /** Takes an optional part, whose length is stored plus 1. */
  const takeOptional = (lengthPlusOne: number) => (lengthPlusOne === 0 ? undefined : take(lengthPlusOne - 1));
  const traceContext = decodeTraceContext(take(content.readUInt16BE(start + 16)).toString());
  const basis = takeOptional(content.readUInt16BE(start + 18));
  const request = take(content.readUInt32BE(start + 20));
  const response = take(content.readUInt32BE(start + 24));
  const stateBefore = takeOptional(content.readUInt32BE(start + 28));
  const occurredAt = content.readDoubleBE(start);
  const committedAt = content.readDoubleBE(start + 8);
  const record = { revision, turnId, occurredAt, committedAt, request, response, basis, traceContext };
  return { turn: { record, stateBefore }, end };
}

function createBlockTooNewError(encoding: number): OrchestratorError {
  const message = `A newer release wrote a stored block of turns that this node cannot read: its encoding is ${encoding}. Upgrade all nodes.`;
  return new OrchestratorError('RECORD_TOO_NEW', message, { metadata: { record: 'turn block' } });
}
