import type { SessionKey } from '../../../../src/core/model/session';
import { connectRedis } from '../../../../src/server/stores/redis/redis-connection';
import { RedisSessionStore } from '../../../../src/server/stores/redis/redis-session-store';
import { callUntil, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { uuid } from '../../../support/session-builder';
import { silentLog } from '../../../support/silent-log';
import { ChangeListener } from '../contract/change-listener';
import { applyTurn } from '../contract/turn-driver';
import { defaultTimeoutMs } from './clients-under-test';
import { RedisUnderTest } from './redis-under-test';
import { keysUnder } from './session-store-under-test';

const key: SessionKey = { tenantId: uuid(1), sessionId: uuid(3) };
const getChannel = (prefix: string) => keysUnder(prefix, key).session;

describe('change notifications in Redis', () => {
  let redis: RedisUnderTest;
  let keyPrefix: string;
  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  afterAll(() => redis.close());
  beforeEach(() => {
    keyPrefix = redis.nextPrefix();
  });

  const countSubscribers = async () => Number((await redis.admin.pubsub('NUMSUB', getChannel(keyPrefix)))[1]);

  it('are sent for commits and deletions of another node', async () => {
    const [a, b] = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix })];
    const listener = new ChangeListener(a, key);
    for (let revision = 1; revision <= 5; revision += 1) {
      await applyTurn(revision % 2 ? b : a, key, uuid(revision));
      await listener.waitForRevision(revision);
    }
    await b.delete(key, unboundedCall);
    await listener.waitForRevision(0);
    listener.stop();
  });

  it('resume after a lost connection, including changes in the meantime', async () => {
    const [a, b] = [await redis.createStore({ keyPrefix }), await redis.createStore({ keyPrefix })];
    const listener = new ChangeListener(a, key);
    await applyTurn(b, key, uuid(1));
    await listener.waitForRevision(1);
    for (let revision = 2; revision <= 6; revision += 2) {
      await eventually(async () => (await countSubscribers()) === 1);
      expect(await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBeGreaterThan(0);
      await applyTurn(b, key, uuid(revision));
      await listener.waitForRevision(revision);
      await applyTurn(b, key, uuid(revision + 1));
      await listener.waitForRevision(revision + 1);
    }
    listener.stop();
  });

  it('use one subscription for any number of listeners, and none without listeners', async () => {
    const store = await redis.createStore({ keyPrefix });
    const other = new ChangeListener(store, { ...key, sessionId: uuid(4) });
    const listeners = Array.from({ length: 5 }, () => new ChangeListener(store, key));
    await applyTurn(store, key, uuid(1));
    for (const listener of listeners) await listener.waitForRevision(1);
    expect(await countSubscribers()).toBe(1);
    for (const listener of listeners.slice(1)) listener.stop();
    await applyTurn(store, key, uuid(2));
    await listeners[0]?.waitForRevision(2);
    expect(await countSubscribers()).toBe(1);
    listeners[0]?.stop();
    await eventually(async () => (await countSubscribers()) === 0);
    const newListener = new ChangeListener(store, key);
    await applyTurn(store, key, uuid(3));
    await newListener.waitForRevision(3);
    newListener.stop();
    other.stop();
    // The store itself subscribes to deletions.
    const listChannels = () => redis.admin.pubsub('CHANNELS', `${keyPrefix}*`);
    await eventually(async () => (await listChannels()).length === 1);
    expect(await listChannels()).toEqual([`${keyPrefix}deleted-sessions`]);
    await store.close();
    await eventually(async () => (await listChannels()).length === 0);
  });

  it('need no additional command for a commit or a deletion', async () => {
    const store = await redis.createStore({ keyPrefix });
    const listener = new ChangeListener(store, key);
    await applyTurn(store, key, uuid(1));
    await listener.waitForRevision(1);
    await store.delete(key, unboundedCall);
    await applyTurn(store, key, uuid(1));
    const commands = await redis.recordCommands(async () => {
      await applyTurn(store, key, uuid(2));
      await store.delete(key, unboundedCall);
    });
    // A deletion reads the session first, because it may have a timer.
    expect(commands).toEqual(['evalsha', 'evalsha', 'evalsha']);
    listener.stop();
  });

  it('do not affect commits if the permission to subscribe is missing, which is logged once', async () => {
    await redis.admin.call('ACL', 'SETUSER', 'mute', 'on', '>secret', '~*', 'resetchannels', '+@all');
    const warnings: (string | undefined)[] = [];
    const warn = (fields: Readonly<Record<string, unknown>>, message: string) => {
      if (message.includes('subscription')) warnings.push(String(fields['error']));
    };
    const connection = connectRedis({
      endpoint: { ...redis.server.endpoint, login: { username: 'mute', password: 'secret' } },
      commandTimeoutMs: defaultTimeoutMs,
      clock: Date,
      log: { ...silentLog, warn },
    });
    await connection.waitForReady(callUntil(Date.now() + defaultTimeoutMs));
    const options = {
      keyPrefix,
      sessionTtlMs: 3_600_000,
      turnLimits: { recordedTurns: 10 },
      cachedSessions: 10,
      clock: Date,
    };
    const store = new RedisSessionStore(connection, options);
    const removeListeners = [uuid(3), uuid(4), uuid(5)].map((sessionId) =>
      store.onChange({ ...key, sessionId }, () => undefined),
    );
    await eventually(async () => warnings.length > 0);
    expect(await applyTurn(store, key, uuid(1))).toEqual({ kind: 'committed' });
    expect(await applyTurn(store, key, uuid(2))).toEqual({ kind: 'committed' });
    expect((await store.read(key, unboundedCall))?.revision).toBe(2);
    expect(await store.delete(key, unboundedCall)).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('NOPERM')]);
    for (const removeListener of removeListeners) removeListener();
    await store.close();
  });
});
