import type { Session, SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { callUntil, canceledCall, unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit, applyTurn } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

/** Creates a session as an import does. */
function anImport(importedFrom = 'a record'): Session {
  return aSession({ instances: [anInstance({ visit: { ...anInstance().visit, enteredRevision: 0 } })], importedFrom });
}

/** Defines the tests of `create` for every SessionStore (section 8). */
export function testImportedSessions(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let store: SessionStore;

  beforeEach(async () => {
    storeUnderTest = await open({ turnLimits: { recordedTurns: 1_000 } });
    store = storeUnderTest.store;
  });
  afterEach(() => storeUnderTest.close());

  it('are stored if there is no session', async () => {
    const session = anImport();
    expect(await store.create(session, unboundedCall)).toEqual({ session, created: true });
    expect(await store.read(key, unboundedCall)).toEqual(session);
    expect(await store.load(key, uuid(100), unboundedCall, { skipsCache: true })).toEqual({
      session,
      recordedTurn: undefined,
    });
    expect(await store.load(key, uuid(100), unboundedCall)).toEqual({ session, recordedTurn: undefined });
    expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toEqual([]);
  });

  it('do not replace an existing session and return it instead', async () => {
    const first = anImport('one record');
    await store.create(first, unboundedCall);
    expect(await store.create(anImport('another record'), unboundedCall)).toEqual({ session: first, created: false });
    await applyTurn(store, key, uuid(100));
    const now = await store.read(key, unboundedCall);
    expect(await store.create(anImport('one record'), unboundedCall)).toEqual({ session: now, created: false });
    expect(now).toMatchObject({ revision: 1, importedFrom: 'one record' });
    expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toHaveLength(1);
  });

  it('are stored once by concurrent imports', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.create(anImport(`record ${index}`), unboundedCall)),
    );
    expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
    const stored = await store.read(key, unboundedCall);
    expect(outcomes.map(({ session }) => session)).toEqual(outcomes.map(() => stored));
  });

  it('accept turns', async () => {
    await store.create(anImport(), unboundedCall);
    const turnIds = Array.from({ length: 10 }, (_, index) => uuid(100 + index));
    const outcomes = await Promise.all(turnIds.map((turnId) => applyTurn(store, key, turnId)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(turnIds.map(() => 'committed'));
    expect(await store.read(key, unboundedCall)).toMatchObject({ revision: 10, importedFrom: 'a record' });
    const again = await store.commit(aCommit(anImport(), uuid(100)), unboundedCall);
    expect(again).toMatchObject({ kind: 'known', record: { turnId: uuid(100) } });
  });

  it('are not overwritten by a turn that expects no session', async () => {
    const session = anImport();
    await store.create(session, unboundedCall);
    const unaware = aCommit(aSession(), uuid(100));
    expect(await store.commit(unaware, unboundedCall)).toEqual({ kind: 'conflict', session });
    expect(await store.read(key, unboundedCall)).toEqual(session);
  });

  it('are not restored by a turn that is committed after a delete', async () => {
    const session = anImport();
    await store.create(session, unboundedCall);
    await store.delete(key, unboundedCall);
    const late = aCommit(session, uuid(100));
    expect(await store.commit(late, unboundedCall)).toEqual({ kind: 'conflict', session: undefined });
    expect(await store.read(key, unboundedCall)).toBeUndefined();
  });

  it('take effect after a delete: a turn that was decided on an earlier import conflicts', async () => {
    const first = anImport('one record');
    await store.create(first, unboundedCall);
    await store.delete(key, unboundedCall);
    const second = anImport('another record');
    await store.create(second, unboundedCall);
    const late = aCommit(first, uuid(100));
    expect(await store.commit(late, unboundedCall)).toEqual({ kind: 'conflict', session: second });
    expect(await store.read(key, unboundedCall)).toEqual(second);
    expect(await store.commit(aCommit(second, uuid(100)), unboundedCall)).toEqual({ kind: 'committed' });
  });

  it('expire and can then be imported again', async () => {
    await store.create(anImport(), unboundedCall);
    await storeUnderTest.expire(key);
    expect(await store.read(key, unboundedCall)).toBeUndefined();
    expect(await store.create(anImport(), unboundedCall)).toMatchObject({ created: true });
  });

  it('replace an expired session without its turns', async () => {
    for (const number of [100, 101, 102]) await applyTurn(store, key, uuid(number));
    await storeUnderTest.expire(key);
    expect(await store.create(anImport(), unboundedCall)).toMatchObject({ created: true });
    expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toEqual([]);
    expect(await applyTurn(store, key, uuid(100))).toEqual({ kind: 'committed' });
    expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toMatchObject([
      { revision: 1, turnId: uuid(100) },
    ]);
  });

  it('are deleted completely', async () => {
    await store.create(anImport(), unboundedCall);
    expect(await store.delete(key, unboundedCall)).toBe(true);
    expect(await storeUnderTest.countStored(key)).toBe(0);
  });

  it('are not created for a call that has ended', async () => {
    await expect(store.create(anImport(), callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
    await expect(store.create(anImport(), canceledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect(await store.read(key, unboundedCall)).toBeUndefined();
  });
}
