import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import type { SessionStore } from '../../../src/server/ports/session-store';
import { openEmbedded } from '../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../support/calls';
import { FakeClock } from '../../support/fake-clock';
import { aSession, uuid } from '../../support/session-builder';
import { SessionWatcher, type SessionWatcherOptions } from '../../support/session-watcher';
import { withOverrides } from '../../support/store-decorators';
import { aCommit, applyTurn } from '../stores/contract/turn-driver';
import { createTemporaryFolder } from '../stores/embedded/temporary-folder';

const key = { tenantId: uuid(1), sessionId: uuid(3) };
const sessionTtlMs = 60_000;

/** Creates a promise that blocks a reader until the test resolves it. */
function createGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe('watchSession', () => {
  let store: SessionStore;
  let clock: FakeClock;
  let readers: SessionWatcher[];
  let close: () => Promise<void>;

  const openStore = async (recordedTurns = 1_000) => {
    const folder = await createTemporaryFolder();
    clock = new FakeClock();
    readers = [];
    const { sessionStore } = openEmbedded({
      path: folder.path,
      sessionTtlMs,
      turnLimits: { recordedTurns },
      clock,
      monotonicClock: clock,
    });
    store = sessionStore;
    close = async () => {
      for (const reader of readers) await reader.stop();
      await sessionStore.close();
      await folder.remove();
    };
  };
  afterEach(() => close());

  const watch = (options: SessionWatcherOptions = {}, watchedStore = store) => {
    const reader = new SessionWatcher(watchedStore, options);
    readers.push(reader);
    return reader;
  };
  /** Applies turns whose ids are derived from their revision. */
  const apply = async (from: number, to: number, ids = 100) => {
    for (let revision = from; revision <= to; revision += 1) await applyTurn(store, key, uuid(ids + revision));
  };
  const range = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

  describe('delivery', () => {
    beforeEach(() => openStore());

    it('includes all recorded turns after revision 0, then every turn when it is committed', async () => {
      await apply(1, 3);
      const reader = watch({ afterRevision: 0 });
      await reader.waitForTurns(3);
      for (let revision = 4; revision <= 9; revision += 1) {
        await apply(revision, revision);
        await reader.waitForTurns(revision);
      }
      expect(reader.revisions).toEqual(range(9));
      expect(reader.turns).toEqual((await store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall)).turns);
    });

    it('keeps the order of many pages of turns', async () => {
      await apply(1, 100);
      const reader = watch({ afterRevision: 0 });
      await reader.waitForTurns(100);
      expect(reader.revisions).toEqual(range(100));
    });

    it('sends turns that are larger than a page one by one', async () => {
      let session = aSession(key);
      for (const revision of [1, 2, 3, 4]) {
        const commit = aCommit(session, uuid(100 + revision), { request: Buffer.alloc(5_000_000) });
        await store.commit(commit, unboundedCall);
        session = commit.session;
      }
      const sizes: number[] = [];
      const counting = withOverrides(store, {
        async listTurns(...args) {
          const found = await store.listTurns(...args);
          sizes.push(found.turns.length);
          return found;
        },
      });
      const reader = watch({ afterRevision: 0 }, counting);
      await reader.waitForTurns(4);
      expect(reader.revisions).toEqual(range(4));
      expect(Math.max(...sizes)).toBe(2);
    });

    it('includes only new turns if there is no revision', async () => {
      await apply(1, 3);
      const asked = createGate();
      const reader = watch(
        {},
        withOverrides(store, {
          listTurns: (...args) => {
            asked.open();
            return store.listTurns(...args);
          },
        }),
      );
      await asked.opened;
      await apply(4, 5);
      await reader.waitForTurns(2);
      expect(reader.revisions).toEqual([4, 5]);
    });

    it.each([undefined, 0])(
      'includes the turns of a session that does not exist yet, after revision %s',
      async (afterRevision) => {
        const reader = watch(afterRevision === undefined ? {} : { afterRevision });
        await apply(1, 3);
        await reader.waitForTurns(3);
        expect(reader.revisions).toEqual([1, 2, 3]);
      },
    );

    it('starts after any cursor, with and without the turn id', async () => {
      await apply(1, 40);
      for (const afterRevision of [1, 15, 16, 17, 32, 39]) {
        const cursors = [{ afterRevision }, { afterRevision, afterTurnId: uuid(100 + afterRevision) }];
        for (const cursor of cursors) {
          const reader = watch(cursor);
          await reader.waitForTurns(40 - afterRevision);
          expect(reader.revisions).toEqual(range(40, afterRevision + 1));
        }
      }
    });

    it('includes every concurrently committed turn once for clients that reconnect', async () => {
      const turnIds = range(60).map((number) => uuid(100 + number));
      const committing = Promise.all(turnIds.map((turnId) => applyTurn(store, key, turnId)));
      const whole = watch({ afterRevision: 0 });
      const parts: number[] = [];
      while (parts.length < 60) {
        const reader = watch({ afterRevision: parts.length });
        await reader.waitForTurns(1);
        await reader.stop();
        parts.push(...reader.revisions);
      }
      await committing;
      await whole.waitForTurns(60);
      expect(whole.revisions).toEqual(range(60));
      expect(parts).toEqual(range(60));
    });

    it('includes turns without a notification at the next poll', async () => {
      const silent = withOverrides(store, { onChange: () => () => undefined });
      const reader = watch({ afterRevision: 0, pollIntervalMs: 5 }, silent);
      await apply(1, 3);
      await reader.waitForTurns(3);
      await apply(4, 4);
      await reader.waitForTurns(4);
      expect(reader.revisions).toEqual([1, 2, 3, 4]);
    });
  });

  describe('reading', () => {
    beforeEach(() => openStore());

    it('is at most one page ahead of a slow client', async () => {
      await apply(1, 100);
      let read = 0;
      const counting = withOverrides(store, {
        async listTurns(...args) {
          const found = await store.listTurns(...args);
          read += found.turns.length;
          return found;
        },
      });
      const gate = createGate();
      const reader = watch({ afterRevision: 0, onTurn: () => gate.opened }, counting);
      await reader.waitForTurns(1);
      await apply(101, 110);
      expect(reader.turns).toHaveLength(1);
      expect(read).toBeLessThanOrEqual(17);
      gate.open();
      await reader.waitForTurns(110);
      expect(reader.revisions).toEqual(range(110));
    });

    it('happens once per commit', async () => {
      let reads = 0;
      const counting = withOverrides(store, {
        listTurns(...args) {
          reads += 1;
          return store.listTurns(...args);
        },
      });
      const reader = watch({ afterRevision: 0 }, counting);
      for (let revision = 1; revision <= 20; revision += 1) {
        await apply(revision, revision);
        await reader.waitForTurns(revision);
      }
      // One read for each commit, and the initial read.
      expect(reads).toBeLessThanOrEqual(21);
    });
  });

  describe('a watch after turns were trimmed', () => {
    beforeEach(async () => {
      await openStore(5);
      await apply(1, 12);
    });

    it('starts with the oldest recorded turn after revision 0', async () => {
      const reader = watch({ afterRevision: 0 });
      await reader.waitForTurns(5);
      expect(reader.revisions).toEqual([8, 9, 10, 11, 12]);
    });

    it('fails for an older cursor and returns the oldest possible cursor', async () => {
      const end = await watch({ afterRevision: 6 }).ended;
      expect(end).toMatchObject({ reason: 'CURSOR_TOO_OLD', metadata: { cursor: '6', oldest_cursor: '7' } });
      const reader = watch({ afterRevision: Number(end.metadata['oldest_cursor']) });
      await reader.waitForTurns(5);
      expect(reader.revisions).toEqual([8, 9, 10, 11, 12]);
    });

    it('continues from the cursor of the turn that was trimmed last', async () => {
      const reader = watch({ afterRevision: 7 });
      await reader.waitForTurns(5);
      expect(reader.revisions).toEqual([8, 9, 10, 11, 12]);
    });

    it('fails for a cursor with a turn id whose turn was trimmed', async () => {
      const end = await watch({ afterRevision: 7, afterTurnId: uuid(107) }).ended;
      expect(end).toMatchObject({ reason: 'CURSOR_TOO_OLD', metadata: { cursor: '7' } });
    });

    it('ends without a gap when the next turn of a slow client is trimmed', async () => {
      const gate = createGate();
      const reader = watch({ afterRevision: 10, onTurn: () => gate.opened });
      await reader.waitForTurns(1);
      await apply(13, 20);
      gate.open();
      const end = await reader.ended;
      expect(end).toMatchObject({ reason: 'CURSOR_TOO_OLD', metadata: { cursor: '12', oldest_cursor: '15' } });
      expect(reader.revisions).toEqual([11, 12]);
    });

    it('ends when the first turn of a new session is trimmed before it was read', async () => {
      await store.delete(key, unboundedCall);
      const silent = withOverrides(store, { onChange: () => () => undefined });
      const asked = createGate();
      const proceed = createGate();
      let reads = 0;
      const slow = withOverrides(silent, {
        async listTurns(...args) {
          reads += 1;
          if (reads === 2) {
            asked.open();
            await proceed.opened;
          }
          return store.listTurns(...args);
        },
      });
      const reader = watch({ afterRevision: 0, pollIntervalMs: 5 }, slow);
      await asked.opened;
      await apply(1, 7);
      proceed.open();
      expect(await reader.ended).toMatchObject({ reason: 'CURSOR_TOO_OLD', metadata: { cursor: '0' } });
    });
  });

  describe('a watch of a deleted or expired session', () => {
    beforeEach(async () => {
      await openStore();
      await apply(1, 3);
    });
    const notFound = { reason: 'SESSION_NOT_FOUND', metadata: { session_id: key.sessionId, cursor: '3' } };

    it('ends when the session is deleted', async () => {
      const readers = [watch({ afterRevision: 0 }), watch({ afterRevision: 3 })];
      await readers[0]?.waitForTurns(3);
      await store.delete(key, unboundedCall);
      for (const reader of readers) expect(await reader.ended).toMatchObject(notFound);
    });

    it('ends at the next poll when the session has expired', async () => {
      const reader = watch({ afterRevision: 0, pollIntervalMs: 5 });
      await reader.waitForTurns(3);
      clock.advance(sessionTtlMs);
      expect(await reader.ended).toMatchObject(notFound);
    });

    it.each([
      ['shorter', 2],
      ['equally long', 3],
      ['longer', 9],
    ])('ends when the session was created again and is %s', async (_name, revision) => {
      const gate = createGate();
      const reader = watch({ afterRevision: 2, onTurn: () => gate.opened });
      await reader.waitForTurns(1);
      await store.delete(key, unboundedCall);
      await apply(1, revision, 200);
      gate.open();
      expect(await reader.ended).toMatchObject(notFound);
      expect(reader.turns).toMatchObject([{ revision: 3, turnId: uuid(103) }]);
    });

    it('ends when the session was created again with the same turn ids', async () => {
      const gate = createGate();
      const reader = watch({ afterRevision: 2, onTurn: () => gate.opened });
      await reader.waitForTurns(1);
      await store.delete(key, unboundedCall);
      let session = aSession(key);
      for (let revision = 1; revision <= 5; revision += 1) {
        const commit = aCommit(session, uuid(100 + revision), { committedAt: 1_800_000_000_000 });
        await store.commit(commit, unboundedCall);
        session = commit.session;
      }
      gate.open();
      expect(await reader.ended).toMatchObject(notFound);
    });

    it('fails for a cursor beyond the last revision', async () => {
      expect(await watch({ afterRevision: 4 }).ended).toMatchObject({ ...notFound, metadata: { cursor: '4' } });
    });

    it('fails for a cursor with another turn id', async () => {
      const end = await watch({ afterRevision: 3, afterTurnId: uuid(999) }).ended;
      expect(end).toMatchObject(notFound);
    });

    it('fails without a revision when the session is created again between two reads', async () => {
      const recreating = withOverrides(store, {
        async read(...args) {
          const session = await store.read(...args);
          await store.delete(key, unboundedCall);
          await apply(1, 5, 200);
          return session;
        },
      });
      expect(await watch({}, recreating).ended).toMatchObject(notFound);
    });
  });

  describe('a watch', () => {
    beforeEach(() => openStore());

    /** Counts the listeners of the store. */
    const countListeners = () => {
      let listeners = 0;
      const counting = withOverrides(store, {
        onChange(...args) {
          listeners += 1;
          const stop = store.onChange(...args);
          return () => {
            listeners -= 1;
            stop();
          };
        },
      });
      return { counting, count: () => listeners };
    };

    it('ends when the client cancels, and unsubscribes from the store', async () => {
      const { counting, count } = countListeners();
      await apply(1, 2);
      const reader = watch({ afterRevision: 0 }, counting);
      await reader.waitForTurns(2);
      expect(count()).toBe(1);
      expect((await reader.stop()).reason).toBe('CANCELLED');
      expect(count()).toBe(0);
    });

    it('ends when the server aborts the call, with the reason of the signal and the cursor', async () => {
      const { counting, count } = countListeners();
      await apply(1, 2);
      const reader = watch({ afterRevision: 0 }, counting);
      await reader.waitForTurns(2);
      const end = await reader.stop(new OrchestratorError('SHUTTING_DOWN', 'Shutting down.'));
      expect(end).toMatchObject({ reason: 'SHUTTING_DOWN', message: 'Shutting down.', metadata: { cursor: '2' } });
      expect(count()).toBe(0);
    });

    it('ends within a page with the cursor of the last delivered turn', async () => {
      await apply(1, 10);
      const gate = createGate();
      const reader = watch({ afterRevision: 0, onTurn: () => gate.opened });
      await reader.waitForTurns(1);
      const stopping = reader.stop(new OrchestratorError('SHUTTING_DOWN', 'Shutting down.'));
      gate.open();
      expect(await stopping).toMatchObject({ reason: 'SHUTTING_DOWN', metadata: { cursor: '1' } });
      expect(reader.revisions).toEqual([1]);
    });

    it('ends when the client is too slow, with the cursor of the last delivered turn', async () => {
      const { counting, count } = countListeners();
      await apply(1, 10);
      const onTurn = () => Promise.reject(new OrchestratorError('SLOW_READER', 'Too slow.'));
      const end = await watch({ afterRevision: 4, onTurn }, counting).ended;
      expect(end).toMatchObject({ reason: 'SLOW_READER', metadata: { cursor: '5' } });
      expect(count()).toBe(0);
    });

    it('ends when the store is unavailable, with the cursor', async () => {
      await apply(1, 2);
      let isUnavailable = false;
      const failing = withOverrides(store, {
        async listTurns(...args) {
          if (isUnavailable) throw new OrchestratorError('STORE_UNAVAILABLE', 'No reply.', { retryAfterMs: 7 });
          return store.listTurns(...args);
        },
      });
      const reader = watch({ afterRevision: 0 }, failing);
      await reader.waitForTurns(2);
      isUnavailable = true;
      await apply(3, 3);
      expect(await reader.ended).toMatchObject({
        reason: 'STORE_UNAVAILABLE',
        metadata: { cursor: '2' },
        retryAfterMs: 7,
      });
    });
  });
});
