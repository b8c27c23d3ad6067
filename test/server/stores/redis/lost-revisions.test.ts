import type { LostRevision, RedisSessionStore } from '../../../../src/server/stores/redis/redis-session-store';
import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { uuid } from '../../../support/session-builder';
import { applyTurn, aSummary } from '../contract/turn-driver';
import { RedisUnderTest } from './redis-under-test';

jest.setTimeout(60_000);

const key = { tenantId: uuid(1), sessionId: uuid(3) };

let redis: RedisUnderTest;
let losses: unknown[];
beforeEach(async () => {
  redis = await RedisUnderTest.start();
  losses = [];
});
afterEach(() => redis.close());

const onLostRevision = ({ expectedRevision, storedRevision }: LostRevision) =>
  losses.push([expectedRevision, storedRevision]);

/** Creates the stores of two nodes; only losses that the first one finds are recorded. */
async function createNodes(cachedSessions = 100): Promise<readonly [RedisSessionStore, RedisSessionStore]> {
  const keyPrefix = redis.nextPrefix();
  const [here, there] = [
    await redis.createStore({ keyPrefix, cachedSessions, onLostRevision }),
    await redis.createStore({ keyPrefix, cachedSessions }),
  ];
  // Both are subscribed to deletions.
  await eventually(async () => (await redis.admin.pubsub('NUMSUB', `${keyPrefix}deleted-sessions`))[1] === 2);
  return [here, there];
}

async function applyTurns(store: RedisSessionStore, ...turns: readonly number[]): Promise<void> {
  for (const turn of turns) await applyTurn(store, key, uuid(turn));
}

const acceptsWrites = (store: RedisSessionStore) => () =>
  store.probe(unboundedCall).then(
    () => true,
    () => false,
  );

describe('a lost revision is reported', () => {
  it('after FLUSHALL', async () => {
    const [here] = await createNodes();
    await applyTurns(here, 1, 2);
    await redis.admin.flushall();
    await applyTurns(here, 3, 4);
    expect(losses).toEqual([[2, undefined]]);
  });

  it('after a restart with no data, as after a failover to an empty replica', async () => {
    const [here] = await createNodes();
    await applyTurns(here, 1, 2, 3);
    await redis.server.restart();
    await eventually(acceptsWrites(here));
    await applyTurns(here, 4);
    expect(losses).toEqual([[3, undefined]]);
  });

  it('if the store has an older revision, as after a failover to a replica that lags behind', async () => {
    const [here] = await createNodes();
    await applyTurns(here, 1, 2);
    const keys = await redis.admin.keys(`*${key.sessionId}*`);
    const dumps = await Promise.all(keys.map((each) => redis.admin.dumpBuffer(each)));
    await applyTurns(here, 3, 4);
    for (const [index, each] of keys.entries()) {
      await redis.admin.call('RESTORE', each, 0, dumps[index] ?? '', 'REPLACE');
    }
    await applyTurns(here, 5);
    expect(losses).toEqual([[4, 2]]);
  });

  it('if the store has the same revision with another turn', async () => {
    const [here, there] = await createNodes();
    await applyTurns(here, 1, 2);
    await redis.admin.flushall();
    await applyTurns(there, 7, 8);
    await applyTurns(here, 3);
    expect(losses).toEqual([[2, 2]]);
  });

  it('again for a session that was deleted and created again', async () => {
    const [here] = await createNodes();
    await applyTurns(here, 1);
    await here.delete(key, unboundedCall);
    await applyTurns(here, 2);
    await redis.admin.flushall();
    await applyTurns(here, 3);
    expect(losses).toEqual([[1, undefined]]);
  });
});

describe('no lost revision is reported', () => {
  it.each([0, 100])('if another node deletes the session, with %i cached sessions', async (cachedSessions) => {
    const [here, there] = await createNodes(cachedSessions);
    await applyTurns(here, 1, 2);
    await there.delete(key, unboundedCall);
    await applyTurns(there, 3);
    // The notification of the deletion has arrived.
    await eventually(async () => (await here.load(key, uuid(4), unboundedCall)).session?.lastTurnId === uuid(3));
    await applyTurns(here, 4);
    expect(losses).toEqual([]);
  });

  it('if this node deletes the session while it decides a turn', async () => {
    const [here] = await createNodes();
    await applyTurns(here, 1);
    const { session } = await here.load(key, uuid(2), unboundedCall);
    await here.delete(key, unboundedCall);
    if (session === undefined) throw new Error('The session is missing.');
    const record = { revision: 2, turnId: uuid(2), occurredAt: 1, committedAt: 1, request: Buffer.alloc(0) };
    const commit = {
      previousSession: session,
      session: { ...session, revision: 2, lastTurnId: uuid(2) },
      record: { ...record, response: Buffer.alloc(0) },
      stateBefore: 'previous',
      isSupersedable: false,
      summary: aSummary(),
    } as const;
    expect(await here.commit(commit, unboundedCall)).toEqual({ kind: 'conflict', session: undefined });
    expect(losses).toEqual([]);
  });

  it('if another node has committed turns', async () => {
    const [here, there] = await createNodes();
    await applyTurns(here, 1);
    await applyTurns(there, 2, 3);
    await applyTurns(here, 4);
    expect(losses).toEqual([]);
  });
});

it('a node removes a session that another node deletes from its cache', async () => {
  const [here, there] = await createNodes();
  await applyTurns(here, 1);
  await there.delete(key, unboundedCall);
  await eventually(async () => (await here.load(key, uuid(2), unboundedCall)).session === undefined);
});
