import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { open, type RootDatabase } from 'lmdb';
import type { EmbeddedSessionStore } from '../../../../src/server/stores/embedded/embedded-session-store';
import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { FakeClock } from '../../../support/fake-clock';
import { aSession, uuid } from '../../../support/session-builder';
import { testSessionStore } from '../contract/session-store.contract';
import { aCommit, applyTurn, toHexRecord } from '../contract/turn-driver';
import { createTemporaryFolder } from './temporary-folder';

const sessionTtlMs = 60_000;
const key = { tenantId: uuid(1), sessionId: uuid(3) };

async function openStore({ recordedTurns = 1_000, ttlMs = sessionTtlMs, clock = new FakeClock() } = {}) {
  const folder = await createTemporaryFolder();
  const monotonicClock = new FakeClock();
  const options = { path: folder.path, sessionTtlMs: ttlMs, recordedTurns, clock, monotonicClock };
  let { sessionStore: store } = openEmbedded(options);
  return {
    clock,
    /** Lets time pass on both clocks. */
    pass: (milliseconds: number) => {
      clock.advance(milliseconds);
      monotonicClock.advance(milliseconds);
    },
    get store() {
      return store;
    },
    expire: async () => clock.advance(ttlMs),
    /** Counts all entries of the session tables. The tests that use this method have only one session. */
    countStored: async () => {
      await store.close();
      const count = countEntries(folder.path);
      ({ sessionStore: store } = openEmbedded(options));
      return count;
    },
    /** Changes the tables as another process would. */
    changeFolder: async (change: (root: RootDatabase) => Promise<void>) => {
      await store.close();
      const root = open({ path: folder.path, maxDbs: 32 });
      await change(root);
      await root.close();
      ({ sessionStore: store } = openEmbedded(options));
    },
    reopen: async (changed: { readonly recordedTurns?: number; readonly sessionTtlMs?: number } = {}) => {
      await store.close();
      ({ sessionStore: store } = openEmbedded({ ...options, ...changed }));
    },
    close: async () => {
      await store.close();
      await folder.remove();
    },
  };
}

/** Counts the entries of the session tables. The folder must not be open. */
function countEntries(path: string): number {
  const root = open({ path, maxDbs: 32 });
  const tables = ['sessions', 'states-before', 'turns', 'turn-revisions', 'expiries'].map((name) =>
    root.openDB({ name }),
  );
  const count = tables.reduce((sum, table) => sum + table.getKeysCount(), 0);
  void root.close();
  return count;
}

/** Sweeps until there are no more expired sessions. Returns the number of steps. */
async function sweepAll(store: EmbeddedSessionStore): Promise<number> {
  let steps = 1;
  for (; await store.sweep(unboundedCall); steps += 1);
  return steps;
}

async function applyTurns(store: EmbeddedSessionStore, count: number): Promise<void> {
  for (let turn = 1; turn <= count; turn += 1) await applyTurn(store, key, uuid(100 + turn));
}

describe('EmbeddedSessionStore', () => {
  testSessionStore(openStore);

  describe('time to live', () => {
    let storeUnderTest: Awaited<ReturnType<typeof openStore>>;
    afterEach(() => storeUnderTest.close());

    it('restarts with every turn', async () => {
      storeUnderTest = await openStore();
      await applyTurn(storeUnderTest.store, key, uuid(100));
      storeUnderTest.clock.advance(sessionTtlMs - 1);
      expect(await applyTurn(storeUnderTest.store, key, uuid(101))).toEqual({ kind: 'committed' });
      storeUnderTest.clock.advance(sessionTtlMs - 1);
      expect((await storeUnderTest.store.read(key, unboundedCall))?.revision).toBe(2);
      storeUnderTest.clock.advance(1);
      expect(await storeUnderTest.store.read(key, unboundedCall)).toBeUndefined();
      expect(await storeUnderTest.store.load(key, uuid(100), unboundedCall)).toEqual({
        session: undefined,
        recordedTurn: undefined,
      });
    });

    it('is enforced by the sweep, which removes only expired sessions', async () => {
      storeUnderTest = await openStore();
      const other = { tenantId: uuid(1), sessionId: uuid(4) };
      await applyTurn(storeUnderTest.store, key, uuid(100));
      await applyTurn(storeUnderTest.store, other, uuid(100));
      storeUnderTest.clock.advance(sessionTtlMs - 1);
      await applyTurn(storeUnderTest.store, other, uuid(101));
      storeUnderTest.clock.advance(1);
      await sweepAll(storeUnderTest.store);
      expect((await storeUnderTest.store.read(other, unboundedCall))?.revision).toBe(2);
      storeUnderTest.clock.advance(sessionTtlMs);
      await sweepAll(storeUnderTest.store);
      expect(await storeUnderTest.countStored()).toBe(0);
    });

    it('is enforced for any number of sessions, in transactions of bounded size', async () => {
      storeUnderTest = await openStore();
      const ids = Array.from({ length: 1_650 }, (_, index) => uuid(index + 1));
      await Promise.all(ids.map((id) => applyTurn(storeUnderTest.store, { ...key, sessionId: id }, uuid(9_999))));
      storeUnderTest.clock.advance(sessionTtlMs);
      // A session with one turn counts twice, so 1,650 sessions need 17 transactions of at most 200.
      expect(await sweepAll(storeUnderTest.store)).toBe(17);
      expect(await storeUnderTest.countStored()).toBe(0);
    });

    it('is enforced for a session with any number of turns, in transactions of bounded size', async () => {
      storeUnderTest = await openStore({ recordedTurns: 10_000 });
      await applyTurns(storeUnderTest.store, 600);
      storeUnderTest.clock.advance(sessionTtlMs);
      expect(await sweepAll(storeUnderTest.store)).toBe(4);
      expect(await storeUnderTest.countStored()).toBe(0);
    });

    it('applies from the next turn after it is reduced', async () => {
      storeUnderTest = await openStore();
      await applyTurn(storeUnderTest.store, key, uuid(100));
      await storeUnderTest.reopen({ sessionTtlMs: 10 });
      await applyTurn(storeUnderTest.store, key, uuid(101));
      storeUnderTest.clock.advance(10);
      expect(await storeUnderTest.store.read(key, unboundedCall)).toBeUndefined();
      await sweepAll(storeUnderTest.store);
      expect(await storeUnderTest.countStored()).toBe(0);
    });
  });

  describe('time to live while the clock is set back and forth', () => {
    const hour = 3_600_000;
    let storeUnderTest: Awaited<ReturnType<typeof openStore>>;
    const readRevision = async () => (await storeUnderTest.store.read(key, unboundedCall))?.revision;

    beforeEach(async () => {
      storeUnderTest = await openStore();
      await applyTurn(storeUnderTest.store, key, uuid(100));
    });
    afterEach(() => storeUnderTest.close());

    it('is the same if the clock is set back before a turn', async () => {
      storeUnderTest.clock.advance(-hour);
      expect(await applyTurn(storeUnderTest.store, key, uuid(101))).toEqual({ kind: 'committed' });
      storeUnderTest.pass(sessionTtlMs - 1);
      expect(await readRevision()).toBe(2);
      storeUnderTest.pass(1);
      expect(await readRevision()).toBeUndefined();
    });

    it('does not end early if the clock is set back before a turn, and corrected after it', async () => {
      storeUnderTest.clock.advance(-hour);
      expect(await applyTurn(storeUnderTest.store, key, uuid(101))).toEqual({ kind: 'committed' });
      storeUnderTest.clock.advance(hour);
      storeUnderTest.pass(sessionTtlMs - 1);
      expect(await readRevision()).toBe(2);
      storeUnderTest.pass(1);
      expect(await readRevision()).toBeUndefined();
    });

    it('does not end late if the clock is set back after a turn, and the sweep finds the session', async () => {
      storeUnderTest.clock.advance(-hour);
      storeUnderTest.pass(sessionTtlMs - 1);
      expect(await readRevision()).toBe(1);
      storeUnderTest.pass(1);
      expect(await readRevision()).toBeUndefined();
      await sweepAll(storeUnderTest.store);
      expect(await storeUnderTest.countStored()).toBe(0);
    });

    it('does not go back at a restart, so that an expired session does not return', async () => {
      storeUnderTest.pass(sessionTtlMs);
      await storeUnderTest.store.probe(unboundedCall);
      storeUnderTest.clock.advance(-hour);
      await storeUnderTest.reopen();
      expect(await readRevision()).toBeUndefined();
      expect(await applyTurn(storeUnderTest.store, key, uuid(100))).toEqual({ kind: 'committed' });
      expect(await readRevision()).toBe(1);
    });

    it('does not end early if the clock is set back at a restart, before a turn', async () => {
      storeUnderTest.clock.advance(-hour);
      await storeUnderTest.reopen();
      await applyTurn(storeUnderTest.store, key, uuid(101));
      storeUnderTest.clock.advance(hour);
      storeUnderTest.pass(sessionTtlMs - 1);
      expect(await readRevision()).toBe(2);
    });

    it('follows the clock when it is set forward, and the new time stays when it is set back', async () => {
      storeUnderTest.clock.advance(hour);
      expect(await readRevision()).toBeUndefined();
      storeUnderTest.clock.advance(-hour);
      expect(await readRevision()).toBeUndefined();
      await applyTurn(storeUnderTest.store, key, uuid(102));
      storeUnderTest.pass(sessionTtlMs - 1);
      expect(await readRevision()).toBe(1);
      storeUnderTest.pass(1);
      expect(await readRevision()).toBeUndefined();
    });

    it('5.3: leaves the order of the revisions', async () => {
      for (const [turn, jump] of [-hour, 2 * hour, -3 * hour, 5, hour].entries()) {
        storeUnderTest.clock.advance(jump > sessionTtlMs ? sessionTtlMs / 10 : jump);
        expect(await applyTurn(storeUnderTest.store, key, uuid(200 + turn))).toEqual({ kind: 'committed' });
      }
      const { turns } = await storeUnderTest.store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
      expect(turns.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('ends at the time to live after the last turn, by the monotonic clock, whenever the clock is set back', async () => {
      const jump = fc.oneof(fc.integer({ min: -hour, max: 0 }), fc.constant(0));
      const step = fc.record({ jump, passed: fc.integer({ min: 0, max: sessionTtlMs + 10 }), isTurn: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
          await storeUnderTest.store.delete(key, unboundedCall);
          let remainingMs = 0;
          let revision = 0;
          for (const { jump, passed, isTurn } of steps) {
            storeUnderTest.clock.advance(jump);
            if (isTurn) {
              revision = remainingMs > 0 ? revision + 1 : 1;
              remainingMs = sessionTtlMs;
              await applyTurn(storeUnderTest.store, key, randomUUID());
            }
            storeUnderTest.pass(passed);
            remainingMs -= passed;
            expect(await readRevision()).toBe(remainingMs > 0 ? revision : undefined);
          }
        }),
        { numRuns: 60 },
      );
    });
  });

  describe('delete', () => {
    let storeUnderTest: Awaited<ReturnType<typeof openStore>>;
    beforeEach(async () => {
      storeUnderTest = await openStore({ recordedTurns: 10_000 });
      await applyTurns(storeUnderTest.store, 600);
    });
    afterEach(() => storeUnderTest.close());

    it('removes a session with any number of turns', async () => {
      expect(await storeUnderTest.store.delete(key, unboundedCall)).toBe(true);
      expect(await storeUnderTest.countStored()).toBe(0);
    });

    it('lets a turn that arrives while it removes the turns start a new session', async () => {
      const deletion = storeUnderTest.store.delete(key, unboundedCall);
      const turn = storeUnderTest.store.commit(aCommit(aSession(), uuid(100)), unboundedCall);
      expect(await Promise.all([deletion, turn])).toEqual([true, { kind: 'committed' }]);
      const { turns } = await storeUnderTest.store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall);
      expect(turns.map(({ turnId }) => turnId)).toEqual([uuid(100)]);
    });
  });

  describe('the folder', () => {
    let storeUnderTest: Awaited<ReturnType<typeof openStore>>;
    beforeEach(async () => {
      storeUnderTest = await openStore();
    });
    afterEach(() => storeUnderTest.close());

    it('keeps its content after it is reopened', async () => {
      const commit = aCommit(aSession(), uuid(100));
      await storeUnderTest.store.commit(commit, unboundedCall);
      await applyTurn(storeUnderTest.store, key, uuid(101));
      await storeUnderTest.reopen();
      expect((await storeUnderTest.store.read(key, unboundedCall))?.revision).toBe(2);
      const again = await storeUnderTest.store.commit(aCommit(aSession(), uuid(100)), unboundedCall);
      expect(again.kind === 'known' && toHexRecord(again.record)).toEqual(toHexRecord(commit.record));
    });

    it('is closed after the pending writes', async () => {
      const keys = Array.from({ length: 50 }, (_, index) => ({ ...key, sessionId: uuid(index + 1) }));
      const commits = keys.map((of) => storeUnderTest.store.commit(aCommit(aSession(of), uuid(100)), unboundedCall));
      await storeUnderTest.reopen();
      expect(new Set((await Promise.all(commits)).map(({ kind }) => kind))).toEqual(new Set(['committed']));
      for (const of of keys) expect((await storeUnderTest.store.read(of, unboundedCall))?.revision).toBe(1);
    });

    it('removes turns above a reduced maximum', async () => {
      for (let id = 100; id < 110; id += 1) await applyTurn(storeUnderTest.store, key, uuid(id));
      await storeUnderTest.reopen({ recordedTurns: 3 });
      await applyTurn(storeUnderTest.store, key, uuid(110));
      const { turns } = await storeUnderTest.store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
      expect(turns.map(({ revision }) => revision)).toEqual([9, 10, 11]);
      // One session with the state before its last turn, one expiry entry, and three turns with their ids.
      expect(await storeUnderTest.countStored()).toBe(9);
    });

    it('13: does not return the state before a turn for a later turn, which an earlier release committed', async () => {
      await applyTurn(storeUnderTest.store, key, uuid(100));
      await storeUnderTest.changeFolder(async (root) => {
        const sessions = root.openDB<Buffer, string>({ name: 'sessions', encoding: 'binary' });
        for (const { key: name, value } of sessions.getRange({})) {
          const changed = Buffer.from(value);
          changed.writeDoubleBE(2); // the revision
          await sessions.put(name, changed);
        }
      });
      const options = { includesStateBefore: true };
      const { session, stateBefore } = await storeUnderTest.store.load(key, uuid(101), unboundedCall, options);
      expect(session).toBeDefined();
      expect(stateBefore).toBeUndefined();
    });
  });
});
