import { Redis } from 'ioredis';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import { callUntil, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { startReplica } from '../../../support/redis-replica';
import type { RedisServer } from '../../../support/redis-server';
import { aSession, uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { aRelationship } from '../contract/catalogue-under-test';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { ClientsUnderTest } from './clients-under-test';
import { RedisUnderTest } from './redis-under-test';

const key = { tenantId: uuid(1), sessionId: uuid(3) };
const agent = { tenantId: uuid(1), agentId: uuid(2) };
const hasty = { replication: { replicas: 1, timeoutMs: 50 } };
const unknown = { reason: 'COMMIT_UNKNOWN', message: expect.stringContaining('0 of 1 replicas') };

describe('durability "replicated"', () => {
  let redis: RedisUnderTest;
  let replica: RedisServer;
  let replicaAdmin: Redis;
  let clients: ClientsUnderTest;
  beforeAll(async () => {
    redis = await RedisUnderTest.start(['--repl-diskless-sync-delay', '0']);
    replica = await startReplica(redis.server);
    replicaAdmin = new Redis(replica.url);
    const endpoint = { kind: 'single', url: redis.server.url } as const;
    clients = new ClientsUnderTest({ endpoint, replication: { replicas: 1, timeoutMs: 30_000 } });
  });
  afterEach(() => replica.resume());
  afterAll(async () => {
    replicaAdmin.disconnect();
    await clients.close();
    await redis.close();
    await replica.stop();
  });

  it('answers a turn once the replica has it', async () => {
    const keyPrefix = clients.nextPrefix();
    const store = await clients.createStore({ keyPrefix });
    const session = `${keyPrefix}{${key.tenantId}/${key.sessionId}}:session`;
    for (let turn = 1; turn <= 20; turn += 1) {
      await applyTurn(store, key, uuid(turn));
      expect(await replicaAdmin.hget(session, 'r')).toBe(String(turn));
    }
  });

  it('leaves no key behind', async () => {
    const keyPrefix = clients.nextPrefix();
    const store = await clients.createStore({ keyPrefix });
    await applyTurn(store, key, uuid(1));
    await store.delete(key, unboundedCall);
    await eventually(async () => (await redis.admin.keys(`${keyPrefix}*`)).length === 0);
  });

  it.each([
    ['a cache', 100],
    ['no cache', 0],
  ])(
    'without the replica is COMMIT_UNKNOWN also for a turn that is known already, with %s',
    async (_, cachedSessions) => {
      const keyPrefix = clients.nextPrefix();
      const store = await clients.createStore({ keyPrefix, cachedSessions });
      const impatient = await clients.createStore({ keyPrefix, cachedSessions }, hasty);
      await applyTurn(store, key, uuid(1));
      replica.pause();
      await expect(applyTurn(impatient, key, uuid(2))).rejects.toMatchObject(unknown);
      await expect(applyTurn(impatient, key, uuid(2))).rejects.toMatchObject(unknown);
      const again = impatient.commit(aCommit(aSession({ revision: 1 }), uuid(2)), unboundedCall);
      await expect(again).rejects.toMatchObject(unknown);
      replica.resume();
      expect(await applyTurn(store, key, uuid(2))).toMatchObject({ kind: 'known', record: { revision: 2 } });
    },
  );

  it('without the replica still reads, and says that it takes no writes', async () => {
    const store = await clients.createStore({}, hasty);
    replica.pause();
    await expect(applyTurn(store, key, uuid(1))).rejects.toMatchObject(unknown);
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

  it('without the replica is COMMIT_UNKNOWN for whatever else is promised, also when it was done before', async () => {
    const keyPrefix = clients.nextPrefix();
    const store = await clients.createStore({ keyPrefix });
    const impatient = await clients.createStore({ keyPrefix }, hasty);
    const catalogue = new RedisCatalogue(await clients.connect(hasty), { keyPrefix });
    const put = (contentHash: string) =>
      catalogue.put(agent, aDefinition(), { contentHash, storedAt: 1, expectedVersion: undefined }, unboundedCall);
    await applyTurn(store, key, uuid(1));
    const promises = [
      () => impatient.delete(key, unboundedCall),
      () => put('b'),
      () => catalogue.putRelationship(agent, aRelationship(), unboundedCall),
      () => catalogue.deleteRelationship(agent, aRelationship(), unboundedCall),
      () => catalogue.delete(agent, aDefinition().scenarioId, undefined, unboundedCall),
    ];
    replica.pause();
    for (const promise of promises) {
      await expect(promise()).rejects.toMatchObject(unknown);
      await expect(promise()).rejects.toMatchObject(unknown);
    }
    replica.resume();
    expect(await store.delete(key, unboundedCall)).toBe(false);
    expect(await catalogue.load(agent, unboundedCall)).toMatchObject({ scenarios: [], relationships: [] });
  });

  it('waits for a script that the server had to be given first', async () => {
    const store = await clients.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.script('FLUSH');
    const commands = await redis.recordCommands(async () => {
      expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
    });
    expect(commands.filter((name) => name !== 'ping')).toEqual(['evalsha', 'set', 'wait', 'eval', 'set', 'wait']);
  });

  it('shares one wait among all that come while another is under way', async () => {
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

  it('does not hold a call beyond its deadline, and never sends what nobody waits for any more', async () => {
    const patient = await clients.connect({ replication: { replicas: 1, timeoutMs: 60_000 } });
    const store = clients.createStoreOn(patient);
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

  it('refuses a turn that Redis refused, for what it said', async () => {
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
