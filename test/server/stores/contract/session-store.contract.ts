import type { SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { callUntil, canceledCall, unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import { testImportedSessions } from './imported-sessions.contract';
import { testPackedTurns } from './packed-turns.contract';
import { testSessionIndex } from './session-index.contract';
import { testSessionLimits } from './session-limits.contract';
import { testSessionNotifications } from './session-notifications.contract';
import type { OpenSessionStore, SessionStoreSettings, SessionStoreUnderTest } from './session-store-under-test';
import { testStateBefore } from './state-before.contract';
import { testTimers } from './timers.contract';
import { aCommit, applyTurn, toHexRecord } from './turn-driver';
import { testTurnFeed } from './turn-feed.contract';
import { testTurnHistory } from './turn-history.contract';
import { testUnsafeIds } from './unsafe-ids.contract';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

/** Defines the tests for every SessionStore. */
export function testSessionStore(open: OpenSessionStore): void {
  describe('sessions and turns', () => testTurns(open));
  describe('state before the last turn', () => testStateBefore(open));
  describe('turn history', () => testTurnHistory(open));
  describe('packed turns', () => testPackedTurns(open));
  describe('size limits', () => testSessionLimits(open));
  describe('imported sessions', () => testImportedSessions(open));
  describe('unsafe ids', () => testUnsafeIds(open));
  describe('change notifications', () => testSessionNotifications(open));
  describe('feed', () => testTurnFeed(open));
  describe('index', () => testSessionIndex(open));
  describe('timers', () => testTimers(open));
}

function testTurns(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let store: SessionStore;

  const openStore = async (settings: SessionStoreSettings = { turnLimits: { recordedTurns: 1_000 } }) => {
    storeUnderTest = await open(settings);
    store = storeUnderTest.store;
  };
  const createTurnIds = (count: number) => Array.from({ length: count }, (_, index) => uuid(100 + index));
  const applyAll = async (turnIds: readonly string[]) => {
    for (const turnId of turnIds) await applyTurn(store, key, turnId);
  };

  afterEach(() => storeUnderTest.close());

  describe('an empty store', () => {
    beforeEach(() => openStore());

    it('has no session and no recorded turn', async () => {
      expect(await store.load(key, uuid(100), unboundedCall)).toEqual({ session: undefined, recordedTurn: undefined });
      expect(await store.read(key, unboundedCall)).toBeUndefined();
      expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toEqual([]);
    });

    it('deletes nothing', async () => {
      expect(await store.delete(key, unboundedCall)).toBe(false);
    });

    it('accepts writes', async () => {
      await expect(store.probe(unboundedCall)).resolves.toBeUndefined();
    });
  });

  describe('commit', () => {
    beforeEach(() => openStore());

    it('stores the session', async () => {
      const before = aSession({
        instances: [anInstance({ variables: new Map([['order_id', 'A-7']]) })],
        variables: new Map([
          ['__proto__', { value: 1, scope: 'CASE', isPersistedResult: false }],
          ['constructor', { value: [null, { deep: 'x' }], scope: 'SESSION', isPersistedResult: true }],
        ]),
      });
      const commit = aCommit(before, uuid(100));
      expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'committed' });
      expect(await store.read(key, unboundedCall)).toEqual(commit.session);
      expect((await store.load(key, uuid(101), unboundedCall)).session).toEqual(commit.session);
    });

    it('records the trace context of a traced turn', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const traceContext = { traceparent, tracestate: 'vendor=value, other=1' };
      const traced = aCommit(aSession(), uuid(100), { traceContext });
      await store.commit(traced, unboundedCall);
      await store.commit(aCommit(traced.session, uuid(101)), unboundedCall);
      const { turns: recorded } = await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall);
      expect(recorded.map((record) => record.traceContext)).toEqual([traceContext, undefined]);
      const [first] = recorded;
      expect(first && toHexRecord(first)).toEqual(toHexRecord(traced.record));
      expect(await store.commit(traced, unboundedCall)).toMatchObject({ kind: 'known', record: { traceContext } });
    });

    it('records the basis of a turn', async () => {
      const basis = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const first = aCommit(aSession(), uuid(100), { basis });
      await store.commit(first, unboundedCall);
      await store.commit(aCommit(first.session, uuid(101)), unboundedCall);
      const { turns: recorded } = await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall);
      expect(recorded.map((record) => record.basis && Buffer.from(record.basis))).toEqual([basis, undefined]);
      expect(recorded.map(toHexRecord)[0]).toEqual(toHexRecord(first.record));
    });

    it('5.1: returns the identical record for a known turn id and changes nothing', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const commit = aCommit(aSession(), uuid(100), { request: bytes, response: Buffer.concat([bytes, bytes]) });
      await store.commit(commit, unboundedCall);
      const outcome = await store.commit(aCommit(commit.session, uuid(100)), unboundedCall);
      expect(outcome.kind === 'known' && toHexRecord(outcome.record)).toEqual(toHexRecord(commit.record));
      expect(await store.read(key, unboundedCall)).toEqual(commit.session);
      expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toHaveLength(1);
    });

    it('checks the turn id before the revision', async () => {
      await applyAll([uuid(100), uuid(101), uuid(102)]);
      const stale = aCommit(aSession(), uuid(101));
      expect(await store.commit(stale, unboundedCall)).toMatchObject({ kind: 'known', record: { revision: 2 } });
    });

    it('returns a conflict with the current session if the revision differs', async () => {
      await applyAll([uuid(100), uuid(101)]);
      const current = await store.read(key, unboundedCall);
      const stale = aCommit(aSession({ revision: 1 }), uuid(102));
      expect(await store.commit(stale, unboundedCall)).toEqual({ kind: 'conflict', session: current });
      const ahead = aCommit(aSession({ revision: 7 }), uuid(102));
      expect(await store.commit(ahead, unboundedCall)).toEqual({ kind: 'conflict', session: current });
      expect(await store.read(key, unboundedCall)).toEqual(current);
    });

    it('returns a conflict without a session if it was deleted', async () => {
      const commit = aCommit(aSession({ revision: 4 }), uuid(100));
      expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'conflict', session: undefined });
      expect(await storeUnderTest.countStored(key)).toBe(0);
    });

    it('returns a conflict if the session was deleted and created again with the same revision', async () => {
      await applyAll([uuid(100)]);
      const deleted = await store.read(key, unboundedCall);
      await store.delete(key, unboundedCall);
      await applyAll([uuid(101)]);
      const current = await store.read(key, unboundedCall);
      const commit = aCommit(deleted ?? aSession(), uuid(102));
      expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'conflict', session: current });
      expect(await store.read(key, unboundedCall)).toEqual(current);
    });

    it('separates sessions with the same id by tenant', async () => {
      const other = { tenantId: uuid(9), sessionId: key.sessionId };
      await applyAll([uuid(100)]);
      expect(await store.read(other, unboundedCall)).toBeUndefined();
      await applyTurn(store, other, uuid(100));
      expect((await store.listTurns({ key: other, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toHaveLength(1);
      expect(await store.delete(other, unboundedCall)).toBe(true);
      expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toHaveLength(1);
    });

    it('accepts large values', async () => {
      const large = Buffer.alloc(1_000_000, 'x');
      const note = { value: large.toString(), scope: 'CASE', isPersistedResult: false } as const;
      const before = aSession({ variables: new Map([['note', note]]) });
      const commit = aCommit(before, uuid(100), { request: large, response: large });
      await store.commit(commit, unboundedCall);
      expect(await store.read(key, unboundedCall)).toEqual(commit.session);
      const { recordedTurn: known } = await store.load(key, uuid(100), unboundedCall);
      const record = known ?? (await store.listTurns({ key, afterRevision: 0, limit: 1 }, unboundedCall)).turns[0];
      expect(record && toHexRecord(record)).toEqual(toHexRecord(commit.record));
    });
  });

  describe('load with skipsCache', () => {
    beforeEach(() => openStore());

    it('returns the recorded turn of a known turn id only', async () => {
      await applyAll([uuid(100), uuid(101)]);
      const [first] = (await store.listTurns({ key, afterRevision: 0, limit: 1 }, unboundedCall)).turns;
      const session = await store.read(key, unboundedCall);
      expect(await store.load(key, uuid(100), unboundedCall, { skipsCache: true })).toEqual({
        session,
        recordedTurn: first,
      });
      expect(await store.load(key, uuid(102), unboundedCall, { skipsCache: true })).toEqual({
        session,
        recordedTurn: undefined,
      });
    });
  });

  describe('concurrent turns', () => {
    beforeEach(() => openStore());

    it('5.3: are all applied, one after the other', async () => {
      const turnIds = createTurnIds(50);
      const outcomes = await Promise.all(turnIds.map((turnId) => applyTurn(store, key, turnId)));
      expect(outcomes.map(({ kind }) => kind)).toEqual(turnIds.map(() => 'committed'));
      const { turns: recorded } = await store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
      expect(recorded.map(({ revision }) => revision)).toEqual(turnIds.map((_, index) => index + 1));
      expect(recorded.map(({ turnId }) => turnId).sort()).toEqual([...turnIds].sort());
      expect((await store.read(key, unboundedCall))?.revision).toBe(50);
    });

    it('are applied once if they have the same id, and the others return its record', async () => {
      const outcomes = await Promise.all(createTurnIds(20).map(() => applyTurn(store, key, uuid(100))));
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
      const [record] = (await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns;
      const others = outcomes.filter(({ kind }) => kind !== 'committed');
      expect(others).toEqual(others.map(() => ({ kind: 'known', record })));
      expect(others).toHaveLength(19);
    });
  });

  describe('listTurns', () => {
    it('lists turns after a revision, oldest first, up to the limit', async () => {
      await openStore();
      await applyAll(createTurnIds(12));
      const listRevisions = async (after: number, limit: number) =>
        (await store.listTurns({ key, afterRevision: after, limit }, unboundedCall)).turns.map(
          ({ revision }) => revision,
        );
      expect(await listRevisions(0, 100)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(await listRevisions(9, 100)).toEqual([10, 11, 12]);
      expect(await listRevisions(3, 2)).toEqual([4, 5]);
      expect(await listRevisions(12, 5)).toEqual([]);
      expect(await listRevisions(0, 0)).toEqual([]);
    });

    it('lists turns up to the size limit, at least one, and reports whether there are more', async () => {
      await openStore();
      let session = aSession(key);
      for (const [turn, bytes] of [100, 100, 100, 500, 1].entries()) {
        const parts = { request: Buffer.alloc(bytes / 2), response: Buffer.alloc(bytes - Math.floor(bytes / 2)) };
        const commit = aCommit(session, uuid(turn), parts);
        await store.commit(commit, unboundedCall);
        session = commit.session;
      }
      const list = async (afterRevision: number, limit: number, maxBytes = Number.MAX_SAFE_INTEGER) => {
        const { turns, hasMore } = await store.listTurns({ key, afterRevision, limit, maxBytes }, unboundedCall);
        return [turns.map(({ revision }) => revision).join(''), hasMore];
      };
      expect(await list(0, 10)).toEqual(['12345', false]);
      expect(await list(0, 5)).toEqual(['12345', false]);
      expect(await list(0, 4)).toEqual(['1234', true]);
      expect(await list(0, 10, 200)).toEqual(['12', true]);
      expect(await list(0, 10, 199)).toEqual(['1', true]);
      expect(await list(2, 10, 200)).toEqual(['3', true]);
      expect(await list(3, 10, 0)).toEqual(['4', true]);
      expect(await list(4, 10, 1)).toEqual(['5', false]);
      expect(await list(5, 10, 1)).toEqual(['', false]);
    });

    it('lists only the latest turns, and a turn id is known while its turn is recorded', async () => {
      await openStore({ turnLimits: { recordedTurns: 5 } });
      await applyAll(createTurnIds(8));
      const { turns: recorded } = await store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
      expect(recorded.map(({ revision }) => revision)).toEqual([4, 5, 6, 7, 8]);
      const retry = async (index: number) => {
        const current = (await store.read(key, unboundedCall)) ?? aSession();
        return (await store.commit(aCommit({ ...current, revision: 1 }, uuid(100 + index)), unboundedCall)).kind;
      };
      // A turn that is no longer recorded counts as new, and its revision conflicts. A recorded turn is known for any revision.
      expect(await Promise.all([retry(2), retry(3), retry(7)])).toEqual(['conflict', 'known', 'known']);
    });

    it('works with a maximum of one recorded turn', async () => {
      await openStore({ turnLimits: { recordedTurns: 1 } });
      await applyAll(createTurnIds(3));
      expect((await store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall)).turns).toMatchObject([
        { revision: 3, turnId: uuid(102) },
      ]);
    });
  });

  describe('a session', () => {
    beforeEach(() => openStore());

    it('expires with its turns and their ids', async () => {
      await applyAll(createTurnIds(3));
      await storeUnderTest.expire(key);
      expect(await store.read(key, unboundedCall)).toBeUndefined();
      expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toEqual([]);
      expect(await store.commit(aCommit(aSession({ revision: 3 }), uuid(200)), unboundedCall)).toEqual({
        kind: 'conflict',
        session: undefined,
      });
      expect(await applyTurn(store, key, uuid(100))).toEqual({ kind: 'committed' });
      expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toMatchObject([
        { revision: 1, turnId: uuid(100) },
      ]);
    });

    it('is deleted with its turns and their ids', async () => {
      await applyAll(createTurnIds(3));
      expect(await storeUnderTest.countStored(key)).toBeGreaterThan(0);
      expect(await storeUnderTest.store.delete(key, unboundedCall)).toBe(true);
      expect(await storeUnderTest.countStored(key)).toBe(0);
      expect((await storeUnderTest.store.load(key, uuid(100), unboundedCall)).session).toBeUndefined();
      expect(await applyTurn(storeUnderTest.store, key, uuid(100))).toEqual({ kind: 'committed' });
      expect((await storeUnderTest.store.read(key, unboundedCall))?.revision).toBe(1);
    });
  });

  describe('a call', () => {
    beforeEach(() => openStore());

    it('has no effect after its deadline', async () => {
      const commit = store.commit(aCommit(aSession(), uuid(100)), callUntil(1));
      await expect(commit).rejects.toMatchObject({ reason: 'DEADLINE' });
      await expect(store.read(key, callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
      await expect(store.delete(key, callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
      expect(await store.read(key, unboundedCall)).toBeUndefined();
    });

    it('has no effect if it is canceled', async () => {
      const commit = store.commit(aCommit(aSession(), uuid(100)), canceledCall);
      await expect(commit).rejects.toMatchObject({ reason: 'CANCELLED' });
      await expect(store.load(key, uuid(100), canceledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
      expect(await store.read(key, unboundedCall)).toBeUndefined();
    });

    it('is rejected after the store is closed, and close is idempotent', async () => {
      await store.close();
      await store.close();
      await expect(store.read(key, unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      await expect(store.probe(unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    });
  });
}
