import { Redis } from 'ioredis';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import type { RedisProcess } from '../../../../tools/redis/redis-process';
import { callUntil, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { startReplica } from '../../../support/redis-replica';
import { aSession, uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { aRelationship } from '../contract/catalogue-under-test';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { ClientsUnderTest } from './clients-under-test';
import { RedisUnderTest } from './redis-under-test';
import { keysUnder } from './session-store-under-test';

const key = { tenantId: uuid(1), sessionId: uuid(3) };
const agent = { tenantId: uuid(1), agentId: uuid(2) };
const shortTimeout = { replication: { replicas: 1, timeoutMs: 50 } };
const notReplicated = { reason: 'COMMIT_UNKNOWN', message: expect.stringContaining('0 of 1 replicas') };

describe('durability "replicated"', () => {
  let redis: RedisUnderTest;
  let replica: RedisProcess;
  let replicaAdmin: Redis;
  let clients: ClientsUnderTest;
  beforeAll(async () => {
    redis = await RedisUnderTest.start(['--repl-diskless-sync-delay', '0']);
    replica = await startReplica(redis.server);
    replicaAdmin = new Redis(replica.url);
    const endpoint = redis.server.endpoint;
    clients = new ClientsUnderTest({ endpoint, replication: { replicas: 1, timeoutMs: 30_000 } });
  });
  afterEach(() => replica.resume());
  afterAll(async () => {
    replicaAdmin.disconnect();
    await clients.close();
    await redis.close();
    await replica.stop();
  });

  it('acknowledges a turn when the replica has it', async () => {
    const keyPrefix = clients.nextPrefix();
    const store = await clients.createStore({ keyPrefix });
    const session = keysUnder(keyPrefix, key).session;
    for (let turn = 1; turn <= 20; turn += 1) {
      await applyTurn(store, key, uuid(turn));
      expect(await replicaAdmin.hget(session, 'r')).toBe(String(turn));
    }
  });

  it('leaves no marker keys', async () => {
    const keyPrefix = clients.nextPrefix();
    const store = await clients.createStore({ keyPrefix });
    await applyTurn(store, key, uuid(1));
    await store.delete(key, unboundedCall);
    await eventually(async () => (await redis.admin.keys(`${keyPrefix}*:wait`)).length === 0);
  });

  it.each([
    ['a cache', 100],
    ['no cache', 0],
  ])('returns COMMIT_UNKNOWN without the replica, even for a known turn, with %s', async (_, cachedSessions) => {
    const keyPrefix = clients.nextPrefix();
    const store = await clients.createStore({ keyPrefix, cachedSessions });
    const shortTimeoutStore = await clients.createStore({ keyPrefix, cachedSessions }, shortTimeout);
    await applyTurn(store, key, uuid(1));
    replica.pause();
    await expect(applyTurn(shortTimeoutStore, key, uuid(2))).rejects.toMatchObject(notReplicated);
    await expect(applyTurn(shortTimeoutStore, key, uuid(2))).rejects.toMatchObject(notReplicated);
    const again = shortTimeoutStore.commit(aCommit(aSession({ revision: 1 }), uuid(2)), unboundedCall);
    await expect(again).rejects.toMatchObject(notReplicated);
    replica.resume();
    expect(await applyTurn(store, key, uuid(2))).toMatchObject({ kind: 'known', record: { revision: 2 } });
  });

  it('reads without the replica, but the probe fails', async () => {
    const store = await clients.createStore({}, shortTimeout);
    replica.pause();
    await expect(applyTurn(store, key, uuid(1))).rejects.toMatchObject(notReplicated);
    expect((await store.read(key, unboundedCall))?.revision).toBe(1);
    await expect(store.probe(unboundedCall)).rejects.toThrow('0 of 1 replicas');
    replica.resume();
    await eventually(async () =>
      store.probe(unboundedCall).then(
        () => true,
        () => false,
      ),
    );
  });

  it('returns COMMIT_UNKNOWN without the replica for every write, even if it was applied before', async () => {
    const keyPrefix = clients.nextPrefix();
    const store = await clients.createStore({ keyPrefix });
    const shortTimeoutStore = await clients.createStore({ keyPrefix }, shortTimeout);
    const catalogue = new RedisCatalogue(await clients.connect(shortTimeout), { keyPrefix });
    const put = (contentHash: string) =>
      catalogue.put(agent, aDefinition(), { contentHash, storedAt: 1, expectedVersion: undefined }, unboundedCall);
    await applyTurn(store, key, uuid(1));
    const writes = [
      () => shortTimeoutStore.delete(key, unboundedCall),
      () => put('b'),
      () => catalogue.putRelationship(agent, aRelationship(), undefined, unboundedCall),
      () => catalogue.deleteRelationship(agent, aRelationship(), unboundedCall),
      () => catalogue.delete(agent, aDefinition().scenarioId, undefined, unboundedCall),
    ];
    replica.pause();
    for (const write of writes) {
      await expect(write()).rejects.toMatchObject(notReplicated);
      await expect(write()).rejects.toMatchObject(notReplicated);
    }
    replica.resume();
    expect(await store.delete(key, unboundedCall)).toBe(false);
    expect(await catalogue.load(agent, unboundedCall)).toMatchObject({ scenarios: [], relationships: [] });
  });

  it('waits for a script that the server does not have yet', async () => {
    const store = await clients.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.script('FLUSH');
    const commands = await redis.recordCommands(async () => {
      expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
    });
    expect(commands.filter((name) => name !== 'ping')).toEqual(['evalsha', 'set', 'wait', 'eval', 'set', 'wait']);
  });

  it('shares one WAIT among all writes that arrive during another WAIT', async () => {
    const store = await clients.createStore();
    const sessions = Array.from({ length: 50 }, (_, index) => ({ ...key, sessionId: uuid(100 + index) }));
    for (const each of sessions) await store.load(each, uuid(1), unboundedCall);
    const commands = await redis.recordCommands(async () => {
      const outcomes = await Promise.all(
        sessions.map((each) => store.commit(aCommit(aSession(each), uuid(1)), unboundedCall)),
      );
      expect(outcomes).toEqual(sessions.map(() => ({ kind: 'committed' })));
    });
    expect(commands.filter((name) => name === 'wait')).toHaveLength(2);
  });

  it('does not hold a call beyond its deadline or send a write whose call has ended', async () => {
    const connection = await clients.connect({ replication: { replicas: 1, timeoutMs: 60_000 } });
    const store = clients.createStoreOn(connection);
    await applyTurn(store, key, uuid(1));
    replica.pause();
    const turn = (turnId: string) =>
      store.commit(aCommit(aSession({ ...key, revision: 1 }), turnId), callUntil(Date.now() + 50));
    const turns = [turn(uuid(2)), turn(uuid(3))];
    for (const each of turns) await expect(each).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    replica.resume();
    expect(await applyTurn(store, key, uuid(2))).toMatchObject({ kind: 'known' });
    expect(await applyTurn(store, key, uuid(3))).toEqual({ kind: 'committed' });
  });

  it('returns the error of a turn that Redis rejects', async () => {
    const store = await clients.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.config('SET', 'maxmemory', '1');
    await expect(applyTurn(store, key, uuid(2))).rejects.toMatchObject({ reason: 'STORE_FULL' });
    await redis.admin.config('SET', 'maxmemory', '0');
    await redis.admin.config('SET', 'min-replicas-to-write', '2');
    await expect(applyTurn(store, key, uuid(2))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await redis.admin.config('SET', 'min-replicas-to-write', '0');
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
  });
});
