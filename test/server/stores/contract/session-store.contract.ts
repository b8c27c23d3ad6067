import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { callUntil, cancelledCall, unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import { importedSessionsContract } from './imported-sessions.contract';
import { sessionNotificationsContract } from './session-notifications.contract';
import type { OpenSessionStore, SessionStoreSettings, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit, applyTurn, toHexRecord } from './turn-driver';
import { unsafeIdsContract } from './unsafe-ids.contract';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

/** What every SessionStore must do. */
export function sessionStoreContract(open: OpenSessionStore): void {
  describe('sessions and turns', () => turnsContract(open));
  describe('imported sessions', () => importedSessionsContract(open));
  describe('hostile ids', () => unsafeIdsContract(open));
  describe('news of changes', () => sessionNotificationsContract(open));
}

function turnsContract(open: OpenSessionStore): void {
  let tested: SessionStoreUnderTest;
  let store: SessionStore;

  const begin = async (settings: SessionStoreSettings = { recordedTurns: 1_000 }) => {
    tested = await open(settings);
    store = tested.store;
  };
  const turns = (count: number) => Array.from({ length: count }, (_, index) => uuid(100 + index));
  const applyAll = async (turnIds: readonly string[]) => {
    for (const turnId of turnIds) await applyTurn(store, key, turnId);
  };

  afterEach(() => tested.close());

  describe('an empty store', () => {
    beforeEach(() => begin());

    it('has no session and knows no turn', async () => {
      expect(await store.load(key, uuid(100), unboundedCall)).toEqual({ session: undefined, known: undefined });
      expect(await store.read(key, unboundedCall)).toBeUndefined();
      expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toEqual([]);
    });

    it('has nothing to delete', async () => {
      expect(await store.delete(key, unboundedCall)).toBe(false);
    });

    it('takes writes', async () => {
      await expect(store.probe(unboundedCall)).resolves.toBeUndefined();
    });
  });

  describe('a commit', () => {
    beforeEach(() => begin());

    it('is read back as it was written', async () => {
      const before = aSession({
        instances: [anInstance({ variables: new Map([['order_id', 'A-7']]) })],
        variables: new Map([
          ['__proto__', { value: 1, scope: 'CASE' }],
          ['constructor', { value: [null, { deep: 'x' }], scope: 'SESSION' }],
        ]),
      });
      const commit = aCommit(before, uuid(100));
      expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'committed' });
      expect(await store.read(key, unboundedCall)).toEqual(commit.session);
      expect((await store.load(key, uuid(101), unboundedCall)).session).toEqual(commit.session);
    });

    it('records the trace that a turn was decided in, where there is one', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const traced = aCommit(aSession(), uuid(100), { traceparent });
      await store.commit(traced, unboundedCall);
      await store.commit(aCommit(traced.session, uuid(101)), unboundedCall);
      const { turns: recorded } = await store.listTurns(key, 0, 10, unboundedCall);
      expect(recorded.map((record) => record.traceparent)).toEqual([traceparent, undefined]);
      const [first] = recorded;
      expect(first && toHexRecord(first)).toEqual(toHexRecord(traced.record));
      expect(await store.commit(traced, unboundedCall)).toMatchObject({ kind: 'known', record: { traceparent } });
    });

    it('of a known turn id gives the record with identical bytes and changes nothing (5.1)', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const commit = aCommit(aSession(), uuid(100), { request: bytes, response: Buffer.concat([bytes, bytes]) });
      await store.commit(commit, unboundedCall);
      const outcome = await store.commit(aCommit(commit.session, uuid(100)), unboundedCall);
      expect(outcome.kind === 'known' && toHexRecord(outcome.record)).toEqual(toHexRecord(commit.record));
      expect(await store.read(key, unboundedCall)).toEqual(commit.session);
      expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toHaveLength(1);
    });

    it('looks at the turn id before it looks at the revision', async () => {
      await applyAll([uuid(100), uuid(101), uuid(102)]);
      const stale = aCommit(aSession(), uuid(101));
      expect(await store.commit(stale, unboundedCall)).toMatchObject({ kind: 'known', record: { revision: 2 } });
    });

    it('on another revision is a conflict that carries the current state', async () => {
      await applyAll([uuid(100), uuid(101)]);
      const current = await store.read(key, unboundedCall);
      const stale = aCommit(aSession({ revision: 1 }), uuid(102));
      expect(await store.commit(stale, unboundedCall)).toEqual({ kind: 'conflict', session: current });
      const ahead = aCommit(aSession({ revision: 7 }), uuid(102));
      expect(await store.commit(ahead, unboundedCall)).toEqual({ kind: 'conflict', session: current });
      expect(await store.read(key, unboundedCall)).toEqual(current);
    });

    it('on a session that is gone is a conflict without a state', async () => {
      const commit = aCommit(aSession({ revision: 4 }), uuid(100));
      expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'conflict', session: undefined });
      expect(await tested.countStored(key)).toBe(0);
    });

    it('on a session that was erased and begun anew since is a conflict, though the revision is the same', async () => {
      await applyAll([uuid(100)]);
      const erased = await store.read(key, unboundedCall);
      await store.delete(key, unboundedCall);
      await applyAll([uuid(101)]);
      const current = await store.read(key, unboundedCall);
      const commit = aCommit(erased ?? aSession(), uuid(102));
      expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'conflict', session: current });
      expect(await store.read(key, unboundedCall)).toEqual(current);
    });

    it('keeps sessions of the same id apart by tenant', async () => {
      const other = { tenantId: uuid(9), sessionId: key.sessionId };
      await applyAll([uuid(100)]);
      expect(await store.read(other, unboundedCall)).toBeUndefined();
      await applyTurn(store, other, uuid(100));
      expect((await store.listTurns(other, 0, 10, unboundedCall)).turns).toHaveLength(1);
      expect(await store.delete(other, unboundedCall)).toBe(true);
      expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toHaveLength(1);
    });

    it('takes large blobs', async () => {
      const large = Buffer.alloc(1_000_000, 'x');
      const before = aSession({ variables: new Map([['note', { value: large.toString(), scope: 'CASE' }]]) });
      const commit = aCommit(before, uuid(100), { request: large, response: large });
      await store.commit(commit, unboundedCall);
      expect(await store.read(key, unboundedCall)).toEqual(commit.session);
      const { recordedTurn: known } = await store.load(key, uuid(100), unboundedCall);
      const record = known ?? (await store.listTurns(key, 0, 1, unboundedCall)).turns[0];
      expect(record && toHexRecord(record)).toEqual(toHexRecord(commit.record));
    });
  });

  describe('a fresh load', () => {
    beforeEach(() => begin());

    it('tells that a turn id is known, with its record, and that another is not', async () => {
      await applyAll([uuid(100), uuid(101)]);
      const [first] = (await store.listTurns(key, 0, 1, unboundedCall)).turns;
      const session = await store.read(key, unboundedCall);
      expect(await store.load(key, uuid(100), unboundedCall, true)).toEqual({ session, known: first });
      expect(await store.load(key, uuid(102), unboundedCall, true)).toEqual({ session, known: undefined });
    });
  });

  describe('turns at once', () => {
    beforeEach(() => begin());

    it('are all applied, one on the other (5.3)', async () => {
      const turnIds = turns(50);
      const outcomes = await Promise.all(turnIds.map((turnId) => applyTurn(store, key, turnId)));
      expect(outcomes.map(({ kind }) => kind)).toEqual(turnIds.map(() => 'committed'));
      const { turns: recorded } = await store.listTurns(key, 0, 100, unboundedCall);
      expect(recorded.map(({ revision }) => revision)).toEqual(turnIds.map((_, index) => index + 1));
      expect(recorded.map(({ turnId }) => turnId).sort()).toEqual([...turnIds].sort());
      expect((await store.read(key, unboundedCall))?.revision).toBe(50);
    });

    it('of one id are applied once, and the others get its record', async () => {
      const outcomes = await Promise.all(turns(20).map(() => applyTurn(store, key, uuid(100))));
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
      const [record] = (await store.listTurns(key, 0, 10, unboundedCall)).turns;
      const others = outcomes.filter(({ kind }) => kind !== 'committed');
      expect(others).toEqual(others.map(() => ({ kind: 'known', record })));
      expect(others).toHaveLength(19);
    });
  });

  describe('the turn log', () => {
    it('is listed oldest first, from a revision on, at most so many', async () => {
      await begin();
      await applyAll(turns(12));
      const revisions = async (after: number, limit: number) =>
        (await store.listTurns(key, after, limit, unboundedCall)).turns.map(({ revision }) => revision);
      expect(await revisions(0, 100)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(await revisions(9, 100)).toEqual([10, 11, 12]);
      expect(await revisions(3, 2)).toEqual([4, 5]);
      expect(await revisions(12, 5)).toEqual([]);
      expect(await revisions(0, 0)).toEqual([]);
    });

    it('is listed as far as bytes allow, its first turn whatever its size, and says whether there is more', async () => {
      await begin();
      let session = aSession(key);
      for (const [turn, bytes] of [100, 100, 100, 500, 1].entries()) {
        const parts = { request: Buffer.alloc(bytes / 2), response: Buffer.alloc(bytes - Math.floor(bytes / 2)) };
        const commit = aCommit(session, uuid(turn), parts);
        await store.commit(commit, unboundedCall);
        session = commit.session;
      }
      const listed = async (after: number, limit: number, bytes?: number) => {
        const { turns, hasMore: more } = await store.listTurns(key, after, limit, unboundedCall, bytes);
        return [turns.map(({ revision }) => revision).join(''), more];
      };
      expect(await listed(0, 10)).toEqual(['12345', false]);
      expect(await listed(0, 5)).toEqual(['12345', false]);
      expect(await listed(0, 4)).toEqual(['1234', true]);
      expect(await listed(0, 10, 200)).toEqual(['12', true]);
      expect(await listed(0, 10, 199)).toEqual(['1', true]);
      expect(await listed(2, 10, 200)).toEqual(['3', true]);
      expect(await listed(3, 10, 0)).toEqual(['4', true]);
      expect(await listed(4, 10, 1)).toEqual(['5', false]);
      expect(await listed(5, 10, 1)).toEqual(['', false]);
    });

    it('keeps the newest turns only, and a turn id is known as long as its turn is there', async () => {
      await begin({ recordedTurns: 5 });
      await applyAll(turns(8));
      const { turns: recorded } = await store.listTurns(key, 0, 100, unboundedCall);
      expect(recorded.map(({ revision }) => revision)).toEqual([4, 5, 6, 7, 8]);
      const again = async (index: number) => {
        const current = (await store.read(key, unboundedCall)) ?? aSession();
        return (await store.commit(aCommit({ ...current, revision: 1 }, uuid(100 + index)), unboundedCall)).kind;
      };
      // A forgotten turn is a new one, and its revision is wrong here; a recorded one is known whatever its revision.
      expect(await Promise.all([again(2), again(3), again(7)])).toEqual(['conflict', 'known', 'known']);
    });

    it('of one turn works', async () => {
      await begin({ recordedTurns: 1 });
      await applyAll(turns(3));
      expect((await store.listTurns(key, 0, 100, unboundedCall)).turns).toMatchObject([
        { revision: 3, turnId: uuid(102) },
      ]);
    });
  });

  describe('a session', () => {
    beforeEach(() => begin());

    it('is gone when its time is over, with its turns and their ids', async () => {
      await applyAll(turns(3));
      await tested.expire(key);
      expect(await store.read(key, unboundedCall)).toBeUndefined();
      expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toEqual([]);
      expect(await store.commit(aCommit(aSession({ revision: 3 }), uuid(200)), unboundedCall)).toEqual({
        kind: 'conflict',
        session: undefined,
      });
      expect(await applyTurn(store, key, uuid(100))).toEqual({ kind: 'committed' });
      expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toMatchObject([
        { revision: 1, turnId: uuid(100) },
      ]);
    });

    it('is erased by a delete, with its turns and their ids', async () => {
      await applyAll(turns(3));
      expect(await tested.countStored(key)).toBeGreaterThan(0);
      expect(await tested.store.delete(key, unboundedCall)).toBe(true);
      expect(await tested.countStored(key)).toBe(0);
      expect((await tested.store.load(key, uuid(100), unboundedCall)).session).toBeUndefined();
      expect(await applyTurn(tested.store, key, uuid(100))).toEqual({ kind: 'committed' });
      expect((await tested.store.read(key, unboundedCall))?.revision).toBe(1);
    });
  });

  describe('a call', () => {
    beforeEach(() => begin());

    it('whose deadline is over does nothing', async () => {
      const commit = store.commit(aCommit(aSession(), uuid(100)), callUntil(1));
      await expect(commit).rejects.toMatchObject({ reason: 'DEADLINE' });
      await expect(store.read(key, callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
      await expect(store.delete(key, callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
      expect(await store.read(key, unboundedCall)).toBeUndefined();
    });

    it('that was given up does nothing', async () => {
      const commit = store.commit(aCommit(aSession(), uuid(100)), cancelledCall);
      await expect(commit).rejects.toMatchObject({ reason: 'CANCELLED' });
      await expect(store.load(key, uuid(100), cancelledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
      expect(await store.read(key, unboundedCall)).toBeUndefined();
    });

    it('to a closed store is refused, and closing again is fine', async () => {
      await store.close();
      await store.close();
      await expect(store.read(key, unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      await expect(store.probe(unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    });
  });
}
