import type { Session, SessionKey } from '../../src/domain/session';
import type { SessionStore } from '../../src/ports/session-store';
import { givenUp, unhurried, until } from '../support/calls';
import { anInstance, aSession, uuid } from '../support/session-builder';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit, applyTurn } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

/** A session as an import makes it. */
function anImport(importedFrom = 'a record'): Session {
  return aSession({ instances: [anInstance({ visit: { ...anInstance().visit, enteredRevision: 0 } })], importedFrom });
}

/** What every SessionStore must do with sessions that no turn made (section 8). */
export function sessionImportsContract(open: OpenSessionStore): void {
  let tested: SessionStoreUnderTest;
  let store: SessionStore;

  beforeEach(async () => {
    tested = await open({ recordedTurns: 1_000 });
    store = tested.store;
  });
  afterEach(() => tested.close());

  it('are stored where there is none, and read back as they were written', async () => {
    const session = anImport();
    expect(await store.create(session, unhurried)).toEqual({ session, created: true });
    expect(await store.read(key, unhurried)).toEqual(session);
    expect(await store.load(key, uuid(100), unhurried, true)).toEqual({ session, known: undefined });
    expect(await store.load(key, uuid(100), unhurried)).toEqual({ session, known: undefined });
    expect((await store.listTurns(key, 0, 10, unhurried)).turns).toEqual([]);
  });

  it('leave a session alone that is there, imported or made by turns, and give it back', async () => {
    const first = anImport('one record');
    await store.create(first, unhurried);
    expect(await store.create(anImport('another record'), unhurried)).toEqual({ session: first, created: false });
    await applyTurn(store, key, uuid(100));
    const now = await store.read(key, unhurried);
    expect(await store.create(anImport('one record'), unhurried)).toEqual({ session: now, created: false });
    expect(now).toMatchObject({ revision: 1, importedFrom: 'one record' });
    expect((await store.listTurns(key, 0, 10, unhurried)).turns).toHaveLength(1);
  });

  it('at once are stored once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.create(anImport(`record ${index}`), unhurried)),
    );
    expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
    const stored = await store.read(key, unhurried);
    expect(outcomes.map(({ session }) => session)).toEqual(outcomes.map(() => stored));
  });

  it('take their turns as others do', async () => {
    await store.create(anImport(), unhurried);
    const turnIds = Array.from({ length: 10 }, (_, index) => uuid(100 + index));
    const outcomes = await Promise.all(turnIds.map((turnId) => applyTurn(store, key, turnId)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(turnIds.map(() => 'committed'));
    expect(await store.read(key, unhurried)).toMatchObject({ revision: 10, importedFrom: 'a record' });
    const again = await store.commit(aCommit(anImport(), uuid(100)), unhurried);
    expect(again).toMatchObject({ kind: 'known', record: { turnId: uuid(100) } });
  });

  it('are not overwritten by a turn that was decided on no session', async () => {
    const session = anImport();
    await store.create(session, unhurried);
    const blind = aCommit(aSession(), uuid(100));
    expect(await store.commit(blind, unhurried)).toEqual({ kind: 'conflict', session });
    expect(await store.read(key, unhurried)).toEqual(session);
  });

  it('do not come back by a turn that was decided on them once they are deleted', async () => {
    const session = anImport();
    await store.create(session, unhurried);
    await store.delete(key, unhurried);
    const late = aCommit(session, uuid(100));
    expect(await store.commit(late, unhurried)).toEqual({ kind: 'conflict', session: undefined });
    expect(await store.read(key, unhurried)).toBeUndefined();
  });

  it('are gone when their time is over, and may be imported again', async () => {
    await store.create(anImport(), unhurried);
    await tested.expire(key);
    expect(await store.read(key, unhurried)).toBeUndefined();
    expect(await store.create(anImport(), unhurried)).toMatchObject({ created: true });
  });

  it('take the place of a session whose time is over, without its turns', async () => {
    for (const number of [100, 101, 102]) await applyTurn(store, key, uuid(number));
    await tested.expire(key);
    expect(await store.create(anImport(), unhurried)).toMatchObject({ created: true });
    expect((await store.listTurns(key, 0, 10, unhurried)).turns).toEqual([]);
    expect(await applyTurn(store, key, uuid(100))).toEqual({ kind: 'committed' });
    expect((await store.listTurns(key, 0, 10, unhurried)).turns).toMatchObject([{ revision: 1, turnId: uuid(100) }]);
  });

  it('are erased by a delete', async () => {
    await store.create(anImport(), unhurried);
    expect(await store.delete(key, unhurried)).toBe(true);
    expect(await tested.stored(key)).toBe(0);
  });

  it('are not made for a caller who is gone', async () => {
    await expect(store.create(anImport(), until(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
    await expect(store.create(anImport(), givenUp)).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect(await store.read(key, unhurried)).toBeUndefined();
  });
}
