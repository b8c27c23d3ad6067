import { unboundedCall } from '../../../support/calls';
import { aSession, uuid } from '../../../support/session-builder';
import { testSessionStore } from '../contract/session-store.contract';
import { aCommit, applyTurn, toHexRecord } from '../contract/turn-driver';
import { applyTurns, key, openStore, sessionTtlMs, sweepAll } from './session-store-under-test';

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
      // A session with one turn has four entries, so 1,650 sessions need 17 transactions of at most 400.
      expect(await sweepAll(storeUnderTest.store)).toBe(17);
      expect(await storeUnderTest.countStored()).toBe(0);
    });

    it('is enforced for a session with any number of turns, in transactions of bounded size', async () => {
      storeUnderTest = await openStore({
        turnLimits: { recordedTurns: 10_000 },
        packingLimits: { unpackedTurns: 10_000 },
      });
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

  describe('delete', () => {
    let storeUnderTest: Awaited<ReturnType<typeof openStore>>;
    beforeEach(async () => {
      storeUnderTest = await openStore({ turnLimits: { recordedTurns: 10_000 } });
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
      await storeUnderTest.reopen({ turnLimits: { recordedTurns: 3 } });
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
