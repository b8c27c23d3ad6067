import { Cluster, Command } from 'ioredis';
import type { RedisClient } from './redis-client';

/** How many keys are tried to find one for each master; one with hardly any slots may be missed. */
const maxTries = 1_000;

/** Names the nodes of a Cluster that hold a key, the master first, as far as the client knows; "" outside a Cluster. */
export function getNodesForKey(client: RedisClient, key: string): string {
  if (!(client instanceof Cluster)) return '';
  const slot = new Command('exists', [key]).getSlot();
  return (slot === null ? undefined : client.slots[slot])?.join() ?? '';
}

/** Keys with a prefix, one on each master; a single one outside a Cluster. */
export function findKeyPerMaster(client: RedisClient, prefix: string): readonly string[] {
  const masters = client instanceof Cluster ? client.nodes('master').length : 1;
  const keys = new Map<string, string>();
  for (let tries = 0; keys.size === 0 || (keys.size < masters && tries < maxTries); tries += 1) {
    const key = `${prefix}${tries}`;
    const nodes = getNodesForKey(client, key);
    if (!keys.has(nodes)) keys.set(nodes, key);
  }
  return [...keys.values()];
}
