import { open, type RootDatabase } from 'lmdb';
import { defaultSessionLimits } from '../../../../src/server/ports/session-limits';
import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { FakeClock } from '../../../support/fake-clock';
import { aSession, uuid } from '../../../support/session-builder';
import { testSessionStore } from '../contract/session-store.contract';
import { aCommit, applyTurn, toHexRecord } from '../contract/turn-driver';
import { createTemporaryFolder } from './temporary-folder';

const sessionTtlMs = 60_000;
const key = { tenantId: uuid(1), sessionId: uuid(3) };

async function openStore({
  recordedTurns = 1_000,
  ttlMs = sessionTtlMs,
  clock = new FakeClock(),
  sessionLimits = defaultSessionLimits,
} = {}) {
  const folder = await createTemporaryFolder();
  const options = { path: folder.path, sessionTtlMs: ttlMs, recordedTurns, sessionLimits, clock };
  let { sessionStore: store } = openEmbedded(options);
  return {
    clock,
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
      expect(await storeUnderTest.store.sweep(10, unboundedCall)).toBe(2);
      expect(await storeUnderTest.store.sweep(10, unboundedCall)).toBe(0);
      expect((await storeUnderTest.store.read(other, unboundedCall))?.revision).toBe(2);
      storeUnderTest.clock.advance(sessionTtlMs);
      expect(await storeUnderTest.store.sweep(10, unboundedCall)).toBe(1);
      expect(await storeUnderTest.countStored()).toBe(0);
    });

    it('is enforced in batches of at most the limit', async () => {
      storeUnderTest = await openStore();
      for (let id = 1; id <= 7; id += 1)
        await applyTurn(storeUnderTest.store, { ...key, sessionId: uuid(id) }, uuid(100));
      storeUnderTest.clock.advance(sessionTtlMs);
      const batches = [];
      for (let batch = 0; batch < 4; batch += 1) batches.push(await storeUnderTest.store.sweep(3, unboundedCall));
      expect(batches).toEqual([3, 3, 1, 0]);
      expect(await storeUnderTest.countStored()).toBe(0);
    });

    it('applies from the next turn after it is reduced', async () => {
      storeUnderTest = await openStore();
      await applyTurn(storeUnderTest.store, key, uuid(100));
      await storeUnderTest.reopen({ sessionTtlMs: 10 });
      await applyTurn(storeUnderTest.store, key, uuid(101));
      storeUnderTest.clock.advance(10);
      expect(await storeUnderTest.store.read(key, unboundedCall)).toBeUndefined();
      expect(await storeUnderTest.store.sweep(10, unboundedCall)).toBe(1);
      expect(await storeUnderTest.countStored()).toBe(0);
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
