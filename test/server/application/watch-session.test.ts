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

/** A gate that a slow reader waits at. */
function aGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe('following a session', () => {
  let store: SessionStore;
  let clock: FakeClock;
  let readers: SessionWatcher[];
  let close: () => Promise<void>;

  const begin = async (recordedTurns = 1_000) => {
    const folder = await createTemporaryFolder();
    clock = new FakeClock();
    readers = [];
    const { sessionStore } = openEmbedded({ path: folder.path, sessionTtlMs, recordedTurns, clock });
    store = sessionStore;
    close = async () => {
      for (const reader of readers) await reader.stop();
      await sessionStore.close();
      await folder.remove();
    };
  };
  afterEach(() => close());

  const follow = (options: SessionWatcherOptions = {}, followed = store) => {
    const reader = new SessionWatcher(followed, options);
    readers.push(reader);
    return reader;
  };
  /** Applies turns whose ids tell their revision. */
  const apply = async (from: number, to: number, ids = 100) => {
    for (let revision = from; revision <= to; revision += 1) await applyTurn(store, key, uuid(ids + revision));
  };
  const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

  describe('gives', () => {
    beforeEach(() => begin());

    it('all that are recorded after revision 0, then each as it is committed', async () => {
      await apply(1, 3);
      const reader = follow({ afterRevision: 0 });
      await reader.waitForTurns(3);
      for (let revision = 4; revision <= 9; revision += 1) {
        await apply(revision, revision);
        await reader.waitForTurns(revision);
      }
      expect(reader.revisions).toEqual(upTo(9));
      expect(reader.turns).toEqual((await store.listTurns(key, 0, 100, unboundedCall)).turns);
    });

    it('many pages of them in order', async () => {
      await apply(1, 100);
      const reader = follow({ afterRevision: 0 });
      await reader.waitForTurns(100);
      expect(reader.revisions).toEqual(upTo(100));
    });

    it('those that are larger than what is read at once, one after another', async () => {
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
      const reader = follow({ afterRevision: 0 }, counting);
      await reader.waitForTurns(4);
      expect(reader.revisions).toEqual(upTo(4));
      expect(Math.max(...sizes)).toBe(2);
    });

    it('those from now on without a revision', async () => {
      await apply(1, 3);
      const asked = aGate();
      const reader = follow(
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

    it.each([undefined, 0])('those of a session that does not exist yet, after revision %s', async (afterRevision) => {
      const reader = follow(afterRevision === undefined ? {} : { afterRevision });
      await apply(1, 3);
      await reader.waitForTurns(3);
      expect(reader.revisions).toEqual([1, 2, 3]);
    });

    it('those after any cursor, with the id of its turn and without it', async () => {
      await apply(1, 40);
      for (const afterRevision of [1, 15, 16, 17, 32, 39]) {
        const cursors = [{ afterRevision }, { afterRevision, afterTurnId: uuid(100 + afterRevision) }];
        for (const cursor of cursors) {
          const reader = follow(cursor);
          await reader.waitForTurns(40 - afterRevision);
          expect(reader.revisions).toEqual(upTo(40, afterRevision + 1));
        }
      }
    });

    it('those of turns that are committed at once while readers come and go', async () => {
      const turnIds = upTo(60).map((number) => uuid(100 + number));
      const committing = Promise.all(turnIds.map((turnId) => applyTurn(store, key, turnId)));
      const whole = follow({ afterRevision: 0 });
      const parts: number[] = [];
      while (parts.length < 60) {
        const reader = follow({ afterRevision: parts.length });
        await reader.waitForTurns(1);
        await reader.stop();
        parts.push(...reader.revisions);
      }
      await committing;
      await whole.waitForTurns(60);
      expect(whole.revisions).toEqual(upTo(60));
      expect(parts).toEqual(upTo(60));
    });

    it('those of which no news came, at the next look', async () => {
      const silent = withOverrides(store, { onChange: () => () => undefined });
      const reader = follow({ afterRevision: 0, pollIntervalMs: 5 }, silent);
      await apply(1, 3);
      await reader.waitForTurns(3);
      await apply(4, 4);
      await reader.waitForTurns(4);
      expect(reader.revisions).toEqual([1, 2, 3, 4]);
    });
  });

  describe('reads', () => {
    beforeEach(() => begin());

    it('a page at most ahead of a reader that is slow', async () => {
      await apply(1, 100);
      let read = 0;
      const counting = withOverrides(store, {
        async listTurns(...args) {
          const found = await store.listTurns(...args);
          read += found.turns.length;
          return found;
        },
      });
      const gate = aGate();
      const reader = follow({ afterRevision: 0, onTurn: () => gate.opened }, counting);
      await reader.waitForTurns(1);
      await apply(101, 110);
      expect(reader.turns).toHaveLength(1);
      expect(read).toBeLessThanOrEqual(17);
      gate.open();
      await reader.waitForTurns(110);
      expect(reader.revisions).toEqual(upTo(110));
    });

    it('once a commit', async () => {
      let reads = 0;
      const counting = withOverrides(store, {
        listTurns(...args) {
          reads += 1;
          return store.listTurns(...args);
        },
      });
      const reader = follow({ afterRevision: 0 }, counting);
      for (let revision = 1; revision <= 20; revision += 1) {
        await apply(revision, revision);
        await reader.waitForTurns(revision);
      }
      // Each once, and the first look of all.
      expect(reads).toBeLessThanOrEqual(21);
    });
  });

  describe('of which turns are no longer recorded', () => {
    beforeEach(async () => {
      await begin(5);
      await apply(1, 12);
    });

    it('begins with the oldest that is, after revision 0', async () => {
      const reader = follow({ afterRevision: 0 });
      await reader.waitForTurns(5);
      expect(reader.revisions).toEqual([8, 9, 10, 11, 12]);
    });

    it('is refused from an older cursor on, with the oldest that is possible', async () => {
      const end = await follow({ afterRevision: 6 }).ended;
      expect(end).toMatchObject({ reason: 'CURSOR_TOO_OLD', metadata: { cursor: '6', oldest_cursor: '7' } });
      const reader = follow({ afterRevision: Number(end.metadata['oldest_cursor']) });
      await reader.waitForTurns(5);
      expect(reader.revisions).toEqual([8, 9, 10, 11, 12]);
    });

    it('goes on from a cursor whose turn was the last to go', async () => {
      const reader = follow({ afterRevision: 7 });
      await reader.waitForTurns(5);
      expect(reader.revisions).toEqual([8, 9, 10, 11, 12]);
    });

    it('is refused where the turn of the cursor is to be compared and is not recorded', async () => {
      const end = await follow({ afterRevision: 7, afterTurnId: uuid(107) }).ended;
      expect(end).toMatchObject({ reason: 'CURSOR_TOO_OLD', metadata: { cursor: '7' } });
    });

    it('ends when the next turn goes before a slow reader has it, and not by a gap', async () => {
      const gate = aGate();
      const reader = follow({ afterRevision: 10, onTurn: () => gate.opened });
      await reader.waitForTurns(1);
      await apply(13, 20);
      gate.open();
      const end = await reader.ended;
      expect(end).toMatchObject({ reason: 'CURSOR_TOO_OLD', metadata: { cursor: '12', oldest_cursor: '15' } });
      expect(reader.revisions).toEqual([11, 12]);
    });

    it('ends also where it did not exist yet and its first turn went before it was seen', async () => {
      await store.delete(key, unboundedCall);
      const silent = withOverrides(store, { onChange: () => () => undefined });
      const asked = aGate();
      const proceed = aGate();
      let looks = 0;
      const slow = withOverrides(silent, {
        async listTurns(...args) {
          looks += 1;
          if (looks === 2) {
            asked.open();
            await proceed.opened;
          }
          return store.listTurns(...args);
        },
      });
      const reader = follow({ afterRevision: 0, pollIntervalMs: 5 }, slow);
      await asked.opened;
      await apply(1, 7);
      proceed.open();
      expect(await reader.ended).toMatchObject({ reason: 'CURSOR_TOO_OLD', metadata: { cursor: '0' } });
    });
  });

  describe('that is gone', () => {
    beforeEach(async () => {
      await begin();
      await apply(1, 3);
    });
    const gone = { reason: 'SESSION_NOT_FOUND', metadata: { session_id: key.sessionId, cursor: '3' } };

    it('ends when it is deleted', async () => {
      const readers = [follow({ afterRevision: 0 }), follow({ afterRevision: 3 })];
      await readers[0]?.waitForTurns(3);
      await store.delete(key, unboundedCall);
      for (const reader of readers) expect(await reader.ended).toMatchObject(gone);
    });

    it('ends when its time is over, at the next look', async () => {
      const reader = follow({ afterRevision: 0, pollIntervalMs: 5 });
      await reader.waitForTurns(3);
      clock.advance(sessionTtlMs);
      expect(await reader.ended).toMatchObject(gone);
    });

    it.each([
      ['shorter', 2],
      ['as long', 3],
      ['longer', 9],
    ])('ends where it has begun anew and is %s', async (_name, revision) => {
      const gate = aGate();
      const reader = follow({ afterRevision: 2, onTurn: () => gate.opened });
      await reader.waitForTurns(1);
      await store.delete(key, unboundedCall);
      await apply(1, revision, 200);
      gate.open();
      expect(await reader.ended).toMatchObject(gone);
      expect(reader.turns).toMatchObject([{ revision: 3, turnId: uuid(103) }]);
    });

    it('ends where it has begun anew with the same turn ids', async () => {
      const gate = aGate();
      const reader = follow({ afterRevision: 2, onTurn: () => gate.opened });
      await reader.waitForTurns(1);
      await store.delete(key, unboundedCall);
      let session = aSession(key);
      for (let revision = 1; revision <= 5; revision += 1) {
        const commit = aCommit(session, uuid(100 + revision), { committedAt: 1_800_000_000_000 });
        await store.commit(commit, unboundedCall);
        session = commit.session;
      }
      gate.open();
      expect(await reader.ended).toMatchObject(gone);
    });

    it('is refused with a cursor that it has not reached', async () => {
      expect(await follow({ afterRevision: 4 }).ended).toMatchObject({ ...gone, metadata: { cursor: '4' } });
    });

    it('is refused with a cursor whose turn is another one', async () => {
      const end = await follow({ afterRevision: 3, afterTurnId: uuid(999) }).ended;
      expect(end).toMatchObject(gone);
    });

    it('is refused from now on where it begins anew between two looks', async () => {
      const anew = withOverrides(store, {
        async read(...args) {
          const session = await store.read(...args);
          await store.delete(key, unboundedCall);
          await apply(1, 5, 200);
          return session;
        },
      });
      expect(await follow({}, anew).ended).toMatchObject(gone);
    });
  });

  describe('ends', () => {
    beforeEach(() => begin());

    /** The store, and how many listen to it. */
    const listened = () => {
      let listening = 0;
      const counting = withOverrides(store, {
        onChange(...args) {
          listening += 1;
          const stop = store.onChange(...args);
          return () => {
            listening -= 1;
            stop();
          };
        },
      });
      return { counting, count: () => listening };
    };

    it('by its caller, and listens no more', async () => {
      const { counting, count } = listened();
      await apply(1, 2);
      const reader = follow({ afterRevision: 0 }, counting);
      await reader.waitForTurns(2);
      expect(count()).toBe(1);
      expect((await reader.stop()).reason).toBe('CANCELLED');
      expect(count()).toBe(0);
    });

    it('by the server with the reason of the signal and the cursor', async () => {
      const { counting, count } = listened();
      await apply(1, 2);
      const reader = follow({ afterRevision: 0 }, counting);
      await reader.waitForTurns(2);
      const end = await reader.stop(new OrchestratorError('SHUTTING_DOWN', 'Elsewhere.'));
      expect(end).toMatchObject({ reason: 'SHUTTING_DOWN', message: 'Elsewhere.', metadata: { cursor: '2' } });
      expect(count()).toBe(0);
    });

    it('in the middle of a page with the cursor of the turn that was handed over last', async () => {
      await apply(1, 10);
      const gate = aGate();
      const reader = follow({ afterRevision: 0, onTurn: () => gate.opened });
      await reader.waitForTurns(1);
      const stopping = reader.stop(new OrchestratorError('SHUTTING_DOWN', 'Elsewhere.'));
      gate.open();
      expect(await stopping).toMatchObject({ reason: 'SHUTTING_DOWN', metadata: { cursor: '1' } });
      expect(reader.revisions).toEqual([1]);
    });

    it('by a reader who takes nothing, with the cursor of what it was handed', async () => {
      const { counting, count } = listened();
      await apply(1, 10);
      const hand = () => Promise.reject(new OrchestratorError('SLOW_READER', 'Too slow.'));
      const end = await follow({ afterRevision: 4, onTurn: hand }, counting).ended;
      expect(end).toMatchObject({ reason: 'SLOW_READER', metadata: { cursor: '5' } });
      expect(count()).toBe(0);
    });

    it('by a store that is away, with the cursor', async () => {
      await apply(1, 2);
      let away = false;
      const failing = withOverrides(store, {
        async listTurns(...args) {
          if (away) throw new OrchestratorError('STORE_UNAVAILABLE', 'Away.', { retryAfterMs: 7 });
          return store.listTurns(...args);
        },
      });
      const reader = follow({ afterRevision: 0 }, failing);
      await reader.waitForTurns(2);
      away = true;
      await apply(3, 3);
      expect(await reader.ended).toMatchObject({
        reason: 'STORE_UNAVAILABLE',
        metadata: { cursor: '2' },
        retryAfterMs: 7,
      });
    });
  });
});
