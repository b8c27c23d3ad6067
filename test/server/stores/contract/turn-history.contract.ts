import type { Session, SessionKey } from '../../../../src/core/model/session';
import type { SessionStore, TurnCommit, TurnSelector } from '../../../../src/server/ports/session-store';
import { maxHistoryBytes, maxKeptStateBytes } from '../../../../src/server/ports/turn-history';
import { unboundedCall } from '../../../support/calls';
import { aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreSettings, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit, toHexRecord } from './turn-driver';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

/** Defines the tests of `readTurnHistory` for every SessionStore. */
export function testTurnHistory(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  let store: SessionStore;
  /** What was committed, in order. */
  let commits: TurnCommit[];

  const openStore = async (settings: SessionStoreSettings = { turnLimits: { recordedTurns: 1_000 } }) => {
    storeUnderTest = await open(settings);
    store = storeUnderTest.store;
    commits = [];
  };
  afterEach(() => storeUnderTest.close());

  const commitOne = async (previous: Session, parts: Partial<TurnCommit> = {}): Promise<Session> => {
    const commit = { ...aCommit(previous, uuid(100 + previous.revision + 1)), ...parts };
    expect(await store.commit(commit, unboundedCall)).toEqual({ kind: 'committed' });
    commits.push(commit);
    return commit.session;
  };
  const commitUntil = async (revision: number, from: Session = aSession()): Promise<Session> => {
    let session = from;
    while (session.revision < revision) session = await commitOne(session);
    return session;
  };
  const read = (turn: TurnSelector) => store.readTurnHistory(key, turn, unboundedCall);
  /** Describes a history as the revision of its state and those of its turns. */
  const describeHistory = async (turn: TurnSelector) => {
    const history = await read(turn);
    const { start, turns } = history ?? { start: undefined, turns: [] };
    const records = turns.map(toHexRecord);
    expect(records).toEqual(records.map(({ revision }) => toHexRecord(requireCommit(revision).record)));
    const state = start === undefined ? 'none' : (start.session?.revision ?? 'empty');
    return [state, `${turns[0]?.revision}-${turns.at(-1)?.revision}`, turns.length];
  };
  const requireCommit = (revision: number): TurnCommit => {
    const commit = commits.find(({ record }) => record.revision === revision);
    if (commit === undefined) throw new Error(`No commit led to revision ${revision}.`);
    return commit;
  };

  it('starts with the state before the first turn, and before every 16th turn after it', async () => {
    await openStore();
    await commitUntil(40);
    expect(await describeHistory({ revision: 1 })).toEqual(['empty', '1-1', 1]);
    expect(await describeHistory({ revision: 16 })).toEqual(['empty', '1-16', 16]);
    expect(await describeHistory({ revision: 17 })).toEqual([16, '17-17', 1]);
    expect(await describeHistory({ revision: 31 })).toEqual([16, '17-31', 15]);
    expect(await describeHistory({ revision: 40 })).toEqual([32, '33-40', 8]);
    expect((await read({ revision: 20 }))?.start).toEqual({ session: requireCommit(16).session });
  });

  it('finds a turn by its id', async () => {
    await openStore();
    await commitUntil(18);
    expect(await describeHistory({ turnId: uuid(118) })).toEqual([16, '17-18', 2]);
  });

  it('is undefined for a turn that is not recorded', async () => {
    await openStore();
    expect(await read({ revision: 1 })).toBeUndefined();
    await commitUntil(3);
    const others = [{ revision: 0 }, { revision: 4 }, { turnId: uuid(999) }];
    expect(await Promise.all(others.map(read))).toEqual([undefined, undefined, undefined]);
  });

  it('starts with the imported session after an import', async () => {
    await openStore();
    const imported = aSession({ importedFrom: 'a record', turnCount: 7 });
    await store.create(imported, unboundedCall);
    await commitUntil(2, imported);
    expect((await read({ revision: 2 }))?.start).toEqual({ session: imported });
  });

  it('13: starts with the state that a superseding turn was decided on, whether the turn can be superseded or not', async () => {
    await openStore();
    const last = await commitUntil(16);
    const base = { ...last, turnCount: 3 };
    const superseding = await commitOne(last, { stateBefore: base, isSupersedable: false });
    expect((await read({ revision: 17 }))?.start).toEqual({ session: base });
    await commitUntil(32, superseding);
    const second = { ...requireCommit(31).session, revision: 32, turnCount: 4 };
    await commitOne(requireCommit(32).session, { stateBefore: second, isSupersedable: true });
    expect((await read({ revision: 33 }))?.start).toEqual({ session: second });
  });

  it('13: has the superseded turn before the turn that superseded it', async () => {
    await openStore();
    const last = await commitUntil(4);
    await commitOne(last, { stateBefore: { ...requireCommit(3).session, revision: 4 } });
    expect(await describeHistory({ revision: 5 })).toEqual(['empty', '1-5', 5]);
  });

  it('has the requested turn alone if the state before the oldest turn is not recorded any more', async () => {
    await openStore({ turnLimits: { recordedTurns: 10 } });
    await commitUntil(20);
    expect(await describeHistory({ revision: 15 })).toEqual(['none', '15-15', 1]);
    expect(await describeHistory({ revision: 20 })).toEqual([16, '17-20', 4]);
    expect(await read({ revision: 10 })).toBeUndefined();
    await commitUntil(40, requireCommit(20).session);
    expect(await describeHistory({ revision: 35 })).toEqual([32, '33-35', 3]);
    expect(await describeHistory({ revision: 32 })).toEqual(['none', '32-32', 1]);
  });

  it('does not start with a state that is too large, but with an earlier one, at most 64 turns before', async () => {
    await openStore();
    const first = await commitUntil(15);
    const note = { value: 'x'.repeat(maxKeptStateBytes), scope: 'SESSION', isPersistedResult: false } as const;
    const { session } = aCommit(first, uuid(116));
    const withLargeState = await commitOne(first, { session: { ...session, variables: new Map([['note', note]]) } });
    await commitUntil(66, withLargeState);
    expect(await describeHistory({ revision: 16 })).toEqual(['empty', '1-16', 16]);
    expect(await describeHistory({ revision: 17 })).toEqual(['empty', '1-17', 17]);
    expect(await describeHistory({ revision: 64 })).toEqual(['empty', '1-64', 64]);
    expect(await describeHistory({ revision: 65 })).toEqual(['none', '65-65', 1]);
  });

  it('has the requested turn alone if the turns before it are too large', async () => {
    await openStore();
    const large = { request: Buffer.alloc(maxHistoryBytes / 2), response: Buffer.alloc(maxHistoryBytes / 2) };
    let session = await commitUntil(1);
    for (const turn of [2, 3]) {
      const { record, ...commit } = aCommit(session, uuid(100 + turn));
      session = await commitOne(session, { ...commit, record: { ...record, ...large } });
    }
    expect(await describeHistory({ revision: 2 })).toEqual(['empty', '1-2', 2]);
    expect(await describeHistory({ revision: 3 })).toEqual(['none', '3-3', 1]);
  });

  it('is deleted and expires with the session', async () => {
    await openStore();
    await commitUntil(18);
    await storeUnderTest.expire(key);
    expect(await read({ revision: 18 })).toBeUndefined();
    await commitUntil(2);
    expect(await describeHistory({ revision: 2 })).toEqual(['empty', '1-2', 2]);
    await store.delete(key, unboundedCall);
    expect(await read({ revision: 2 })).toBeUndefined();
    expect(await storeUnderTest.countStored(key)).toBe(0);
  });
}
