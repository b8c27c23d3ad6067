import { LuaScript } from '../../../../src/server/stores/redis/lua-script';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import type { RedisSessionStore } from '../../../../src/server/stores/redis/redis-session-store';
import { callUntil, cancelledCall, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { aSession, uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { RedisUnderTest } from './redis-under-test';
import { applyTurnWithRetries, RetryingCaller } from './retrying-caller';

const key = { tenantId: uuid(1), sessionId: uuid(3) };

describe('Redis that fails', () => {
  let redis: RedisUnderTest;
  beforeEach(async () => {
    redis = await RedisUnderTest.start();
  });
  afterEach(() => redis.close());

  const revisionOf = async (store: RedisSessionStore) => (await store.read(key, unboundedCall))?.revision ?? 0;
  /** Whether the store takes writes again. */
  const recovered = (store: RedisSessionStore) => async () =>
    store.probe(unboundedCall).then(
      () => true,
      () => false,
    );

  const connectionsSoFar = async () =>
    Number(/total_connections_received:(\d+)/.exec(await redis.admin.info('stats'))?.[1]);

  it('by a flushed script cache costs a round trip and nothing else', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.script('FLUSH');
    const commands = await redis.recordCommands(async () => {
      expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
      expect(await applyTurn(store, key, uuid(3))).toEqual({ kind: 'committed' });
    });
    expect(commands).toEqual(['evalsha', 'eval', 'evalsha']);
    expect(await revisionOf(store)).toBe(3);
  });

  it('by being away is STORE_UNAVAILABLE at once, and recovers by itself', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.server.shutDown();
    await eventually(async () => !(await recovered(store)()));
    const commit = store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), unboundedCall);
    await expect(commit).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await expect(store.read(key, unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await redis.server.start();
    await eventually(recovered(store));
    // It came back without its data and without the script.
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
    expect(await revisionOf(store)).toBe(1);
  });

  it('by being away from the start is STORE_UNAVAILABLE until it comes', async () => {
    await redis.server.shutDown();
    const connection = redis.clients.startConnecting();
    const store = redis.clients.createStoreOn(connection);
    await expect(store.load(key, uuid(1), unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await expect(connection.waitForReady(callUntil(Date.now() + 50))).rejects.toMatchObject({
      reason: 'STORE_UNAVAILABLE',
    });
    await redis.server.start();
    await eventually(recovered(store));
  });

  it('by a silence during a commit is COMMIT_UNKNOWN, and the turn id settles it (5.1)', async () => {
    const keyPrefix = redis.nextPrefix();
    const [patient, store] = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix }, 200)];
    await applyTurn(patient, key, uuid(1));
    redis.server.pause();
    const lost = store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), unboundedCall);
    await expect(lost).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    await expect(store.read(key, unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    redis.server.resume();
    await eventually(async () => (await revisionOf(patient)) === 2);
    expect(await applyTurn(patient, key, uuid(2))).toMatchObject({ kind: 'known', record: { revision: 2 } });
    await eventually(recovered(store));
  });

  it('by a long silence is given up and connected anew', async () => {
    const keyPrefix = redis.nextPrefix();
    const [patient, store] = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix }, 50)];
    const before = await connectionsSoFar();
    redis.server.pause();
    const refusal = () => store.read(key, unboundedCall).then(() => 'none', String);
    await eventually(async () => (await refusal()).includes('Redis is not connected'));
    redis.server.resume();
    await eventually(async () => (await connectionsSoFar()) > before);
    await eventually(recovered(store));
    await applyTurnWithRetries(store, key, uuid(1));
    expect(await revisionOf(patient)).toBe(1);
  });

  it('by a connection that is cut during a commit is COMMIT_UNKNOWN', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    redis.server.pause();
    const lost = store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), unboundedCall);
    const outcome = expect(lost).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    await redis.server.kill();
    await outcome;
  });

  it('by too little memory is STORE_FULL, with the state unchanged, and recovers', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    const before = await store.read(key, unboundedCall);
    await redis.admin.config('SET', 'maxmemory', '1');
    const commit = store.commit(aCommit(before ?? aSession(), uuid(2)), unboundedCall);
    await expect(commit).rejects.toMatchObject({ reason: 'STORE_FULL', retryAfterMs: expect.any(Number) });
    await expect(store.probe(unboundedCall)).rejects.toMatchObject({ reason: 'STORE_FULL' });
    expect(await store.read(key, unboundedCall)).toEqual(before);
    expect((await store.listTurns(key, 0, 10, unboundedCall)).turns).toHaveLength(1);
    expect((await store.load(key, uuid(1), unboundedCall)).recordedTurn?.revision).toBe(1);
    await redis.admin.config('SET', 'maxmemory', '0');
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
  });

  it('by too little memory still lets a session be deleted', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.config('SET', 'maxmemory', '1');
    expect(await store.delete(key, unboundedCall)).toBe(true);
  });

  it('by too little memory keeps the catalogue as it is, and still takes deletes', async () => {
    const agent = { tenantId: uuid(1), agentId: uuid(2) };
    const catalogue = new RedisCatalogue(await redis.connect(), { keyPrefix: 'x:' });
    const relationship = {
      kind: 'RELATED',
      sourceType: 'RULE',
      sourceId: 'a',
      targetScenarioId: 'b',
      weight: 1,
    } as const;
    const put = (contentHash: string) =>
      catalogue.put(agent, aDefinition(), { contentHash, storedAt: 1, expectedVersion: undefined }, unboundedCall);
    await put('a');
    await catalogue.putRelationship(agent, relationship, unboundedCall);
    const before = await catalogue.load(agent, unboundedCall);
    await redis.admin.config('SET', 'maxmemory', '1');
    await expect(put('b')).rejects.toMatchObject({ reason: 'STORE_FULL' });
    const heavier = catalogue.putRelationship(agent, { ...relationship, weight: 2 }, unboundedCall);
    await expect(heavier).rejects.toMatchObject({ reason: 'STORE_FULL' });
    expect(await catalogue.load(agent, unboundedCall)).toEqual(before);
    expect(await catalogue.deleteRelationship(agent, relationship, unboundedCall)).toBe(true);
    expect(await catalogue.delete(agent, '', undefined, unboundedCall)).toEqual({ kind: 'deleted', existed: true });
  });

  it('by being a replica is STORE_UNAVAILABLE, and recovers when it is the master again', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    const before = await connectionsSoFar();
    await redis.admin.replicaof('127.0.0.1', '1');
    await expect(applyTurn(store, key, uuid(2))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    // A new connection, which after a failover finds the new master.
    await eventually(async () => (await connectionsSoFar()) > before);
    await redis.admin.replicaof('NO', 'ONE');
    await eventually(recovered(store));
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
    expect(await revisionOf(store)).toBe(2);
  });

  it('by a script that runs for ever is STORE_UNAVAILABLE', async () => {
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
    await eventually(recovered(store));
    endless.disconnect();
  });

  it.each([
    ['to scripts', ['+@read', '+@connection', '+info']],
    ['to what a script does', ['+@read', '+@connection', '+info', '+eval', '+evalsha']],
  ])('for want of rights %s is STORE_UNAVAILABLE', async (_, rights) => {
    await redis.admin.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '&*', ...rights);
    const login = { username: 'reader', password: 'secret' };
    const endpoint = { kind: 'single', url: redis.server.url, login } as const;
    const store = await redis.clients.createStore({}, { endpoint });
    expect(await store.read(key, unboundedCall)).toBeUndefined();
    await expect(applyTurn(store, key, uuid(1))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  });

  it('by a password that it asks for from now on is STORE_UNAVAILABLE until it is as before', async () => {
    const store = await redis.createStore();
    await applyTurn(store, key, uuid(1));
    await redis.admin.config('SET', 'requirepass', 'new');
    await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually(async () => !(await recovered(store)()));
    await expect(applyTurn(store, key, uuid(2))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await redis.admin.config('SET', 'requirepass', '');
    await eventually(recovered(store));
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
  });

  it('by cut connections and a flushed script cache under load loses no turn and applies none twice', async () => {
    const store = await redis.createStore({ cachedSessions: 0 });
    const caller = new RetryingCaller(store, key);
    for (let round = 1; round <= 3; round += 1) {
      const before = caller.answered;
      await eventually(async () => caller.answered > before + 10);
      await redis.admin.script('FLUSH');
      await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    }
    const turns = await caller.stop();
    await eventually(recovered(store));
    expect((await store.listTurns(key, 0, 10_000, unboundedCall)).turns.map(({ turnId }) => turnId)).toEqual(turns);
  });

  it('is never asked for a call that is over', async () => {
    const store = await redis.createStore({ cachedSessions: 0 });
    await applyTurn(store, key, uuid(1));
    const commands = await redis.recordCommands(async () => {
      const commit = (call: typeof unboundedCall) => store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), call);
      await expect(commit(callUntil(Date.now() - 1))).rejects.toMatchObject({ reason: 'DEADLINE' });
      await expect(commit(cancelledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
      await expect(store.load(key, uuid(2), callUntil(Date.now() - 1))).rejects.toMatchObject({ reason: 'DEADLINE' });
      await expect(store.probe(cancelledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
    });
    expect(commands).toEqual([]);
  });

  it('by a silence does not hold a call beyond its deadline', async () => {
    const store = await redis.createStore({ cachedSessions: 0 }, 60_000);
    await applyTurn(store, key, uuid(1));
    redis.server.pause();
    const soon = () => callUntil(Date.now() + 50);
    const commit = store.commit(aCommit(aSession({ revision: 1 }), uuid(2)), soon());
    await expect(commit).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    await expect(store.read(key, soon())).rejects.toMatchObject({ reason: 'DEADLINE' });
    redis.server.resume();
    expect(await applyTurn(store, key, uuid(2))).toMatchObject({ kind: 'known', record: { revision: 2 } });
  });

  it('by not knowing the shebang, as 6.2, gets the scripts without it', async () => {
    const connection = await redis.connect();
    // Any server stumbles over a shebang that is not on the first line, with the very words of 6.2.
    const script = LuaScript.fromSource('\n#!lua\nreturn ARGV[1]');
    expect(String(await connection.runScript(unboundedCall, 'read', script, ['a key'], ['first']))).toBe('first');
    const commands = await redis.recordCommands(async () => {
      expect(String(await connection.runScript(unboundedCall, 'read', script, ['a key'], ['second']))).toBe('second');
    });
    expect(commands).toEqual(['evalsha']);
  });
});
