import type { Session, SessionKey } from '../../../../src/core/model/session';
import type { SessionStore, TurnCommit } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

/** Defines the tests of the state before the last turn for every SessionStore (section 13). */
export function testStateBefore(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let store: SessionStore;

  beforeEach(async () => {
    storeUnderTest = await open({ turnLimits: { recordedTurns: 1_000 } });
    store = storeUnderTest.store;
  });
  afterEach(() => storeUnderTest.close());

  const load = (turnId = uuid(999)) => store.load(key, turnId, unboundedCall, { includesStateBefore: true });
  const commit = async (previous: Session, turn: number, parts: Partial<TurnCommit> = {}) => {
    const turnCommit = { ...aCommit(previous, uuid(turn)), ...parts };
    expect(await store.commit(turnCommit, unboundedCall)).toEqual({ kind: 'committed' });
    return turnCommit.session;
  };

  it('13: is the session that the commit replaced', async () => {
    const first = await commit(aSession({ instances: [anInstance()] }), 100);
    const second = await commit(first, 101);
    expect(await load()).toEqual({ session: second, recordedTurn: undefined, stateBefore: { session: first } });
  });

  it('13: is no session if the first turn created it', async () => {
    await commit(aSession(), 100);
    expect((await load()).stateBefore).toEqual({ session: undefined });
  });

  it('13: is the imported session before the first turn of an import', async () => {
    const imported = aSession({ importedFrom: 'a record', turnCount: 7 });
    await store.create(imported, unboundedCall);
    expect((await load()).stateBefore).toBeUndefined();
    await commit(imported, 100);
    expect((await load()).stateBefore).toEqual({ session: imported });
  });

  it('13: is the given session of a turn that supersedes another one', async () => {
    const first = await commit(aSession(), 100);
    const second = await commit(first, 101);
    const base = { ...first, revision: 2, turnCount: 5 };
    const third = await commit(second, 102, { stateBefore: base });
    expect(await load()).toEqual({ session: third, recordedTurn: undefined, stateBefore: { session: base } });
    const fourth = await commit(third, 103);
    expect(await load()).toMatchObject({ session: fourth, stateBefore: { session: third } });
  });

  it('13: is not kept for a turn that cannot be superseded', async () => {
    const first = await commit(aSession(), 100);
    const second = await commit(first, 101, { isSupersedable: false });
    expect((await load()).stateBefore).toBeUndefined();
    await commit(second, 102);
    expect((await load()).stateBefore).toEqual({ session: second });
  });

  it('13: does not change if a commit conflicts or its turn is known', async () => {
    const first = await commit(aSession(), 100);
    await commit(first, 101);
    const stale = { ...aCommit(first, uuid(102)), isSupersedable: false };
    expect((await store.commit(stale, unboundedCall)).kind).toBe('conflict');
    const known = { ...aCommit(first, uuid(101)), stateBefore: aSession({ turnCount: 9 }) };
    expect((await store.commit(known, unboundedCall)).kind).toBe('known');
    expect((await load()).stateBefore).toEqual({ session: first });
  });

  it('13: is loaded with the recorded turn, and only on request', async () => {
    const first = await commit(aSession(), 100);
    await commit(first, 101);
    expect(await load(uuid(100))).toMatchObject({
      recordedTurn: { turnId: uuid(100) },
      stateBefore: { session: first },
    });
    expect((await store.load(key, uuid(100), unboundedCall, { skipsCache: true })).stateBefore).toBeUndefined();
    expect((await store.load(key, uuid(100), unboundedCall)).stateBefore).toBeUndefined();
    expect(await store.read(key, unboundedCall)).not.toHaveProperty('stateBefore');
  });

  it('13: is deleted and expires with the session', async () => {
    await commit(aSession(), 100);
    await store.delete(key, unboundedCall);
    expect(await load()).toEqual({ session: undefined, recordedTurn: undefined });
    expect(await storeUnderTest.countStored(key)).toBe(0);
    store = storeUnderTest.store;
    await commit(await commit(aSession(), 100), 101);
    await storeUnderTest.expire(key);
    expect(await load()).toEqual({ session: undefined, recordedTurn: undefined });
    await commit(aSession(), 102, { isSupersedable: false });
    expect((await load()).stateBefore).toBeUndefined();
  });
}
