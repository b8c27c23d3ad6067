import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../../ports/logger';
import { createAccessOptions } from './client-access';
import { coalesceWrites, type RedisClient, restoreStringPrototype } from './client-tuning';
import { logConnectionState, requireHandshake } from './connection-state';
import type { RedisEndpoint, SentinelRedis } from './redis-endpoint';
import { getErrorCode } from './redis-errors';

// Loading ioredis slows down String.prototype, so this runs after the import.
restoreStringPrototype();

export type { RedisClient };

/** The maximum delay between two connection attempts, before jitter. */
const maxBackoffMs = 2_000;
const connectTimeoutMs = 2_000;

/** A connection that is silent for this many command timeouts is closed. TCP detects a lost host only after minutes. */
const maxSilentTimeouts = 3;

/** The retry delay of a command that a Cluster rejects while it migrates the slot. */
const retryDelayOnTryAgainMs = 50;

/** The maximum number of redirections and retries of a command. */
const maxRedirections = 16;

/**
 * Creates a client that reconnects forever. The client retries a command only if a Cluster replied that it did not execute the
 * command. Every other failure is reported to the caller.
 */
export function createClient(endpoint: RedisEndpoint, commandTimeoutMs: number, log: Logger): RedisClient {
  const client = connect(endpoint, commandTimeoutMs);
  requireHandshake(client);
  logConnectionState(client, endpoint, log);
  coalesceWrites(client);
  // ioredis stops reconnecting if a failover happens while it connects.
  client.on('end', () => client.connect().catch(() => undefined));
  return client;
}

/** Waits for pending commands and disconnects. Idempotent. */
export async function closeClient(client: RedisClient): Promise<void> {
  client.removeAllListeners('end');
  if (client.status === 'ready') await client.quit().catch(() => undefined);
  // This also closes auxiliary connections, such as those to Sentinels.
  if (client.status !== 'end') client.disconnect();
}

/** Creates a second connection, for subscriptions. After a reconnect, the connection is `ready` and has no subscriptions. */
export function createSubscriber(client: RedisClient, endpoint: RedisEndpoint, log: Logger): Redis {
  const subscriber =
    client instanceof Cluster ? createClusterSubscriber(client, endpoint) : client.duplicate(subscriberOptions);
  subscriber.on('error', (error: Error) => log.debug({ error: error.message }, 'redis subscription lost'));
  return subscriber;
}

const subscriberOptions = {
  autoResubscribe: false,
  commandTimeout: undefined,
  connectionName: 'scenario-orchestrator-changes',
  // Channels do not belong to a database.
  db: 0,
  // ioredis gives up if a failover happens while it connects. Polling covers notifications that are lost with an old master.
  failoverDetector: false,
} satisfies RedisOptions;

/**
 * Creates a connection to one node of a Cluster, because every node delivers all messages. Each connection attempt uses a random
 * node, because nodes can be removed.
 */
function createClusterSubscriber(cluster: Cluster, endpoint: RedisEndpoint): Redis {
  const seeds = endpoint.kind === 'cluster' ? endpoint.seeds : [];
  const selectNode = () => {
    const knownNodes = cluster.nodes().flatMap(({ options: { host, port } }) => (host && port ? [{ host, port }] : []));
    const nodes = knownNodes.length > 0 ? knownNodes : seeds;
    return nodes[Math.floor(Math.random() * nodes.length)];
  };
  const subscriber: Redis = new Redis({
    ...createNodeOptions(endpoint, connectTimeoutMs),
    ...subscriberOptions,
    ...selectNode(),
    retryStrategy(attempt) {
      Object.assign(subscriber.options, selectNode());
      return getReconnectDelayMs(attempt);
    },
  });
  return subscriber;
}

function connect(endpoint: RedisEndpoint, commandTimeoutMs: number): RedisClient {
  const options = createNodeOptions(endpoint, commandTimeoutMs);
  switch (endpoint.kind) {
    case 'single':
      return new Redis({ ...options, ...endpoint.address, db: endpoint.database });
    case 'sentinel':
      return new Redis({ ...options, ...createSentinelOptions(endpoint) });
    case 'cluster':
      return new Cluster([...endpoint.seeds], createClusterOptions(options));
  }
}

function createNodeOptions(endpoint: RedisEndpoint, commandTimeoutMs: number) {
  return {
    ...createAccessOptions(endpoint),
    autoResendUnfulfilledCommands: false,
    // Redis 7.2 and later would reject CLIENT SETINFO, and log it, for a user with the documented permissions.
    disableClientInfo: true,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 500,
    connectionName: 'scenario-orchestrator',
    enableOfflineQueue: false,
    maxLoadingRetryTime: 1_000,
    // Otherwise promises of ioredis 6.0.0 never settle when the connection is lost.
    maxRetriesPerRequest: 0,
    // A demoted master stays connected. A new connection finds the new master.
    reconnectOnError: (error: Error) => getErrorCode(error.message) === 'READONLY',
    retryStrategy: getReconnectDelayMs,
    socketTimeout: maxSilentTimeouts * commandTimeoutMs,
  } satisfies RedisOptions;
}

function getReconnectDelayMs(attempt: number): number {
  return Math.min(25 * 2 ** Math.min(attempt, 10), maxBackoffMs) * (0.75 + Math.random() / 2);
}

function createSentinelOptions({ sentinels, name }: SentinelRedis) {
  return {
    sentinels: [...sentinels],
    name,
    enableTLSForSentinelMode: true,
    // An unresponsive Sentinel must not block the others.
    sentinelCommandTimeout: connectTimeoutMs,
    sentinelRetryStrategy: getReconnectDelayMs,
    // Otherwise the client keeps writing to an isolated old master, and these writes are lost.
    failoverDetector: true,
  } satisfies RedisOptions;
}

function createClusterOptions(redisOptions: ReturnType<typeof createNodeOptions>) {
  return {
    redisOptions,
    clusterRetryStrategy: getReconnectDelayMs,
    // Do not resolve names: certificates are issued for names.
    ...(redisOptions.tls && { dnsLookup: (name, callback) => callback(null, name) }),
    // Commands wait while a node is connecting. If no node is connected, RedisConnection rejects them first.
    enableOfflineQueue: true,
    maxRedirections,
    retryDelayOnTryAgain: retryDelayOnTryAgainMs,
    // A failover takes longer than callers should wait.
    retryDelayOnClusterDown: 0,
    // A command may have been executed before the connection was lost.
    retryDelayOnFailover: 0,
  } satisfies ClusterOptions;
}

/** On each connect, logs a warning if Redis may evict sessions when its memory is full. */
export function warnOnEvictionPolicy(client: RedisClient, log: Logger): void {
  client.on('ready', () => {
    const masters = client instanceof Cluster ? client.nodes('master') : [client];
    Promise.all(masters.map((master) => master.info('memory'))).then(
      (infos) => logEvictionPolicy(infos.flatMap((info) => parseEvictionPolicy(info) ?? [])[0], log),
      // The user may lack the permission for INFO.
      () => undefined,
    );
  });
}

function logEvictionPolicy(policy: string | undefined, log: Logger): void {
  if (policy === undefined) return;
  const message = 'redis may evict sessions when its memory is full; set maxmemory-policy to noeviction';
  log.warn({ 'maxmemory-policy': policy }, message);
}

/** Reads the eviction policy from the reply of INFO; undefined if the server never evicts keys. */
function parseEvictionPolicy(info: string): string | undefined {
  const getField = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const policy = getField('maxmemory_policy');
  return policy === 'noeviction' || getField('maxmemory') === '0' ? undefined : policy;
}
