import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionKey } from '../../../../src/core/model/session';
import { encodeSession } from '../../../../src/server/codec/stored/stored-values';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { type ConvertibleStore, convertStore } from '../../../../src/server/stores/redis/convert-store';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import type { RedisConnection } from '../../../../src/server/stores/redis/redis-connection';
import { defaultPartitions, getLayoutKey, getSessionKeys } from '../../../../src/server/stores/redis/redis-keys';
import { RedisSessionIndex } from '../../../../src/server/stores/redis/redis-session-index';
import { ServerStartError, startBuiltServer } from '../../../support/built-server';
import { unboundedCall } from '../../../support/calls';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import { aCommit, applyTurn, toHexRecord } from '../contract/turn-driver';
import { expectRecordedCatalogue, recordedKey } from '../recorded/operations';
import { ClientsUnderTest } from './clients-under-test';
import { orchestratorUser, readDocumentedAcl } from './full-workload';
import { type RecordedKeys, restoreKeys } from './recorded-keys';
import { RedisUnderTest } from './redis-under-test';

interface RecordedSession {
  readonly key: SessionKey;
  readonly state: string;
  readonly turns: readonly ReturnType<typeof toHexRecord>[];
}

// Written by the last release before partitions: six sessions with 1 to 25 turns, most of them in blocks, an imported session without
// turns, and a catalogue.
const recorded: RecordedKeys & { readonly sessions: readonly RecordedSession[] } = JSON.parse(
  readFileSync(join(__dirname, '..', 'recorded', 'earlier-layout.json'), 'utf8'),
);
const keySpace = { prefix: 'so:', partitions: defaultPartitions };
const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };

describe('the layout of a store', () => {
  let redis: RedisUnderTest;
  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  beforeEach(() => redis.admin.flushall());
  afterAll(() => redis.close());

  const openStore = (partitions = defaultPartitions) =>
    redis.createStore({ keyPrefix: keySpace.prefix, partitions, cachedSessions: 0 });
  const restore = () => restoreKeys(redis.admin, recorded);
  const convert = async (store: ConvertibleStore, options: { partitions?: number; isDryRun?: boolean } = {}) =>
    convertStore(
      store,
      {
        keySpace: { ...keySpace, partitions: options.partitions ?? defaultPartitions },
        isDryRun: options.isDryRun ?? false,
        now: Date.now(),
      },
      unboundedCall,
    );
  const describeKey = () => redis.admin.hgetall(getLayoutKey(keySpace.prefix));

  describe('a new store', () => {
    it('has the number of partitions of its first node', async () => {
      await applyTurn(await openStore(16), key, uuid(1));
      expect(await describeKey()).toEqual({ layout: '3', partitions: '16' });
      const store = await openStore(16);
      expect((await store.read(key, unboundedCall))?.revision).toBe(1);
      await expect((await openStore(17)).read(key, unboundedCall)).rejects.toMatchObject({
        reason: 'STORE_UNAVAILABLE',
        message: expect.stringContaining('set redis.partitions = 16'),
      });
    });

    it('is described by one of the nodes that start at the same time with different settings', async () => {
      const stores = await Promise.all([8, 9, 10].map(openStore));
      const outcomes = await Promise.allSettled(stores.map((store) => store.read(key, unboundedCall)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('may be in a Redis with keys of others, and with scenarios', async () => {
      await restoreKeys(redis.admin, { streams: {}, hashes: { 'other:{a/b}:session': { s: '' } } });
      await new RedisCatalogue(await redis.connect(), { keyPrefix: keySpace.prefix }).revision(
        { tenantId: uuid(1), agentId: uuid(2) },
        unboundedCall,
      );
      expect(await applyTurn(await openStore(), key, uuid(1))).toEqual({ kind: 'committed' });
    });

    it('of a newer layout is refused', async () => {
      await redis.admin.hset(getLayoutKey(keySpace.prefix), 'layout', '4', 'partitions', '256');
      await expect((await openStore()).read(key, unboundedCall)).rejects.toThrow('newer release');
    });
  });

  describe('a store of an earlier release', () => {
    it('is refused with the command that converts it, and nothing is written', async () => {
      await restore();
      const before = (await redis.admin.keys('*')).sort();
      const store = await openStore();
      await expect(applyTurn(store, key, uuid(1))).rejects.toThrow(
        'Stop all nodes and run `scenario-orchestrator convert`',
      );
      await expect(store.probe(unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      expect((await redis.admin.keys('*')).sort()).toEqual(before);
    });

    it('prevents the start of the service', async () => {
      await restore();
      const error: unknown = await startBuiltServer({ ORCHESTRATOR__REDIS__URL: redis.server.url }).then(
        (server) => server.stop(),
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ServerStartError);
      expect(error).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('scenario-orchestrator convert') });
    });

    it('has the same sessions, turns, ids and times to live after a conversion', async () => {
      await restore();
      const ttlKey = 'so:{tenant/session%20%2F%20of%20%7Bone%7D}:session';
      expect(await redis.admin.pexpire(ttlKey, 3_000_000)).toBe(1);
      const connection = await redis.connect();
      expect(await convert(connection, { isDryRun: true })).toEqual({ sessions: 7, indexed: 7, partitions: undefined });
      expect(await describeKey()).toEqual({});
      expect(await convert(connection)).toEqual({ sessions: 7, indexed: 7, partitions: 256 });
      const ttl = await redis.admin.pttl(getSessionKeys(keySpace, recordedKey).session);
      expect(ttl).toBeGreaterThan(2_000_000);
      expect(ttl).toBeLessThanOrEqual(3_000_000);
      await expectConverted();
      await expectRecordedCatalogue(new RedisCatalogue(connection, { keyPrefix: keySpace.prefix }));
      expect(await convert(connection)).toEqual({ sessions: 0, indexed: 0, partitions: 256 });
    });

    it('is refused while its conversion is interrupted, wherever it was, and is complete after the next one', async () => {
      await restore();
      const connection = await redis.connect();
      const complete = new InterruptedStore(connection, Number.POSITIVE_INFINITY);
      await convert(complete);
      const commands = complete.calls;
      expect(commands).toBeGreaterThan(7 * 5);
      for (let interruptedAt = 1; interruptedAt < commands; interruptedAt += 1) {
        await redis.admin.flushall();
        await restore();
        await expect(convert(new InterruptedStore(connection, interruptedAt))).rejects.toThrow('interrupted');
        const refused = await openStore();
        await expect(refused.read(key, unboundedCall)).rejects.toThrow('scenario-orchestrator convert');
        await refused.close();
        if (interruptedAt > 3) await expect(convert(connection, { partitions: 8 })).rejects.toThrow('= 256');
        await convert(connection);
        await expectConverted();
      }
    });

    it('is converted by a user with the documented permissions', async () => {
      await restore();
      await redis.admin.call('ACL', ...readDocumentedAcl(), '+dump', '+restore');
      const clients = new ClientsUnderTest({ endpoint: { ...redis.server.endpoint, login: orchestratorUser } });
      await convert(await clients.connect());
      await expectConverted();
      await clients.close();
    });
  });

  describe('a store without an index', () => {
    const keys = Array.from({ length: 40 }, (_, number) => ({ tenantId: uuid(1), sessionId: uuid(20 + number) }));
    const openIndex = async () => new RedisSessionIndex(await redis.connect(), keySpace, { clock: Date });
    const count = async () => (await openIndex()).count(uuid(1), { agentId: '', scenarioId: '' }, unboundedCall);

    /** Removes what a version without an index does not write. */
    async function restoreUnindexed(): Promise<void> {
      const store = await openStore();
      for (const each of keys) await commitWithInstance(store, each);
      await store.close();
      for (const each of keys) {
        const { session, partition } = getSessionKeys(keySpace, each);
        await redis.admin.hdel(session, 'm');
        const counters = (await redis.admin.hkeys(partition.count)).filter((field) => field !== 'feed');
        if (counters.length > 0) await redis.admin.hdel(partition.count, ...counters);
        await redis.admin.del(partition.index, partition.order, partition.expiry);
      }
      await redis.admin.hset(getLayoutKey(keySpace.prefix), 'layout', '2');
    }

    it('is refused, and has the index that it would have had after a conversion, interrupted or not', async () => {
      const written = await openStore();
      for (const each of keys) await commitWithInstance(written, each);
      await written.close();
      const expected = await count();
      expect(expected).toMatchObject({ sessions: 40, instances: [{ count: 40 }] });
      await redis.admin.flushall();
      await restoreUnindexed();
      await expect((await openStore()).read(keys[0] ?? key, unboundedCall)).rejects.toThrow(
        'has no index of its sessions. Stop all nodes and run `scenario-orchestrator convert`',
      );
      const connection = await redis.connect();
      expect(await convert(connection, { isDryRun: true })).toEqual({ sessions: 0, indexed: 40, partitions: 256 });
      await expect(convert(new InterruptedStore(connection, 50))).rejects.toThrow('interrupted');
      await expect((await openStore()).read(key, unboundedCall)).rejects.toThrow('was not completed');
      expect(await convert(connection)).toEqual({ sessions: 0, indexed: 40, partitions: 256 });
      expect(await count()).toEqual(expected);
      const store = await openStore();
      for (const each of keys) await applyTurn(store, each, uuid(999));
      for (const each of keys) await store.delete(each, unboundedCall);
      expect(await count()).toEqual({ sessions: 0, instances: [] });
    });
  });

  /** Checks every recorded session, that no earlier key is left, and that conversations continue. */
  async function expectConverted(): Promise<void> {
    const store = await openStore();
    for (const { key: sessionKey, state, turns } of recorded.sessions) {
      const session = await store.read(sessionKey, unboundedCall);
      expect(session && Buffer.from(encodeSession(session)).toString('base64')).toBe(state);
      expect((await listTurns(store, sessionKey)).map(toHexRecord)).toEqual(turns);
      const last = turns.at(-1);
      if (last !== undefined) {
        expect(await applyTurn(store, sessionKey, last.turnId)).toMatchObject({ kind: 'known' });
        expect(await store.readTurnHistory(sessionKey, { revision: last.revision }, unboundedCall)).toBeDefined();
      }
      expect(await applyTurn(store, sessionKey, uuid(999_999))).toEqual({ kind: 'committed' });
    }
    const earlier = (await redis.admin.keys('*')).filter((name) => /:(session|turns)$/.test(name));
    expect(earlier).toEqual([]);
    await store.close();
  }
});

async function commitWithInstance(store: SessionStore, sessionKey: SessionKey): Promise<void> {
  const session = aSession({ ...sessionKey, instances: [anInstance()], customerId: 'C-7' });
  await store.commit(aCommit(session, uuid(100)), unboundedCall);
}

async function listTurns(store: SessionStore, sessionKey: SessionKey) {
  return (await store.listTurns({ key: sessionKey, afterRevision: 0, limit: 100 }, unboundedCall)).turns;
}

/** A store whose conversion ends without a further command, as if the process had been killed. */
class InterruptedStore implements ConvertibleStore {
  calls = 0;

  constructor(
    private readonly connection: RedisConnection,
    private readonly interruptedAt: number,
  ) {}

  read: ConvertibleStore['read'] = (call, command) => this.count(() => this.connection.read(call, command));

  runScript: ConvertibleStore['runScript'] = (...args) => this.count(() => this.connection.runScript(...args));

  write: ConvertibleStore['write'] = (...args) => this.count(() => this.connection.write(...args));

  private async count<T>(command: () => Promise<T>): Promise<T> {
    this.calls += 1;
    if (this.calls > this.interruptedAt) throw new Error('interrupted');
    return command();
  }
}
