import { Cluster, Command } from 'ioredis';
import type { RedisClient } from './redis-client';

/** The number of keys to try when searching for one key per master. A master with very few slots may be missed. */
const maxAttempts = 1_000;

/** Returns the nodes that serve a key, the master first, as comma-separated `host:port`; "" if there is no Cluster. */
export function getNodesForKey(client: RedisClient, key: string): string {
  if (!(client instanceof Cluster)) return '';
  const slot = new Command('exists', [key]).getSlot();
  return (slot === null ? undefined : client.slots[slot])?.join() ?? '';
}

/** Returns keys that start with `prefix`, one for each master; a single key if there is no Cluster. */
export function findKeyPerMaster(client: RedisClient, prefix: string): readonly string[] {
  const masterCount = client instanceof Cluster ? client.nodes('master').length : 1;
  const keys = new Map<string, string>();
  for (let attempt = 0; keys.size === 0 || (keys.size < masterCount && attempt < maxAttempts); attempt += 1) {
    const key = `${prefix}${attempt}`;
    const nodes = getNodesForKey(client, key);
    if (!keys.has(nodes)) keys.set(nodes, key);
  }
  return [...keys.values()];
}

/**
 * Resolves when more than half of the promises are resolved: 3 of 4, not 2 of 4. Rejects as soon as a majority
 * is impossible, with the reason of the latest rejection. Requires at least one promise.
 */
export function waitForMajority(promises: readonly Promise<unknown>[]): Promise<void> {
  let resolvedCount = 0;
  let rejectedCount = 0;
  return new Promise((resolve, reject) => {
    for (const promise of promises) {
      promise.then(
        () => {
          resolvedCount += 1;
          if (2 * resolvedCount > promises.length) resolve();
        },
        (error: unknown) => {
          rejectedCount += 1;
          if (2 * rejectedCount >= promises.length) reject(error);
        },
      );
    }
  });
}
