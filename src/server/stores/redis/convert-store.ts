import type { Call } from '../../ports/call';
import { indexSession } from './index-session';
import type { RedisConnection } from './redis-connection';
import { getLayoutKey, getSessionKeys, type KeySpace, parseEarlierSessionKey, parseSessionKey } from './redis-keys';
import {
  convertingLayout,
  currentLayout,
  describeStore,
  getEarlierPattern,
  getSessionPattern,
  readDescription,
  scanKeys,
  unindexedLayout,
} from './store-layout';

/** What a conversion uses of a connection. The connection must not check the layout. */
export type ConvertibleStore = Pick<RedisConnection, 'read' | 'write' | 'runScript'>;

export interface ConvertOptions {
  readonly keySpace: KeySpace;
  /** Counts the sessions and changes nothing. */
  readonly isDryRun: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Called with the number of moved, and then of indexed sessions after each batch. */
  readonly onProgress?: (sessions: number) => void;
}

export interface Conversion {
  /** The number of sessions of releases up to 0.2, which are moved to the keys of their partitions. */
  readonly sessions: number;
  /** The number of sessions that are added to the index, those that are moved included. */
  readonly indexed: number;
  /** The number of partitions of the store; undefined after a dry run of a store that was not described yet. */
  readonly partitions: number | undefined;
}

/** The number of sessions that are copied at the same time. */
const concurrentSessions = 32;

/**
 * Moves the sessions of releases up to 0.2 to the keys of their partitions, with their times to live, and adds all sessions to the index. No node
 * may use the store meanwhile. An interrupted conversion continues when it is started again: a session is deleted from its earlier keys only
 * after it was copied, a session that is indexed again has the same entry, and nodes refuse the store until all is done.
 *
 * Throws an Error with a message for the operator if the store has another number of partitions, or a newer layout.
 */
export async function convertStore(store: ConvertibleStore, options: ConvertOptions, call: Call): Promise<Conversion> {
  const { keySpace, isDryRun, onProgress = () => undefined } = options;
  const described = await store.read(call, (client) => readDescription(client, keySpace.prefix));
  if (described?.layout === currentLayout) return { sessions: 0, indexed: 0, partitions: described.partitions };
  if (isDryRun) {
    const sessions = await countKeys(store, getEarlierPattern(keySpace.prefix), call);
    const indexed = sessions + (await countKeys(store, getSessionPattern(keySpace.prefix), call));
    return { sessions, indexed, partitions: described?.partitions };
  }
  const partitions = await startConversion(store, keySpace, call);
  const convert = (key: string) => convertSession(store, keySpace, key, call);
  let sessions = 0;
  // A scan may miss keys while tables change, so it is repeated until it finds nothing.
  for (let found = -1; found !== 0; ) {
    const countFrom = sessions;
    const pattern = getEarlierPattern(keySpace.prefix);
    found = await forEachKey(
      store,
      { pattern, work: convert, onProgress: (count) => onProgress(countFrom + count) },
      call,
    );
    sessions += found;
  }
  const index = async (key: string) => {
    const session = parseSessionKey(keySpace.prefix, key);
    return session !== undefined && (await indexSession(store, keySpace, session, options.now, call)) ? 1 : 0;
  };
  const indexed = await forEachKey(
    store,
    { pattern: getSessionPattern(keySpace.prefix), work: index, onProgress },
    call,
  );
  await store.write(call, 'hset', getLayoutKey(keySpace.prefix), 'layout', currentLayout);
  return { sessions, indexed, partitions };
}

/** Makes nodes refuse the store. Resolves to the number of its partitions. */
async function startConversion(store: ConvertibleStore, keySpace: KeySpace, call: Call): Promise<number> {
  const { layout, partitions } = await store.read(call, (client) => describeStore(client, keySpace, convertingLayout));
  if (layout !== convertingLayout && layout !== unindexedLayout) {
    throw new Error(`The store has the unknown layout "${layout}". Use a newer release.`);
  }
  if (partitions !== keySpace.partitions) {
    throw new Error(
      `The store has ${partitions} partitions, and redis.partitions is ${keySpace.partitions}. Set redis.partitions = ${partitions}.`,
    );
  }
  if (layout === unindexedLayout) {
    await store.write(call, 'hset', getLayoutKey(keySpace.prefix), 'layout', convertingLayout);
  }
  return partitions;
}

async function countKeys(store: ConvertibleStore, pattern: string, call: Call): Promise<number> {
  return store.read(call, async (client) => {
    const keys = new Set<string>();
    for await (const batch of scanKeys(client, pattern)) for (const key of batch) keys.add(key);
    return keys.size;
  });
}

interface KeyWork {
  readonly pattern: string;
  /** Resolves to 1 if something was done for the key, else to 0. */
  readonly work: (key: string) => Promise<number>;
  /** Called with the sum after each batch. */
  readonly onProgress: (count: number) => void;
}

/** Works on the keys that one scan finds, some at the same time. Resolves to the sum. */
async function forEachKey(
  store: ConvertibleStore,
  { pattern, work, onProgress }: KeyWork,
  call: Call,
): Promise<number> {
  const client = await store.read(call, async (each) => each);
  let count = 0;
  for await (const keys of scanKeys(client, pattern)) {
    for (let start = 0; start < keys.length; start += concurrentSessions) {
      const outcomes = await Promise.allSettled(keys.slice(start, start + concurrentSessions).map(work));
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
