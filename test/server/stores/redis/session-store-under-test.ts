import type { Cluster, Redis } from 'ioredis';
import type { SessionKey } from '../../../../src/core/model/session';
import type { RedisConnection } from '../../../../src/server/stores/redis/redis-connection';
import {
  defaultPartitions,
  encodeSessionId,
  getSessionKeys,
  type SessionKeys,
} from '../../../../src/server/stores/redis/redis-keys';
import { RedisSessionIndex } from '../../../../src/server/stores/redis/redis-session-index';
import { RedisTimerStore } from '../../../../src/server/stores/redis/redis-timer-store';
import { RedisTurnFeed } from '../../../../src/server/stores/redis/redis-turn-feed';
import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import type { SessionStoreSettings } from '../contract/session-store-under-test';
import type { ClientsUnderTest, StoreSettings } from './clients-under-test';

/** Returns a connection that calls `beforeReplacing` before it runs pack-turns.lua. */
export function interceptPacking(
  connection: RedisConnection,
  beforeReplacing: () => Promise<void> = () => Promise.resolve(),
): RedisConnection {
  const runScript: RedisConnection['runScript'] = async (call, effect, script, ...rest) => {
    if (script.withShebang.source.includes('Replaces the oldest entries of the turn log')) await beforeReplacing();
    return connection.runScript(call, effect, script, ...rest);
  };
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'runScript') return runScript;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** The keys of a session in a store of these tests. */
export function keysUnder(prefix: string, sessionKey: SessionKey): SessionKeys {
  return getSessionKeys({ prefix, partitions: defaultPartitions }, sessionKey);
}

interface RedisAccess {
  readonly clients: ClientsUnderTest;
  readonly admin: Redis | Cluster;
  /** Lists the keys of all nodes that match a pattern. */
  listKeys(pattern: string): Promise<readonly string[]>;
}

/** Opens stores for the contract, each with another key prefix. `parts` are added to the settings of the contract. */
export function openStoreOn({ clients, admin, listKeys }: RedisAccess, parts: StoreSettings = {}) {
  return async ({ beforeReplacing, ...settings }: SessionStoreSettings) => {
    const keyPrefix = clients.nextPrefix();
    const packingErrors: unknown[] = [];
    const onPackingError = (error: unknown) => packingErrors.push(error);
    const connection = interceptPacking(await clients.connect(), beforeReplacing);
    const store = clients.createStoreOn(connection, { ...settings, ...parts, keyPrefix, onPackingError });
    const partitions = settings.partitions ?? defaultPartitions;
    const index = new RedisSessionIndex(connection, { prefix: keyPrefix, partitions }, { clock: Date });
    const getKeys = (sessionKey: SessionKey) => getSessionKeys({ prefix: keyPrefix, partitions }, sessionKey);
    const countFields = async (sessionKey: SessionKey, prefix: string) =>
      (await admin.hkeys(getKeys(sessionKey).session)).filter((field) => field.startsWith(prefix)).length;
    const listSessionKeys = (sessionKey: SessionKey) => listKeys(`${keyPrefix}{p*}:?:${encodeSessionId(sessionKey)}`);
    return {
      store,
      feed: new RedisTurnFeed(connection, { prefix: keyPrefix, partitions }),
      index,
      sweep: async () => void (await index.sweep(unboundedCall)),
      timers: new RedisTimerStore(connection, { prefix: keyPrefix, partitions }, parts.sessionTtlMs ?? 60_000),
      keyPrefix,
      packingErrors,
      countUnpacked: (sessionKey: SessionKey) => admin.xlen(getKeys(sessionKey).turnLog),
      countBlocks: (sessionKey: SessionKey) => countFields(sessionKey, 'c:'),
      countTurnIds: (sessionKey: SessionKey) => countFields(sessionKey, 't:'),
      expire: async (sessionKey: SessionKey) => {
        const { expiry } = getKeys(sessionKey).partition;
        await admin.zadd(expiry, 'XX', 0, encodeSessionId(sessionKey));
        for (const each of await listSessionKeys(sessionKey)) await admin.pexpire(each, 1);
        await eventually(async () => (await listSessionKeys(sessionKey)).length === 0);
      },
      countStored: async (sessionKey: SessionKey) => (await listSessionKeys(sessionKey)).length,
      close: () => store.close(),
    };
  };
}
