import fc from 'fast-check';
import {
  appendToTurnBlock,
  compressTurnBlock,
  decodeTurnBlock,
  encodeTurnBlockContent,
  summarizeTurns,
} from '../../../../src/server/codec/stored/turn-block';
import { decodeBlockHeader, type StoredTurn } from '../../../../src/server/codec/stored/turn-block-header';
import { uuid } from '../../../support/session-builder';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const toHex = (value: Uint8Array) => Buffer.from(value).toString('hex');

const bytes = fc.uint8Array({ maxLength: 300 });
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const parts = fc.record({
  turnId: fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }),
  ),
  occurredAt: time,
  committedAt: time,
  request: bytes,
  response: bytes,
  basis: fc.option(fc.uint8Array({ maxLength: 20 }), { nil: undefined }),
  traceContext: fc.option(fc.constantFrom({ traceparent, tracestate: '' }, { traceparent, tracestate: 'a=b c=d' }), {
    nil: undefined,
  }),
  stateBefore: fc.option(bytes, { nil: undefined }),
});

function toTurns(
  list: readonly Omit<StoredTurn['record'] & Pick<StoredTurn, 'stateBefore'>, 'revision'>[],
  first: number,
): readonly StoredTurn[] {
  return list.map(({ stateBefore, ...record }, index) => ({
    record: { ...record, revision: first + index },
    stateBefore,
  }));
}

const encode = (turns: readonly StoredTurn[]) =>
  compressTurnBlock(summarizeTurns(turns), encodeTurnBlockContent(turns));

function toPlain(turns: readonly StoredTurn[]) {
  return turns.map(({ record, stateBefore }) => ({
    ...record,
    request: toHex(record.request),
    response: toHex(record.response),
    basis: record.basis && toHex(record.basis),
    stateBefore: stateBefore && toHex(stateBefore),
  }));
}

const aTurn: StoredTurn = {
  record: {
    revision: 7,
    turnId: uuid(1),
    occurredAt: 1_700_000_000_001,
    committedAt: 1_700_000_000_002,
    request: Buffer.from('request'),
    response: Buffer.from('response'),
    basis: undefined,
    traceContext: undefined,
  },
  stateBefore: Buffer.from('state'),
};

describe('a block of turns', () => {
  it('has equal turns after encoding and decoding', async () => {
    const property = fc.asyncProperty(
      fc.array(parts, { minLength: 1, maxLength: 32 }),
      fc.integer({ min: 1, max: 99_999 }),
      async (list, first) => {
        const turns = toTurns(list, first);
        expect(toPlain(await decodeTurnBlock(await encode(turns)))).toEqual(toPlain(turns));
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  it('to which turns are appended equals the block of all turns', async () => {
    const property = fc.asyncProperty(
      fc.array(parts, { minLength: 2, maxLength: 16 }),
      fc.nat(),
      async (list, seed) => {
        const turns = toTurns(list, 5);
        const split = 1 + (seed % (turns.length - 1));
        const added = turns.slice(split);
        const block = await appendToTurnBlock(
          await encode(turns.slice(0, split)),
          summarizeTurns(added),
          encodeTurnBlockContent(added),
        );
        expect(toHex(block)).toBe(toHex(await encode(turns)));
      },
    );
    await fc.assert(property, { numRuns: 30 });
  });

  it('has a header that says what it contains', async () => {
    const second = {
      ...aTurn,
      record: { ...aTurn.record, revision: 8, turnId: 'no UUID', committedAt: 5 },
      stateBefore: undefined,
    };
    expect(decodeBlockHeader(await encode([aTurn, second]))).toMatchObject({
      encoding: 1,
      firstRevision: 7,
      turnIds: [uuid(1), 'no UUID'],
      keepsState: [true, false],
      messageBytes: 30,
      lastCommittedAt: 5,
    });
  });

  it('that this release wrote is read', async () => {
    // Never change these bytes: stores keep such blocks for a long time.
    const recorded =
      'AQIAAAAHAAAAHkJ4vP5WgCAAAAAAAQAAAKMAAAAAAAAAAEAAgAAAAAAAAAEAB25vIFVVSUQTogAAYHW1qjskQp4wS9rr2BOCwQh8u5UE811HgkQLtAY24EA0lswSogFP' +
      '58py/vz+l+8euIDtGQB2ADBt9nqbj838+bi7+ZBhHY8w/QPEgHLN6UCVUuuRey8xFtOVqBVkqi1olp40U6orMjMFpEVOquI3/wI=';
    const second: StoredTurn = {
      record: {
        ...aTurn.record,
        revision: 8,
        turnId: 'no UUID',
        basis: Buffer.from('basis'),
        traceContext: { traceparent, tracestate: 'a=b' },
      },
      stateBefore: undefined,
    };
    expect(toPlain(await decodeTurnBlock(Buffer.from(recorded, 'base64')))).toEqual(toPlain([aTurn, second]));
  });

  it('of a newer release fails with RECORD_TOO_NEW', async () => {
    const block = Buffer.from(await encode([aTurn]));
    block[0] = 2;
    await expect(decodeTurnBlock(block)).rejects.toMatchObject({ reason: 'RECORD_TOO_NEW' });
  });

  it.each([
    ['is cut off', (block: Buffer) => block.subarray(0, block.length - 3)],
    ['has another content length', (block: Buffer) => block.fill(1, 25, 26)],
    ['has damaged content', (block: Buffer) => block.fill(0xff, 50)],
  ])('that %s fails with an Error', async (_, damage) => {
    const block = damage(Buffer.from(await encode([aTurn])));
    await expect(decodeTurnBlock(block)).rejects.toThrow(/Cannot (decode|decompress) a stored block of turns/);
  });

  it('has at most 32 turns', async () => {
    await expect(encode(Array.from({ length: 33 }, () => aTurn))).rejects.toThrow('at most 32 turns, not 33');
  });
});
