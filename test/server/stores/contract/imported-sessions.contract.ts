import type { Session, SessionKey } from '../../../../src/core/model/session';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { callUntil, cancelledCall, unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit, applyTurn } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

/** A session as an import makes it. */
function anImport(importedFrom = 'a record'): Session {
  return aSession({ instances: [anInstance({ visit: { ...anInstance().visit, enteredRevision: 0 } })], importedFrom });
}

/** What every SessionStore must do with sessions that no turn made (section 8). */
export function importedSessionsContract(open: OpenSessionStore): void {
  let tested: SessionStoreUnderTest;
  let store: SessionStore;

  beforeEach(async () => {
    tested = await open({ recordedTurns: 1_000 });
    store = tested.store;
  });
  afterEach(() => tested.close());

  it('are stored where there is none, and read back as they were written', async () => {
    const session = anImport();
    expect(await store.create(session, unboundedCall)).toEqual({ session, created: true });
    expect(await store.read(key, unboundedCall)).toEqual(session);
    expect(await store.load(key, uuid(100), unboundedCall, true)).toEqual({ session, known: undefined });
    expect(await store.load(key, uuid(100), unboundedCall)).toEqual({ session, known: undefined });
    expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toEqual([]);
  });

  it('leave a session alone that is there, imported or made by turns, and give it back', async () => {
    const first = anImport('one record');
    await store.create(first, unboundedCall);
    expect(await store.create(anImport('another record'), unboundedCall)).toEqual({ session: first, created: false });
    await applyTurn(store, key, uuid(100));
    const now = await store.read(key, unboundedCall);
    expect(await store.create(anImport('one record'), unboundedCall)).toEqual({ session: now, created: false });
    expect(now).toMatchObject({ revision: 1, importedFrom: 'one record' });
    expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toHaveLength(1);
  });

  it('at once are stored once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.create(anImport(`record ${index}`), unboundedCall)),
    );
    expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
    const stored = await store.read(key, unboundedCall);
    expect(outcomes.map(({ session }) => session)).toEqual(outcomes.map(() => stored));
  });

  it('take their turns as others do', async () => {
    await store.create(anImport(), unboundedCall);
    const turnIds = Array.from({ length: 10 }, (_, index) => uuid(100 + index));
    const outcomes = await Promise.all(turnIds.map((turnId) => applyTurn(store, key, turnId)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(turnIds.map(() => 'committed'));
    expect(await store.read(key, unboundedCall)).toMatchObject({ revision: 10, importedFrom: 'a record' });
    const again = await store.commit(aCommit(anImport(), uuid(100)), unboundedCall);
    expect(again).toMatchObject({ kind: 'known', record: { turnId: uuid(100) } });
  });

  it('are not overwritten by a turn that was decided on no session', async () => {
    const session = anImport();
    await store.create(session, unboundedCall);
    const blind = aCommit(aSession(), uuid(100));
    expect(await store.commit(blind, unboundedCall)).toEqual({ kind: 'conflict', session });
    expect(await store.read(key, unboundedCall)).toEqual(session);
  });

  it('do not come back by a turn that was decided on them once they are deleted', async () => {
    const session = anImport();
    await store.create(session, unboundedCall);
    await store.delete(key, unboundedCall);
    const late = aCommit(session, uuid(100));
    expect(await store.commit(late, unboundedCall)).toEqual({ kind: 'conflict', session: undefined });
    expect(await store.read(key, unboundedCall)).toBeUndefined();
  });

  it('are gone when their time is over, and may be imported again', async () => {
    await store.create(anImport(), unboundedCall);
    await tested.expire(key);
    expect(await store.read(key, unboundedCall)).toBeUndefined();
    expect(await store.create(anImport(), unboundedCall)).toMatchObject({ created: true });
  });

  it('take the place of a session whose time is over, without its turns', async () => {
    for (const number of [100, 101, 102]) await applyTurn(store, key, uuid(number));
    await tested.expire(key);
    expect(await store.create(anImport(), unboundedCall)).toMatchObject({ created: true });
    expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toEqual([]);
    expect(await applyTurn(store, key, uuid(100))).toEqual({ kind: 'committed' });
    expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toMatchObject([
      { revision: 1, turnId: uuid(100) },
    ]);
  });

  it('are erased by a delete', async () => {
    await store.create(anImport(), unboundedCall);
    expect(await store.delete(key, unboundedCall)).toBe(true);
    expect(await tested.countStored(key)).toBe(0);
  });

  it('are not made for a caller who is gone', async () => {
    await expect(store.create(anImport(), callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
    await expect(store.create(anImport(), cancelledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect(await store.read(key, unboundedCall)).toBeUndefined();
  });
}
