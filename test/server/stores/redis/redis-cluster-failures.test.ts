import type { SessionKey } from '../../../../src/core/model/session';
import { LuaScript } from '../../../../src/server/stores/redis/lua-script';
import type { RedisConnection } from '../../../../src/server/stores/redis/redis-connection';
import type { RedisSessionStore } from '../../../../src/server/stores/redis/redis-session-store';
import { callUntil, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import {
  type ClusterMember,
  finishSlotMigration,
  migrateKeys,
  RedisCluster,
  startSlotMigration,
} from '../../../support/redis-cluster';
import { aSession, uuid } from '../../../support/session-builder';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { ClientsUnderTest } from './clients-under-test';
import { RetryingCaller } from './retrying-caller';

jest.setTimeout(120_000);

const tenantId = uuid(1);
const count = LuaScript.fromSource('#!lua\nreturn redis.call("INCR", KEYS[1])');

describe('a Redis Cluster that fails', () => {
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

  let sessions = 0;
  /** A session that no other test has, with its slot on a master. */
  const sessionOn = (master: ClusterMember | undefined): SessionKey => {
    for (;;) {
      sessions += 1;
      const key = { tenantId, sessionId: uuid(sessions) };
      if (master === undefined || placeOf(key).owner === master) return key;
    }
  };
  const placeOf = ({ sessionId }: SessionKey) => cluster.findOwner(`{${tenantId}/${sessionId}}`);
  const recorded = async (store: RedisSessionStore, key: SessionKey) =>
    (await store.listTurns(key, 0, 10_000, unboundedCall)).turns.map(({ turnId }) => turnId);
  const moved = async (caller: RetryingCaller) => {
    const before = caller.answered;
    await eventually(async () => caller.answered > before + 3);
  };

  it.each([
    ['acknowledged', undefined],
    ['replicated', { replicas: 1, timeoutMs: 1_000 }],
  ])(
    'by moving a slot under load loses no turn and applies none twice, with durability "%s"',
    async (_, replication) => {
      const store = await clients.createStore({ cachedSessions: 0 }, { replication });
      const key = sessionOn(undefined);
      const { slot, owner, other } = placeOf(key);
      const caller = new RetryingCaller(store, key);
      await moved(caller);
      await startSlotMigration(slot, owner, other);
      // One of the two keys is here, one there: nothing can be done about the session until both are.
      await migrateKeys(slot, owner, other, 1);
      await migrateKeys(slot, owner, other);
      // A wait for replicas goes the known way only.
      if (replication === undefined) await moved(caller);
      await finishSlotMigration(slot, owner, other);
      await moved(caller);
      const turns = await caller.stop();
      expect(await recorded(store, key)).toEqual(turns);
    },
  );

  it('by moving a slot has no place for a new session in it until that is done', async () => {
    const store = await clients.createStore();
    const key = sessionOn(undefined);
    const { slot, owner, other } = placeOf(key);
    await startSlotMigration(slot, owner, other);
    await expect(applyTurn(store, key, uuid(1))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await finishSlotMigration(slot, owner, other);
    expect(await applyTurn(store, key, uuid(1))).toEqual({ kind: 'committed' });
  });

  it('by the silence of one master leaves the sessions of the others alone, and readiness with them', async () => {
    const [silent, healthy] = cluster.masters;
    const store = await clients.createStore();
    const [away, here] = [sessionOn(silent), sessionOn(healthy)];
    for (const key of [away, here]) await applyTurn(store, key, uuid(1));
    silent?.server.pause();
    const next = aCommit(aSession({ ...away, revision: 1 }), uuid(2));
    await expect(store.commit(next, callUntil(Date.now() + 300))).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    expect(await applyTurn(store, here, uuid(2))).toEqual({ kind: 'committed' });
    await store.probe(unboundedCall);
    silent?.server.resume();
    await eventually(async () => (await store.read(away, unboundedCall).catch(() => undefined)) !== undefined);
    expect(await applyTurn(store, away, uuid(2))).toMatchObject({ kind: 'known', record: { revision: 2 } });
  });

  it('by losing an answer is COMMIT_UNKNOWN, and what was sent is not sent again', async () => {
    const [silent] = cluster.masters;
    const connection = await clients.connect({ commandTimeoutMs: 100 });
    const { sessionId } = sessionOn(silent);
    const counter = `{${tenantId}/${sessionId}}:counter`;
    const asked = () => connection.read(unboundedCall, (client) => client.get(counter)).then(String, String);
    const add = (on: RedisConnection) => on.runScript(unboundedCall, 'write', count, [counter], []);
    await add(await clients.connect());
    await eventually(async () => (await asked()) === '1');
    silent?.server.pause();
    await expect(add(connection)).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    // Each takes the whole of its time; after three of silence the connection is given up and another is tried.
    for (let tries = 0; tries < 5; tries += 1) expect(await asked()).toContain('did not answer');
    silent?.server.resume();
    await eventually(async () => /^\d+$/.test(await asked()));
    expect(await cluster.admin.get(counter)).toBe('2');
  });

  it('by the loss of a master is UNAVAILABLE for its sessions until its replica takes over', async () => {
    const lost = cluster.masters[2];
    const store = await clients.createStore();
    const caller = new RetryingCaller(store, sessionOn(lost));
    await moved(caller);
    await cluster.setFailoverTimeout(2_000);
    await lost?.server.kill();
    await moved(caller);
    const turns = await caller.stop();
    expect(caller.failures).not.toEqual([]);
    // Replication is asynchronous: what the master alone had is gone with it. A caller that waits for each answer loses little.
    expect((await recorded(store, caller.key)).slice(-3)).toEqual(turns.slice(-3));
    await eventually(async () =>
      store.probe(unboundedCall).then(
        () => true,
        () => false,
      ),
    );
    await lost?.server.start();
  });
});
