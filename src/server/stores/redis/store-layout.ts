import { Cluster } from 'ioredis';
import { LuaScript } from './lua-script';
import type { RedisClient } from './redis-client';
import { isNoPermissionError } from './redis-errors';
import { getLayoutKey, type KeySpace } from './redis-keys';

/** The layout of the keys that this release uses. Releases up to 0.2 had no description of the store. */
export const currentLayout = '3';

/** The layout without an index of the sessions, which no release has written, only versions between 0.2 and the next one. */
export const unindexedLayout = '2';

/** The layout while a conversion runs, or after it was interrupted. */
export const convertingLayout = 'converting';

/** The command that converts the keys of an earlier release. */
const convertCommand = '`scenario-orchestrator convert`';

const openStore = LuaScript.load('open-store');

/** What a store says about its keys. */
export interface StoreDescription {
  readonly layout: string;
  readonly partitions: number;
}

/**
 * Returns why the sessions of a store cannot be used: it has keys of an earlier layout, or another number of partitions. Describes a store that
 * is used for the first time, so that the number of its partitions is fixed. Rejects if Redis does not respond.
 */
export async function findLayoutProblem(client: RedisClient, keySpace: KeySpace): Promise<string | undefined> {
  const described = await readDescription(client, keySpace.prefix);
  if (described !== undefined) return describeProblem(described, keySpace.partitions);
  try {
    if (await hasEarlierSession(client, keySpace.prefix)) {
      return `The sessions with the key prefix "${keySpace.prefix}" have the layout of an earlier release. Stop all nodes and run ${convertCommand}.`;
    }
  } catch (error) {
    if (!isNoPermissionError(error)) throw error;
    return 'The Redis user may not run SCAN, by which the first start finds sessions of an earlier release. Grant +scan.';
  }
  return describeProblem(await describeStore(client, keySpace, currentLayout), keySpace.partitions);
}

/** Reads the description of a store; undefined if it has none. */
export async function readDescription(client: RedisClient, prefix: string): Promise<StoreDescription | undefined> {
  const [layout, partitions] = await client.hmget(getLayoutKey(prefix), 'layout', 'partitions');
  return layout ? { layout, partitions: Number(partitions) } : undefined;
}

/** Stores a description unless there is one. Resolves to the stored one. */
export async function describeStore(
  client: RedisClient,
  { prefix, partitions }: KeySpace,
  layout: string,
): Promise<StoreDescription> {
  const { source } = openStore.withoutShebang;
  const reply = await client.eval(source, 1, getLayoutKey(prefix), layout, partitions);
  const [storedLayout, storedPartitions] = Array.isArray(reply) ? reply : [];
  return { layout: String(storedLayout), partitions: Number(storedPartitions) };
}

/** The pattern of the keys of sessions in the layout of releases up to 0.2, and what it selects. */
export function getEarlierPattern(prefix: string): string {
  return `${prefix}{*/*}:session`;
}

/** The pattern of the keys of all sessions. */
export function getSessionPattern(prefix: string): string {
  return `${prefix}{p*}:s:*`;
}

/** Lists the keys of a pattern on all masters, in batches. A key may occur twice. */
export async function* scanKeys(client: RedisClient, pattern: string): AsyncGenerator<readonly string[]> {
  const masters = client instanceof Cluster ? client.nodes('master') : [client];
  for (const master of masters) {
    let cursor = '0';
    do {
      const [next, keys] = await master.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
      if (keys.length > 0) yield keys;
      cursor = next;
    } while (cursor !== '0');
  }
}

async function hasEarlierSession(client: RedisClient, prefix: string): Promise<boolean> {
  for await (const _ of scanKeys(client, getEarlierPattern(prefix))) return true;
  return false;
}

function describeProblem({ layout, partitions }: StoreDescription, expected: number): string | undefined {
  if (layout === convertingLayout) return `A conversion of the store was not completed. Run ${convertCommand} again.`;
  if (layout === unindexedLayout)
    return `The store has no index of its sessions. Stop all nodes and run ${convertCommand}.`;
  if (layout !== currentLayout) {
    return `The store has the layout "${layout}", which a newer release wrote. Use that release.`;
  }
  if (partitions === expected) return undefined;
  return `The store has ${partitions} partitions, and redis.partitions is ${expected}. The number cannot change: set redis.partitions = ${partitions}.`;
}
