import type { SessionKey } from '../../../../src/core/model/session';
import { LuaScript } from '../../../../src/server/stores/redis/lua-script';
import type { RedisConnection } from '../../../../src/server/stores/redis/redis-connection';
import type { RedisSessionStore } from '../../../../src/server/stores/redis/redis-session-store';
import {
  type ClusterMember,
  finishSlotMigration,
  migrateKeys,
  RedisCluster,
  startSlotMigration,
} from '../../../../tools/redis/redis-cluster';
import { callUntil, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { aSession, uuid } from '../../../support/session-builder';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { ClientsUnderTest } from './clients-under-test';
import { RetryingCaller } from './retrying-caller';
import { keysUnder } from './session-store-under-test';

jest.setTimeout(120_000);

const tenantId = uuid(1);
const incrementScript = LuaScript.fromSource('#!lua\nreturn redis.call("INCR", KEYS[1])');

describe('Redis Cluster failures', () => {
  let cluster: RedisCluster;
  let clients: ClientsUnderTest;
  beforeAll(async () => {
    cluster = await RedisCluster.start({ replicas: true });
    clients = new ClientsUnderTest({ endpoint: { kind: 'cluster', seeds: cluster.seeds } });
  }, 60_000);
  afterAll(async () => {
    await clients.close();
    await cluster.stop();
  });

  let sessionCount = 0;
  /** Returns the key of a new session whose slot is on the given master, or on any master if undefined. */
  const nextSessionOn = (master: ClusterMember | undefined): SessionKey => {
    for (;;) {
      sessionCount += 1;
      const key = { tenantId, sessionId: uuid(sessionCount) };
      if (master === undefined || locate(key).owner === master) return key;
    }
  };
  const locate = (key: SessionKey) => cluster.findOwner(keysUnder('', key).session);
  const listTurnIds = async (store: RedisSessionStore, key: SessionKey) =>
    (await store.listTurns({ key, afterRevision: 0, limit: 10_000 }, unboundedCall)).turns.map(({ turnId }) => turnId);
  const waitForProgress = async (caller: RetryingCaller) => {
    const before = caller.completedCount;
    await eventually(async () => caller.completedCount > before + 3);
  };

  it.each([
    ['acknowledged', undefined],
    ['replicated', { replicas: 1, timeoutMs: 1_000 }],
  ])(
    'a slot migration under load does not lose turns or apply them twice, with durability "%s"',
    async (_, replication) => {
      const store = await clients.createStore({ cachedSessions: 0 }, { replication });
      const key = nextSessionOn(undefined);
      const { slot, owner, other } = locate(key);
      const caller = new RetryingCaller(store, key);
      await waitForProgress(caller);
      await startSlotMigration(slot, owner, other);
      // The two keys of the session are on different nodes, so no script can use the session until both have moved.
      await migrateKeys(slot, owner, other, 1);
      await migrateKeys(slot, owner, other);
      // Replicated writes do not follow redirections during a migration.
      if (replication === undefined) await waitForProgress(caller);
      await finishSlotMigration(slot, owner, other);
      await waitForProgress(caller);
      const turns = await caller.stop();
      expect(await listTurnIds(store, key)).toEqual(turns);
    },
  );

  it('a slot migration blocks new sessions in the slot until it is finished', async () => {
    const store = await clients.createStore();
    const key = nextSessionOn(undefined);
    const { slot, owner, other } = locate(key);
    await startSlotMigration(slot, owner, other);
    await expect(applyTurn(store, key, uuid(1))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await finishSlotMigration(slot, owner, other);
    expect(await applyTurn(store, key, uuid(1))).toEqual({ kind: 'committed' });
  });

  it('an unresponsive master does not affect sessions on other masters or readiness', async () => {
    const [unresponsive, healthy] = cluster.masters;
    const store = await clients.createStore();
    const [blocked, available] = [nextSessionOn(unresponsive), nextSessionOn(healthy)];
    for (const key of [blocked, available]) await applyTurn(store, key, uuid(1));
    unresponsive?.process.pause();
    const next = aCommit(aSession({ ...blocked, revision: 1 }), uuid(2));
    await expect(store.commit(next, callUntil(Date.now() + 300))).rejects.toMatchObject({
      reason: 'COMMIT_UNKNOWN',
    });
    expect(await applyTurn(store, available, uuid(2))).toEqual({ kind: 'committed' });
    await store.probe(unboundedCall);
    unresponsive?.process.resume();
    await eventually(async () => (await store.read(blocked, unboundedCall).catch(() => undefined)) !== undefined);
    expect(await applyTurn(store, blocked, uuid(2))).toMatchObject({ kind: 'known', record: { revision: 2 } });
  });

  it('a lost reply is COMMIT_UNKNOWN, and the command is not retried', async () => {
    const [unresponsive] = cluster.masters;
    const connection = await clients.connect({ commandTimeoutMs: 100 });
    const counter = `${keysUnder('', nextSessionOn(unresponsive)).session}:counter`;
    const readCounter = () => connection.read(unboundedCall, (client) => client.get(counter)).then(String, String);
    const increment = (on: RedisConnection) => on.runScript(unboundedCall, 'write', incrementScript, [counter], []);
    await increment(await clients.connect());
    await eventually(async () => (await readCounter()) === '1');
    unresponsive?.process.pause();
    await expect(increment(connection)).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    // Each read times out. After three timeouts, the client closes the connection and opens another.
    for (let tries = 0; tries < 5; tries += 1) expect(await readCounter()).toContain('did not reply');
    unresponsive?.process.resume();
    await eventually(async () => /^\d+$/.test(await readCounter()));
    expect(await cluster.admin.get(counter)).toBe('2');
  });

  it('a lost master makes its sessions unavailable until its replica takes over', async () => {
    const lost = cluster.masters[2];
    const store = await clients.createStore();
    const caller = new RetryingCaller(store, nextSessionOn(lost));
    await waitForProgress(caller);
    await cluster.setFailoverTimeout(2_000);
    await lost?.process.kill();
    await waitForProgress(caller);
    const turns = await caller.stop();
    expect(caller.failures).not.toEqual([]);
    // Replication is asynchronous, so the latest turns may be lost. Sequential calls lose few turns.
    expect((await listTurnIds(store, caller.key)).slice(-3)).toEqual(turns.slice(-3));
    await eventually(async () =>
      store.probe(unboundedCall).then(
        () => true,
        () => false,
      ),
    );
    await lost?.process.start();
  });
});
