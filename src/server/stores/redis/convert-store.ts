import type { Call } from '../../ports/call';
import type { RedisConnection } from './redis-connection';
import { getLayoutKey, getSessionKeys, type KeySpace, parseEarlierSessionKey } from './redis-keys';
import {
  convertingLayout,
  currentLayout,
  describeStore,
  getEarlierPattern,
  readDescription,
  scanKeys,
} from './store-layout';

/** What a conversion uses of a connection. The connection must not check the layout. */
export type ConvertibleStore = Pick<RedisConnection, 'read' | 'write'>;

export interface ConvertOptions {
  readonly keySpace: KeySpace;
  /** Counts the sessions and changes nothing. */
  readonly isDryRun: boolean;
  /** Called with the number of converted sessions after each batch. */
  readonly onProgress?: (sessions: number) => void;
}

export interface Conversion {
  /** The number of sessions of the earlier layout. */
  readonly sessions: number;
  /** The number of partitions of the store; undefined after a dry run of a store that was not described yet. */
  readonly partitions: number | undefined;
}

/** The number of sessions that are copied at the same time. */
const concurrentSessions = 32;

/**
 * Moves the sessions of releases up to 0.2 to the keys of their partitions, with their times to live. No node may use the store meanwhile. An
 * interrupted conversion continues when it is started again: a session is deleted from its earlier keys only after it was copied, and nodes
 * refuse the store until all sessions are moved.
 *
 * Throws an Error with a message for the operator if the store has another number of partitions, or a newer layout.
 */
export async function convertStore(
  store: ConvertibleStore,
  { keySpace, isDryRun, onProgress = () => undefined }: ConvertOptions,
  call: Call,
): Promise<Conversion> {
  const described = await store.read(call, (client) => readDescription(client, keySpace.prefix));
  if (described?.layout === currentLayout) return { sessions: 0, partitions: described.partitions };
  if (isDryRun)
    return { sessions: await countEarlierSessions(store, keySpace, call), partitions: described?.partitions };
  const { layout, partitions } = await store.read(call, (client) => describeStore(client, keySpace, convertingLayout));
  if (layout !== convertingLayout)
    throw new Error(`The store has the unknown layout "${layout}". Use a newer release.`);
  if (partitions !== keySpace.partitions) {
    throw new Error(
      `The conversion was started with ${partitions} partitions, and redis.partitions is ${keySpace.partitions}. Set redis.partitions = ${partitions}.`,
    );
  }
  let sessions = 0;
  // A scan may miss keys while tables change, so it is repeated until it finds nothing.
  for (let found = -1; found !== 0; ) {
    found = await convertFound(store, keySpace, call, (count) => onProgress(sessions + count));
    sessions += found;
  }
  await store.write(call, 'hset', getLayoutKey(keySpace.prefix), 'layout', currentLayout);
  return { sessions, partitions };
}

async function countEarlierSessions(store: ConvertibleStore, { prefix }: KeySpace, call: Call): Promise<number> {
  return store.read(call, async (client) => {
    const keys = new Set<string>();
    for await (const batch of scanKeys(client, getEarlierPattern(prefix))) for (const key of batch) keys.add(key);
    return keys.size;
  });
}

/** Converts the sessions that one scan finds. Resolves to their number. */
async function convertFound(
  store: ConvertibleStore,
  keySpace: KeySpace,
  call: Call,
  onProgress: (sessions: number) => void,
): Promise<number> {
  const client = await store.read(call, async (each) => each);
  let count = 0;
  for await (const keys of scanKeys(client, getEarlierPattern(keySpace.prefix))) {
    for (let start = 0; start < keys.length; start += concurrentSessions) {
      const batch = keys.slice(start, start + concurrentSessions);
      const outcomes = await Promise.allSettled(batch.map((key) => convertSession(store, keySpace, key, call)));
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') throw outcome.reason;
        count += outcome.value;
      }
      onProgress(count);
    }
  }
  return count;
}

/** Moves one session. Resolves to 1; to 0 if it has expired meanwhile. */
async function convertSession(store: ConvertibleStore, keySpace: KeySpace, key: string, call: Call): Promise<number> {
  const earlier = parseEarlierSessionKey(keySpace.prefix, key);
  if (earlier === undefined) throw new Error(`The key "${key}" is not that of a session. Remove it, and start again.`);
  const keys = getSessionKeys(keySpace, earlier.session);
  // The session comes last, so that a session that has all of its turns expires with them.
  await copyKey(store, earlier.keys.turnLog, keys.turnLog, call);
  const isCopied = await copyKey(store, earlier.keys.session, keys.session, call);
  await store.write(call, 'unlink', earlier.keys.session, earlier.keys.turnLog);
  return isCopied ? 1 : 0;
}

/** Copies a key, also to another node of a Cluster. Resolves to whether it exists. */
async function copyKey(store: ConvertibleStore, from: string, to: string, call: Call): Promise<boolean> {
  const [ttlMs, content] = await store.read(call, (client) =>
    Promise.all([client.pttl(from), client.dumpBuffer(from)]),
  );
  if (content === null || ttlMs === -2) return false;
  await store.write(call, 'restore', to, Math.max(ttlMs, 0), content, 'REPLACE');
  return true;
}
