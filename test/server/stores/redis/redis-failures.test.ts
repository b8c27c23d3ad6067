import { LuaScript } from '../../../../src/server/stores/redis/lua-script';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import type { RedisSessionStore } from '../../../../src/server/stores/redis/redis-session-store';
import { callUntil, canceledCall, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { aSession, uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { RedisUnderTest } from './redis-under-test';
import { applyTurnWithRetries, RetryingCaller } from './retrying-caller';

const key = { tenantId: uuid(1), sessionId: uuid(3) };

describe('Redis failures', () => {
  let redis: RedisUnderTest;
  beforeEach(async () => {
    redis = await RedisUnderTest.start();
  });
  afterEach(() => redis.close());

  const readRevision = async (store: RedisSessionStore) => (await store.read(key, unboundedCall))?.revision ?? 0;
  /** Returns a check for `eventually` that the store accepts writes. */
  const acceptsWrites = (store: RedisSessionStore) => async () =>
    store.probe(unboundedCall).then(
      () => true,
      () => false,
    );

  const countConnections = async () =>
    Number(/total_connections_received:(\d+)/.exec(await redis.admin.info('stats'))?.[1]);

  it('a flushed script cache costs one additional round trip', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.script('FLUSH');
    const commands = await redis.recordCommands(async () => {
      expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
      expect(await applyTurn(store, key, uuid(3))).toEqual({ kind: 'committed' });
    });
    expect(commands).toEqual(['evalsha', 'eval', 'evalsha']);
    expect(await readRevision(store)).toBe(3);
  });

  it('a stopped server is STORE_UNAVAILABLE immediately, and the store recovers automatically', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.server.shutDown();
    await eventually(async () => !(await acceptsWrites(store)()));
    const commit = store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), unboundedCall);
    await expect(commit).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await expect(store.read(key, unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await redis.server.start();
    await eventually(acceptsWrites(store));
    // The server has lost its data and its scripts.
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
    expect(await readRevision(store)).toBe(1);
  });

  it('a server that is not started is STORE_UNAVAILABLE until it starts', async () => {
    await redis.server.shutDown();
    const connection = redis.clients.startConnecting();
    const store = redis.clients.createStoreOn(connection);
    await expect(store.load(key, uuid(1), unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await expect(connection.waitForReady(callUntil(Date.now() + 50))).rejects.toMatchObject({
      reason: 'STORE_UNAVAILABLE',
    });
    await redis.server.start();
    await eventually(acceptsWrites(store));
  });

  it('5.1: an unresponsive server during a commit is COMMIT_UNKNOWN, and a retry with the turn id resolves it', async () => {
    const keyPrefix = redis.nextPrefix();
    const [longTimeoutStore, store] = [
      await redis.createStore({ keyPrefix }),
      await redis.createStore({ keyPrefix }, 200),
    ];
    await applyTurn(longTimeoutStore, key, uuid(1));
    redis.server.pause();
    const lost = store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), unboundedCall);
    await expect(lost).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    await expect(store.read(key, unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    redis.server.resume();
    await eventually(async () => (await readRevision(longTimeoutStore)) === 2);
    expect(await applyTurn(longTimeoutStore, key, uuid(2))).toMatchObject({ kind: 'known', record: { revision: 2 } });
    await eventually(acceptsWrites(store));
  });

  it('a connection to an unresponsive server is closed and reopened', async () => {
    const keyPrefix = redis.nextPrefix();
    const [longTimeoutStore, store] = [
      await redis.createStore({ keyPrefix }),
      await redis.createStore({ keyPrefix }, 50),
    ];
    const before = await countConnections();
    redis.server.pause();
    const readError = () => store.read(key, unboundedCall).then(() => 'none', String);
    await eventually(async () => (await readError()).includes('Redis is not connected'));
    redis.server.resume();
    await eventually(async () => (await countConnections()) > before);
    await eventually(acceptsWrites(store));
    await applyTurnWithRetries(store, key, uuid(1));
    expect(await readRevision(longTimeoutStore)).toBe(1);
  });

  it('a connection that is lost during a commit is COMMIT_UNKNOWN', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    redis.server.pause();
    const lost = store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), unboundedCall);
    const outcome = expect(lost).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    await redis.server.kill();
    await outcome;
  });

  it('full memory is STORE_FULL, changes nothing, and the store recovers', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    const before = await store.read(key, unboundedCall);
    await redis.admin.config('SET', 'maxmemory', '1');
    const commit = store.commit(aCommit(before ?? aSession(), uuid(2)), unboundedCall);
    await expect(commit).rejects.toMatchObject({ reason: 'STORE_FULL', retryAfterMs: expect.any(Number) });
    await expect(store.probe(unboundedCall)).rejects.toMatchObject({ reason: 'STORE_FULL' });
    expect(await store.read(key, unboundedCall)).toEqual(before);
    expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toHaveLength(1);
    expect((await store.load(key, uuid(1), unboundedCall)).recordedTurn?.revision).toBe(1);
    await redis.admin.config('SET', 'maxmemory', '0');
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
  });

  it('full memory does not prevent deleting a session', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.config('SET', 'maxmemory', '1');
    expect(await store.delete(key, unboundedCall)).toBe(true);
  });

  it('full memory leaves the catalogue unchanged and does not prevent deletes', async () => {
    const agent = { tenantId: uuid(1), agentId: uuid(2) };
    const catalogue = new RedisCatalogue(await redis.connect(), { keyPrefix: 'x:' });
    const relationship = {
      kind: 'RELATED',
      sourceType: 'RULE',
      sourceId: 'a',
      targetScenarioId: 'b',
      weight: 1,
      startDependency: false,
    } as const;
    const put = (contentHash: string) =>
      catalogue.put(agent, aDefinition(), { contentHash, storedAt: 1, expectedVersion: undefined }, unboundedCall);
    await put('a');
    await catalogue.putRelationship(agent, relationship, undefined, unboundedCall);
    const before = await catalogue.load(agent, unboundedCall);
    await redis.admin.config('SET', 'maxmemory', '1');
    await expect(put('b')).rejects.toMatchObject({ reason: 'STORE_FULL' });
    const update = catalogue.putRelationship(agent, { ...relationship, weight: 2 }, undefined, unboundedCall);
    await expect(update).rejects.toMatchObject({ reason: 'STORE_FULL' });
    expect(await catalogue.load(agent, unboundedCall)).toEqual(before);
    expect(await catalogue.deleteRelationship(agent, relationship, unboundedCall)).toBe(true);
    expect(await catalogue.delete(agent, '', undefined, unboundedCall)).toEqual({ kind: 'deleted', existed: true });
  });

  it('a replica is STORE_UNAVAILABLE until it becomes the master again', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    const before = await countConnections();
    await redis.admin.replicaof('127.0.0.1', '1');
    await expect(applyTurn(store, key, uuid(2))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    // The client reconnects, so that it finds the new master after a failover.
    await eventually(async () => (await countConnections()) > before);
    await redis.admin.replicaof('NO', 'ONE');
    await eventually(acceptsWrites(store));
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
    expect(await readRevision(store)).toBe(2);
  });

  it('an endless script is STORE_UNAVAILABLE', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.config('SET', 'busy-reply-threshold', '1');
    const endless = redis.admin.duplicate();
    endless.eval('while true do end', 0).catch(() => undefined);
    await eventually(async () => {
      const error = await store.read(key, unboundedCall).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error !== undefined) expect(error).toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      return error !== undefined;
    });
    await redis.admin.script('KILL');
    await eventually(acceptsWrites(store));
    endless.disconnect();
  });

  it.each([
    ['for scripts', ['+@read', '+@connection', '+info']],
    ['for commands in scripts', ['+@read', '+@connection', '+info', '+eval', '+evalsha']],
  ])('missing permissions %s are STORE_UNAVAILABLE', async (_, permissions) => {
    await redis.admin.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '&*', ...permissions);
    const login = { username: 'reader', password: 'secret' };
    const endpoint = { ...redis.server.endpoint, login };
    const store = await redis.clients.createStore({}, { endpoint });
    await expect(applyTurn(store, key, uuid(1))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  });

  it('a changed password is STORE_UNAVAILABLE until it is restored', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.config('SET', 'requirepass', 'new');
    await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually(async () => !(await acceptsWrites(store)()));
    await expect(applyTurn(store, key, uuid(2))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await redis.admin.config('SET', 'requirepass', '');
    await eventually(acceptsWrites(store));
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
  });

  it('lost connections and flushed scripts under load do not lose turns or apply them twice', async () => {
    const store = await redis.createStore({ cachedSessions: 0 });
    const caller = new RetryingCaller(store, key);
    for (let round = 1; round <= 3; round += 1) {
      const before = caller.completedCount;
      await eventually(async () => caller.completedCount > before + 10);
      await redis.admin.script('FLUSH');
      await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    }
    const turns = await caller.stop();
    await eventually(acceptsWrites(store));
    expect(
      (await store.listTurns({ key, afterRevision: 0, limit: 10_000 }, unboundedCall)).turns.map(
        ({ turnId }) => turnId,
      ),
    ).toEqual(turns);
  });

  it('no command is sent for a call that has ended', async () => {
    const store = await redis.createStore({ cachedSessions: 0 });
    await applyTurn(store, key, uuid(1));
    const commands = await redis.recordCommands(async () => {
      const commit = (call: typeof unboundedCall) => store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), call);
      await expect(commit(callUntil(Date.now() - 1))).rejects.toMatchObject({ reason: 'DEADLINE' });
      await expect(commit(canceledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
      await expect(store.load(key, uuid(2), callUntil(Date.now() - 1))).rejects.toMatchObject({
        reason: 'DEADLINE',
      });
      await expect(store.probe(canceledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
    });
    expect(commands).toEqual([]);
  });

  it('an unresponsive server does not hold a call beyond its deadline', async () => {
    const store = await redis.createStore({ cachedSessions: 0 }, 60_000);
    await applyTurn(store, key, uuid(1));
    redis.server.pause();
    const createShortCall = () => callUntil(Date.now() + 50);
    const commit = store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), createShortCall());
    await expect(commit).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    await expect(store.read(key, createShortCall())).rejects.toMatchObject({ reason: 'DEADLINE' });
    redis.server.resume();
    expect(await applyTurn(store, key, uuid(2))).toMatchObject({ kind: 'known', record: { revision: 2 } });
  });

  it('scripts are sent without the shebang to a server that rejects it, such as Redis 6.2', async () => {
    const connection = await redis.connect();
    // Every version rejects a shebang that is not on the first line, with the same error as 6.2.
    const script = LuaScript.fromSource('\n#!lua\nreturn ARGV[1]');
    expect(String(await connection.runScript(unboundedCall, 'read', script, ['a key'], ['first']))).toBe('first');
    const commands = await redis.recordCommands(async () => {
      expect(String(await connection.runScript(unboundedCall, 'read', script, ['a key'], ['second']))).toBe('second');
    });
    expect(commands).toEqual(['evalsha']);
  });
});
