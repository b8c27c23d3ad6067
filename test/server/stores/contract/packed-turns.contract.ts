import fc from 'fast-check';
import type { SessionKey } from '../../../../src/core/model/session';
import type { RecordedTurns, TurnCommit, TurnRecord } from '../../../../src/server/ports/session-store';
import type { TurnLimits } from '../../../../src/server/ports/turn-limits';
import { unboundedCall } from '../../../support/calls';
import { aSession, uuid } from '../../../support/session-builder';
import type {
  OpenSessionStore,
  PackingSessionStore,
  SessionStoreSettings,
  SessionStoreUnderTest,
} from './session-store-under-test';
import { aCommit, toHexRecord } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Defines the tests of blocks of older turns for every SessionStore. */
export function testPackedTurns(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let store: PackingSessionStore;
  let commits: TurnCommit[];

  const openStore = async (settings: SessionStoreSettings = {}) => {
    storeUnderTest = await open(settings);
    store = storeUnderTest.store;
    commits = [];
  };
  afterEach(() => storeUnderTest.close());

  /** Commits turns with different sizes and optional parts until the session has a revision. */
  const commitUntil = async (revision: number, toParts: (revision: number) => Partial<TurnRecord> = toMixedParts) => {
    for (let next = commits.length + 1; next <= revision; next += 1) {
      const commit = aCommit(commits.at(-1)?.session ?? aSession(), uuid(100 + next), toParts(next));
      expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'committed' });
      commits.push(commit);
    }
  };
  const list = (afterRevision = 0, limit = 10_000, maxBytes = Number.MAX_SAFE_INTEGER) =>
    store.listTurns({ key, afterRevision, limit, maxBytes }, unboundedCall);
  /** Counts stored entries. The backend may have to be closed for that, so the store is another one afterwards. */
  const count = async (operation: 'countUnpacked' | 'countBlocks' | 'countTurnIds') => {
    const counted = await storeUnderTest[operation](key);
    store = storeUnderTest.store;
    return counted;
  };
  const listRevisions = async () => (await list()).turns.map(({ revision }) => revision);
  const retry = async (revision: number) => {
    const commit = aCommit(commits.at(-1)?.session ?? aSession(), uuid(100 + revision));
    const stale = { ...commit, previousSession: aSession({ revision: 9_999, lastTurnId: uuid(9_999) }) };
    return store.commit(stale, unboundedCall);
  };
  const expectAllRecorded = async () => {
    const { turns, hasMore } = await list();
    expect(turns.map(toHexRecord)).toEqual(commits.map(({ record }) => toHexRecord(record)));
    expect(hasMore).toBe(false);
  };

  describe('packing', () => {
    it('starts when there are enough turns, and does not pack the last ones', async () => {
      await openStore({ packingLimits: { turnsPerBlock: 4, unpackedTurns: 3 } });
      await commitUntil(6);
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBe(6);
      await commitUntil(7);
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBe(3);
      await commitUntil(20);
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBe(4);
      await expectAllRecorded();
    });

    it('makes the first block of a session from fewer turns, and fills it with the next ones', async () => {
      await openStore({
        packingLimits: { turnsPerBlock: 12, firstBlockTurns: 4, unpackedTurns: 1, blockBytes: 1_000_000 },
      });
      for (const [revision, unpacked] of [
        [4, 4],
        [5, 1],
        [16, 12],
        [17, 5],
      ] as const) {
        await commitUntil(revision);
        await store.waitUntilPacked();
        expect([revision, await count('countUnpacked')]).toEqual([revision, unpacked]);
      }
      await expectAllRecorded();
    });

    it('changes nothing that can be read: turns, pages, retries, histories, the session', async () => {
      await openStore({ packingLimits: { turnsPerBlock: 8, unpackedTurns: 100 } });
      await commitUntil(60);
      const unpacked = await readAll();
      expect(await count('countUnpacked')).toBe(60);
      await storeUnderTest.close();
      await openStore({ packingLimits: { turnsPerBlock: 8, unpackedTurns: 3 } });
      await commitUntil(60);
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBeLessThan(16);
      expect(await readAll()).toEqual(unpacked);
    });

    const readAll = async () => ({
      session: await store.read(key, unboundedCall),
      loaded: await store.load(key, uuid(9_999), unboundedCall, { includesStateBefore: true }),
      pages: await readPages(),
      turns: await Promise.all(
        commits.map(async ({ record: { revision, turnId } }) => {
          const { recordedTurn } = await store.load(key, turnId, unboundedCall, { skipsCache: true });
          const known = await retry(revision);
          return {
            histories: [await readHistory({ revision }), await readHistory({ turnId })],
            loaded: recordedTurn && toHexRecord(recordedTurn),
            known: known.kind === 'known' && toHexRecord(known.record),
          };
        }),
      ),
    });
    const readHistory = async (turn: { turnId: string } | { revision: number }) => {
      const history = await store.readTurnHistory(key, turn, unboundedCall);
      return history && { ...history, turns: history.turns.map(toHexRecord) };
    };
    const readPages = async () => {
      const pages = [];
      for (const afterRevision of [0, 1, 7, 8, 9, 15, 16, 30, 55, 59, 60]) {
        for (const limit of [0, 1, 2, 8, 9, 17, 100]) {
          for (const maxBytes of [0, 500, 5_000, Number.MAX_SAFE_INTEGER]) {
            pages.push(toHexPage(await list(afterRevision, limit, maxBytes)));
          }
        }
      }
      return pages;
    };

    it('of an idle session leaves few turns, and fills the last block when the session goes on', async () => {
      await openStore({ packingLimits: { turnsPerBlock: 8, unpackedTurns: 8, idleMs: 0 } });
      for (let revision = 6; revision <= 30; revision += 6) {
        await commitUntil(revision);
        store.packIdle();
        await store.waitUntilPacked();
        // Fewer than four turns besides the last one are not packed.
        expect(await count('countUnpacked')).toBeLessThanOrEqual(4);
        await expectAllRecorded();
      }
      expect(await count('countBlocks')).toBeLessThanOrEqual(4);
      for (let revision = 1; revision <= 30; revision += 1) expect((await retry(revision)).kind).toBe('known');
      expect((await store.readTurnHistory(key, { revision: 16 }, unboundedCall))?.turns).toHaveLength(16);
    });

    it('leaves an idle session with few turns, and sessions in use, as they are', async () => {
      await openStore({ packingLimits: { turnsPerBlock: 8, unpackedTurns: 8, idleMs: 0 } });
      await commitUntil(4);
      store.packIdle();
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBe(4);
      await storeUnderTest.close();
      await openStore({ packingLimits: { turnsPerBlock: 8, unpackedTurns: 8, idleMs: 1e9 } });
      await commitUntil(12);
      store.packIdle();
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBe(12);
    });

    it('pages over block borders have every turn once', async () => {
      await openStore({ packingLimits: { turnsPerBlock: 4, unpackedTurns: 1 } });
      await commitUntil(23);
      await store.waitUntilPacked();
      for (const limit of [1, 2, 3, 4, 5, 7]) {
        const seen: number[] = [];
        for (let hasMore = true; hasMore; ) {
          const page = await list(seen.at(-1) ?? 0, limit);
          expect(page.turns.length).toBe(Math.min(limit, 23 - seen.length));
          seen.push(...page.turns.map(({ revision }) => revision));
          hasMore = page.hasMore;
        }
        expect(seen).toEqual(commits.map(({ record }) => record.revision));
      }
    });

    it('packs fewer turns into a block if they are large, and a very large one alone', async () => {
      const size = (revision: number) => (revision === 3 ? 200_000 : revision % 2 === 0 ? 20_000 : 10);
      await openStore({ packingLimits: { turnsPerBlock: 4, unpackedTurns: 1, blockBytes: 45_000 } });
      await commitUntil(24, (revision) => ({ request: toRandomBytes(revision, size(revision)) }));
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBeLessThan(6);
      await expectAllRecorded();
    });
  });

  describe('a turn id', () => {
    it('is known for the last turns only, whether they are packed or not', async () => {
      await openStore({ turnLimits: { replayableTurns: 10 }, packingLimits: { turnsPerBlock: 4, unpackedTurns: 2 } });
      await commitUntil(30);
      await store.waitUntilPacked();
      for (let revision = 1; revision <= 30; revision += 1) {
        expect([revision, (await retry(revision)).kind]).toEqual([revision, revision > 20 ? 'known' : 'conflict']);
        const { recordedTurn } = await store.load(key, uuid(100 + revision), unboundedCall, { skipsCache: true });
        expect(recordedTurn?.revision).toBe(revision > 20 ? revision : undefined);
      }
      expect(await store.readTurnHistory(key, { turnId: uuid(103) }, unboundedCall)).toMatchObject({
        turns: [{ revision: 1 }, { revision: 2 }, { revision: 3, turnId: uuid(103) }],
      });
      await expectAllRecorded();
    });

    it('that is applied again stands for the later turn, also after the earlier one is packed and removed', async () => {
      await openStore({
        turnLimits: { replayableTurns: 3, recordedTurns: 12 },
        packingLimits: { turnsPerBlock: 4, unpackedTurns: 1 },
      });
      await commitUntil(5);
      const again = aCommit(commits.at(-1)?.session ?? aSession(), uuid(101));
      expect(await store.commit(again, unboundedCall)).toEqual({ kind: 'committed' });
      commits.push(again);
      expect(await retry(1)).toMatchObject({ kind: 'known', record: { revision: 6 } });
      await commitUntil(8);
      await store.waitUntilPacked();
      expect(await retry(1)).toMatchObject({ kind: 'known', record: { revision: 6 } });
      expect(await store.readTurnHistory(key, { turnId: uuid(101) }, unboundedCall)).toMatchObject({
        turns: [1, 2, 3, 4, 5, 6].map((revision) => ({ revision })),
      });
      await commitUntil(40);
      await store.waitUntilPacked();
      expect((await retry(1)).kind).toBe('conflict');
    });
  });

  describe('the limits', () => {
    const packingLimits = { turnsPerBlock: 4, unpackedTurns: 2 };
    const commitWith = async (turnLimits: Partial<TurnLimits>, turnCount: number, toParts = toMixedParts) => {
      await openStore({ turnLimits, packingLimits });
      for (let revision = 1; revision <= turnCount; revision += 1) {
        await commitUntil(revision, toParts);
        await store.waitUntilPacked();
      }
    };

    it('on the number of turns remove whole blocks, and keep at least that number', async () => {
      await commitWith({ recordedTurns: 10, replayableTurns: 3 }, 40);
      expect(await listRevisions()).toEqual(revisions(29, 40));
      await commitUntil(43);
      const listed = await listRevisions();
      // A store may remove a block before the next one is packed.
      expect([29, 33]).toContain(listed[0]);
      expect(listed).toEqual(revisions(listed[0] ?? 0, 43));
    });

    it('on the bytes remove the oldest blocks, but no replayable turn', async () => {
      const incompressible = (revision: number) => ({ request: toRandomBytes(revision, 1_000) });
      await commitWith({ recordedBytes: 9_500, replayableTurns: 8 }, 40, incompressible);
      expect(await listRevisions()).toEqual(revisions(29, 40));
      await storeUnderTest.close();
      await commitWith({ recordedBytes: 0, replayableTurns: 15 }, 40, incompressible);
      expect(await listRevisions()).toEqual(revisions(21, 40));
      for (let revision = 26; revision <= 40; revision += 1) expect((await retry(revision)).kind).toBe('known');
    });

    it('on the age remove blocks with their last turn, then single turns, but never the last turn', async () => {
      const daily = (revision: number) => ({ committedAt: 1_700_000_000_000 + revision * 86_400_000 });
      await commitWith({ recordedAgeMs: 9 * 86_400_000 }, 40, daily);
      expect(await listRevisions()).toEqual(revisions(29, 40));
      await commitUntil(42, daily);
      expect(await listRevisions()).toEqual(revisions(33, 42));
      expect((await retry(32)).kind).toBe('conflict');
      const later = (revision: number) => ({ committedAt: daily(revision).committedAt + 1_000 * 86_400_000 });
      await commitUntil(43, later);
      expect(await listRevisions()).toEqual([43]);
      await commitUntil(44, later);
      expect(await listRevisions()).toEqual([43, 44]);
      expect((await retry(42)).kind).toBe('conflict');
      expect((await retry(43)).kind).toBe('known');
    });

    it('remove the ids of the turns, and all is removed with the session', async () => {
      await commitWith({ recordedTurns: 10, replayableTurns: 3 }, 40);
      expect(await count('countTurnIds')).toBeLessThanOrEqual(9);
      await store.delete(key, unboundedCall);
      expect(await storeUnderTest.countStored(key)).toBe(0);
    });

    it('remove all with the session if it expires', async () => {
      await commitWith({}, 40);
      await storeUnderTest.expire(key);
      expect((await list()).turns).toEqual([]);
      expect(await store.readTurnHistory(key, { revision: 3 }, unboundedCall)).toBeUndefined();
      commits = [];
      await commitUntil(20);
      await store.waitUntilPacked();
      await expectAllRecorded();
    });
  });

  describe('a failure or a change while turns are packed', () => {
    /** Runs once, before the store replaces the turns by the block that it has built. */
    let beforeReplacing: () => Promise<void>;
    beforeEach(async () => {
      beforeReplacing = () => Promise.resolve();
      await openStore({
        packingLimits: { turnsPerBlock: 4, unpackedTurns: 1 },
        beforeReplacing: () => {
          const run = beforeReplacing;
          beforeReplacing = () => Promise.resolve();
          return run();
        },
      });
      await commitUntil(4);
    });

    it('loses nothing if the node fails, and the turns are packed after a later commit', async () => {
      beforeReplacing = () => Promise.reject(new Error('The node fails.'));
      await commitUntil(5);
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBe(5);
      expect(storeUnderTest.packingErrors).toHaveLength(1);
      await commitUntil(6);
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBe(2);
      await expectAllRecorded();
    });

    it('a turn that is committed meanwhile is recorded', async () => {
      beforeReplacing = () => commitUntil(11);
      await commitUntil(5);
      await store.waitUntilPacked();
      expect(await count('countUnpacked')).toBe(3);
      await expectAllRecorded();
    });

    it('a deleted session stays deleted', async () => {
      beforeReplacing = async () => {
        await store.delete(key, unboundedCall);
      };
      await commitUntil(5);
      await store.waitUntilPacked();
      expect(await storeUnderTest.countStored(key)).toBe(0);
    });

    it('an expired session stays expired', async () => {
      beforeReplacing = () => storeUnderTest.expire(key);
      await commitUntil(5);
      await store.waitUntilPacked();
      expect(await store.read(key, unboundedCall)).toBeUndefined();
      expect((await list()).turns).toEqual([]);
    });

    it('a session that was created again keeps its own turns', async () => {
      beforeReplacing = async () => {
        await store.delete(key, unboundedCall);
        commits = [];
        await commitUntil(7, (revision) => ({ ...toMixedParts(revision), committedAt: 1_800_000_000_000 + revision }));
      };
      await commitUntil(5);
      await store.waitUntilPacked();
      await expectAllRecorded();
    });
  });

  it('is not noticed by a reader that follows the session', async () => {
    await openStore({ packingLimits: { turnsPerBlock: 4, unpackedTurns: 1 } });
    const seen: number[] = [];
    for (let revision = 1; revision <= 30; revision += 1) {
      await commitUntil(revision);
      if (revision % 3 === 0) {
        const { turns } = await list(Math.max((seen.at(-1) ?? 0) - 1, 0));
        const [atCursor] = turns;
        if (seen.length > 0) expect(atCursor?.revision).toBe(seen.at(-1));
        seen.push(...turns.map((turn) => turn.revision).filter((each) => each > (seen.at(-1) ?? 0)));
      }
    }
    expect(seen).toEqual(revisions(1, 30));
  });

  it('equals a list of records for any sizes, limits and order of calls', async () => {
    const turn = fc.record({
      request: fc.uint8Array({ maxLength: 3_000 }),
      response: fc.uint8Array({ maxLength: 300 }),
      basis: fc.option(fc.uint8Array({ minLength: 1, maxLength: 9 }), { nil: undefined }),
      isAwaited: fc.boolean(),
      isIdle: fc.boolean(),
    });
    const limits = fc.record({
      turnsPerBlock: fc.integer({ min: 1, max: 9 }),
      unpackedTurns: fc.integer({ min: 1, max: 9 }),
      blockBytes: fc.integer({ min: 1, max: 9_000 }),
      replayableTurns: fc.integer({ min: 1, max: 40 }),
    });
    const property = fc.asyncProperty(
      fc.array(turn, { maxLength: 40 }),
      limits,
      async (turns, { replayableTurns, ...packingLimits }) => {
        await openStore({ turnLimits: { replayableTurns }, packingLimits: { ...packingLimits, idleMs: 0 } });
        try {
          for (const [index, { isAwaited, isIdle, ...parts }] of turns.entries()) {
            await commitUntil(index + 1, () => parts);
            if (isIdle) store.packIdle();
            if (isAwaited) await store.waitUntilPacked();
            const known = await retry(Math.max(index + 1 - replayableTurns, 1));
            expect(known.kind).toBe(index + 1 > replayableTurns ? 'conflict' : 'known');
          }
          await expectAllRecorded();
          await store.waitUntilPacked();
          await expectAllRecorded();
          for (const { record } of commits) {
            const history = await store.readTurnHistory(key, { turnId: record.turnId }, unboundedCall);
            const first = record.revision - ((record.revision - 1) % 16);
            expect(history?.turns.map(({ revision }) => revision)).toEqual(revisions(first, record.revision));
          }
        } finally {
          await storeUnderTest.close();
        }
      },
    );
    await fc.assert(property, { numRuns: 15 });
    await openStore();
  });
}

function toMixedParts(revision: number): Partial<TurnRecord> {
  return {
    request: toRandomBytes(revision, (revision * 37) % 400),
    response: Buffer.concat([allBytes, Buffer.from(`response ${revision}`)]),
    ...(revision % 3 === 0 && { basis: allBytes.subarray(0, revision) }),
    ...(revision % 4 === 1 && { traceContext: { traceparent, tracestate: revision % 8 === 1 ? 'vendor=a b' : '' } }),
  };
}

/** Returns bytes that do not compress; the same ones for the same seed. */
function toRandomBytes(seed: number, length: number): Buffer {
  let state = seed * 2_654_435_761 + 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

function toHexPage({ turns, hasMore }: RecordedTurns) {
  return { turns: turns.map(toHexRecord), hasMore };
}

function revisions(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
