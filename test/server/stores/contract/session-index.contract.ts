import fc from 'fast-check';
import type { ScenarioInstance, Session, SessionKey } from '../../../../src/core/model/session';
import {
  type ListSessionsQuery,
  listSessions,
  type ListedSession as PositionedSession,
} from '../../../../src/server/application/list-sessions';
import { getLastMessageAt, getStartedAt } from '../../../../src/server/codec/stored/index-entry';
import { anySession, type SessionFilter } from '../../../../src/server/ports/session-index';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { callUntil, unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import type { OpenSessionStore, SessionStoreSettings, SessionStoreUnderTest } from './session-store-under-test';
import { aCommit, applyTurn } from './turn-driver';
import { readAll } from './turn-feed.contract';

type ListedSession = Omit<PositionedSession, 'position'>;

const tenantId = uuid(1);
const anyQuery: ListSessionsQuery = {
  tenantId,
  filter: anySession,
  startedFrom: undefined,
  startedBefore: undefined,
  idleSince: undefined,
  cursor: '',
  pageSize: 100,
};

const startOfTimes = 1_700_000_000_000;
const agents = [uuid(2), 'agent / %'];
const customers = ['', 'C-7', 'c-7', 'é / {7}\n'];
const steps = ['first', 'second / step', 'a.b%'];

/** Defines the tests of the index that every SessionStore writes. */
export function testSessionIndex(open: OpenSessionStore): void {
  let storeUnderTest: SessionStoreUnderTest;
  afterEach(() => storeUnderTest.close());

  const openStore = async (settings: SessionStoreSettings = {}) => {
    storeUnderTest = await open({ partitions: 3, ...settings });
    return storeUnderTest;
  };
  const list = (query: Partial<ListSessionsQuery> = {}) => listAll(storeUnderTest, { ...anyQuery, ...query });
  const count = () => storeUnderTest.index.count(tenantId, anySession, unboundedCall);

  it('equals a scan of all sessions after random turns, imports, deletions and expiries', async () => {
    const sessions = Array.from({ length: 8 }, (_, number) => ({ tenantId, sessionId: uuid(20 + number) }));
    await fc.assert(
      fc.asyncProperty(fc.array(anOperation, { minLength: 10, maxLength: 30 }), async (operations) => {
        const under = await openStore();
        let turn = 0;
        for (const { kind, session: number, state } of operations) {
          const key = sessions[number % sessions.length] ?? { tenantId, sessionId: uuid(3) };
          turn += 1;
          if (kind === 'turn') await commitState(under.store, key, state, uuid(1_000 + turn));
          else if (kind === 'import')
            await under.store.create(aSession({ ...key, ...state, importedFrom: 'x' }), unboundedCall);
          else if (kind === 'delete') await under.store.delete(key, unboundedCall);
          else if (kind === 'expire') await under.expire(key);
          else await under.sweep();
        }
        expect(await list()).toEqual(await scan(under.store, sessions));
        await under.sweep();
        const stored = await scan(under.store, sessions);
        expect(await list()).toEqual(stored);
        expect(sortCounts(await count())).toEqual(sortCounts(countSessions(stored)));
        for (const { sessionId } of stored) await under.store.delete({ tenantId, sessionId }, unboundedCall);
        expect([await list(), await count()]).toEqual([[], { sessions: 0, instances: [] }]);
        await under.close();
      }),
      { numRuns: 6 },
    );
    await openStore();
  });

  it('selects sessions by each property, alone and together, in pages of any size', async () => {
    const { store } = await openStore();
    const keys = Array.from({ length: 30 }, (_, number) => ({ tenantId, sessionId: uuid(20 + number) }));
    for (const [number, key] of keys.entries())
      await commitState(store, key, toState(number * 7919), uuid(100 + number));
    await commitState(store, { tenantId: uuid(9), sessionId: uuid(20) }, toState(5), uuid(999));
    const all = await scan(store, keys);
    for (const query of createQueries(all)) {
      const expected = all.filter((session) => isExpected(session, query));
      for (const pageSize of [1, 7, 100]) expect(await list({ ...query, pageSize })).toEqual(expected);
    }
  });

  it('has the last message, whether the rest of the entry changes or not', async () => {
    const { store } = await openStore();
    const key = { tenantId, sessionId: uuid(3) };
    const state = { ...toState(1), lastMessageAt: 0 };
    await commitState(store, key, state, uuid(100));
    expect((await list())[0]?.lastMessageAt).toBe(state.createdAt);
    await commitState(store, key, { ...state, lastMessageAt: startOfTimes + 7 }, uuid(101));
    expect((await list())[0]?.lastMessageAt).toBe(startOfTimes + 7);
    expect(await list({ idleSince: startOfTimes + 6 })).toEqual([]);
    expect(await list({ idleSince: startOfTimes + 7 })).toHaveLength(1);
  });

  it('hides an expired session at once, and adds its end to the feed once, when it is swept or begins again', async () => {
    const { store, feed } = await openStore();
    const key = { tenantId, sessionId: uuid(3) };
    await applyTurn(store, key, uuid(100));
    await storeUnderTest.sweep();
    await storeUnderTest.expire(key);
    expect([await list(), (await count()).sessions]).toEqual([[], 1]);
    await applyTurn(store, key, uuid(101));
    expect([(await list()).length, (await count()).sessions]).toEqual([1, 1]);
    await storeUnderTest.expire(key);
    await storeUnderTest.sweep();
    await storeUnderTest.sweep();
    expect([await list(), (await count()).sessions]).toEqual([[], 0]);
    const events = (await readAll(feed)).map(({ event }) => event);
    expect(events.map(({ kind }) => kind)).toEqual(['turn', 'expired', 'turn', 'expired']);
    expect(events[1]).toEqual({ kind: 'expired', sessionId: key.sessionId, committedAt: expect.any(Number) });
  });

  it('forgets a deleted session that had expired, whose end the feed has as a deletion', async () => {
    const { store, feed } = await openStore();
    const key = { tenantId, sessionId: uuid(3) };
    await commitState(store, key, { ...toState(1), customerId: 'C-7' }, uuid(100));
    await storeUnderTest.expire(key);
    expect(await store.delete(key, unboundedCall)).toBe(false);
    expect(await count()).toEqual({ sessions: 0, instances: [] });
    await storeUnderTest.sweep();
    expect((await readAll(feed)).map(({ event }) => event.kind)).toEqual(['turn', 'deleted']);
  });

  it('does nothing for a call that has ended', async () => {
    const { index } = await openStore();
    const query = { tenantId, partition: 0, filter: anySession, after: '', before: '', limit: 1 };
    await expect(index.readPage(query, callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
    await expect(index.count(tenantId, anySession, callUntil(1))).rejects.toMatchObject({ reason: 'DEADLINE' });
  });
}

type State = Pick<Session, 'agentId' | 'customerId' | 'createdAt' | 'lastMessageAt' | 'instances'>;

/** Derives a state from a number. Several states have the same start. */
function toState(seed: number): State {
  const pick = <T>(values: readonly [T, ...T[]], divisor: number): T =>
    values[Math.floor(seed / divisor) % values.length] ?? values[0];
  const instances = Array.from({ length: seed % 4 }, (_, index): ScenarioInstance => {
    const isPaused = (seed >> index) % 2 === 1;
    return anInstance({
      instanceId: uuid(50 + index),
      scenarioId: uuid(11 + index),
      scenarioVersion: 1 + (Math.floor(seed / 3) % 2),
      startNumber: index + 1,
      currentStepId: steps[(seed + index) % steps.length] ?? '',
      status: isPaused ? 'PAUSED' : 'ACTIVE',
      pausedAt: isPaused ? startOfTimes : undefined,
      pauseReason: isPaused ? pick(['IDLE', 'USER_REQUEST'], 5) : undefined,
      waitsFor: pick(['ANSWER', 'NOTHING', 'TIMER'], 2),
    });
  });
  const createdAt = startOfTimes + (Math.floor(seed / 11) % 6) * 1_000;
  return {
    agentId: agents[seed % agents.length] ?? '',
    customerId: customers[Math.floor(seed / 13) % customers.length] ?? '',
    createdAt,
    lastMessageAt: createdAt + (seed % 5) * 1_000,
    instances,
  };
}

const anOperation = fc.record({
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('turn' as const) },
    { weight: 2, arbitrary: fc.constant('import' as const) },
    { weight: 3, arbitrary: fc.constant('delete' as const) },
    { weight: 1, arbitrary: fc.constant('expire' as const) },
    { weight: 1, arbitrary: fc.constant('sweep' as const) },
  ),
  session: fc.nat(1_000),
  state: fc.nat(1_000_000).map(toState),
});

/** Commits a turn that leaves the session in a state. */
async function commitState(store: SessionStore, key: SessionKey, state: State, turnId: string): Promise<void> {
  const { session } = await store.load(key, turnId, unboundedCall, { skipsCache: true });
  const commit = aCommit(session ?? aSession({ ...key, agentId: state.agentId }), turnId);
  const after = { ...commit.session, ...state };
  const outcome = await store.commit({ ...commit, previousSession: session, session: after }, unboundedCall);
  expect(outcome).toEqual({ kind: 'committed' });
}

/** Reads every session, in the order of the index. */
async function scan(store: SessionStore, keys: readonly SessionKey[]): Promise<readonly ListedSession[]> {
  const sessions = await Promise.all(keys.map((key) => store.read(key, unboundedCall)));
  return sessions
    .flatMap((session) => (session === undefined ? [] : [toListed(session)]))
    .sort((a, b) => b.startedAt - a.startedAt || (a.sessionId < b.sessionId ? -1 : 1));
}

function toListed(session: Session): ListedSession {
  const { sessionId, agentId, customerId } = session;
  const instances = session.instances.map((instance) => ({
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    stepId: instance.currentStepId,
    status: instance.status,
    pauseReason: instance.pauseReason,
    waitsFor: instance.waitsFor,
  }));
  const times = { startedAt: getStartedAt(session), lastMessageAt: getLastMessageAt(session) };
  return { sessionId, agentId, customerId, ...times, instances };
}

async function listAll({ index }: SessionStoreUnderTest, query: ListSessionsQuery): Promise<readonly ListedSession[]> {
  const sessions: ListedSession[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page: Awaited<ReturnType<typeof listSessions>> = await listSessions(
      { index, maxResponseBytes: 4_194_304 },
      { ...query, cursor },
      unboundedCall,
    );
    expect(page.items.length).toBeLessThanOrEqual(query.pageSize);
    for (const { position: _, ...session } of page.items) sessions.push(session);
    cursor = page.nextCursor;
  }
  return sessions;
}

function createQueries(all: readonly ListedSession[]): readonly Partial<ListSessionsQuery>[] {
  const one = all.find(({ instances, customerId }) => instances.length > 1 && customerId !== '');
  const [first, second] = one?.instances ?? [];
  if (one === undefined || first === undefined || second === undefined) throw new Error('The states are too simple.');
  const filters: Partial<SessionFilter>[] = [
    { agentId: one.agentId },
    { customerId: one.customerId },
    { customerId: 'unknown' },
    { scenarioId: second.scenarioId },
    { scenarioVersion: 2 },
    { stepId: 'a.b%' },
    { stepId: 'a.b' },
    { status: 'PAUSED' },
    { pauseReason: 'IDLE' },
    { waitsFor: 'TIMER' },
    { waitsFor: 'NOTHING' },
    // One instance must have both.
    { scenarioId: first.scenarioId, stepId: second.stepId },
    { ...second, agentId: one.agentId, customerId: one.customerId },
  ];
  const times = { startedFrom: startOfTimes + 1_000, startedBefore: startOfTimes + 4_000 };
  return [
    ...filters.map((parts) => ({ filter: { ...anySession, ...parts } })),
    {},
    times,
    { startedFrom: startOfTimes + 5_000 },
    { startedBefore: startOfTimes },
    { idleSince: startOfTimes + 4_000 },
    { ...times, idleSince: startOfTimes + 5_000, filter: { ...anySession, status: 'ACTIVE' } },
  ];
}

function isExpected(session: ListedSession, query: Partial<ListSessionsQuery>): boolean {
  const { startedFrom = 0, startedBefore = Infinity, idleSince = Infinity, filter = anySession } = query;
  const { agentId, customerId, ...instanceFilter } = filter;
  const wanted = Object.entries(instanceFilter).filter(
    ([, value]) => value !== undefined && value !== '' && value !== 0,
  );
  const isInTime =
    session.startedAt >= startedFrom && session.startedAt < startedBefore && session.lastMessageAt <= idleSince;
  const isOwned =
    (agentId === '' || agentId === session.agentId) && (customerId === '' || customerId === session.customerId);
  const hasInstance =
    wanted.length === 0 ||
    session.instances.some((instance) => wanted.every(([name, value]) => Reflect.get(instance, name) === value));
  return isInTime && isOwned && hasInstance;
}

type Counts = Awaited<ReturnType<SessionStoreUnderTest['index']['count']>>;

/** Counts listed sessions as the index does. */
function countSessions(sessions: readonly ListedSession[]): Counts {
  const counts = new Map<string, Counts['instances'][number]>();
  for (const { agentId, instances } of sessions) {
    for (const { scenarioId, scenarioVersion, stepId, status } of instances) {
      const counted = { agentId, scenarioId, scenarioVersion, stepId, status };
      const key = JSON.stringify(counted);
      counts.set(key, { ...counted, count: (counts.get(key)?.count ?? 0) + 1 });
    }
  }
  return { sessions: sessions.length, instances: [...counts.values()] };
}

function sortCounts({ sessions, instances }: Counts) {
  const lines = instances.map((each) =>
    JSON.stringify([each.agentId, each.scenarioId, each.scenarioVersion, each.stepId, each.status, each.count]),
  );
  return { sessions, instances: lines.sort() };
}
