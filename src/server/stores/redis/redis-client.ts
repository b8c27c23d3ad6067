import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../../ports/logger';
import { coalesceWrites } from './coalesce-writes';
import type { RedisEndpoint, RedisLogin, RedisTls, SentinelRedis } from './redis-endpoint';
import { getErrorCode } from './redis-errors';
import { restoreStringPrototype } from './restore-string-prototype';

// Here, where ioredis has just been loaded.
restoreStringPrototype();

export type RedisClient = Redis | Cluster;

/** Longest pause between two attempts to connect. */
const longestBackoffMs = 2_000;
const connectTimeoutMs = 2_000;

/** After so many command timeouts of silence a connection is dead: TCP itself notices a vanished host after minutes only. */
const timeoutsOfDeadConnection = 3;

/** How soon, and how often, a command is sent again that a Cluster refused while a slot moves. */
const retryDelayOnTryAgainMs = 50;
const maxRedirections = 16;

/**
 * A client that never sends a command twice unless a Cluster answered that it did not execute it, so that what became of a
 * command is known or said to be unknown. It reconnects for ever.
 */
export function createClient(endpoint: RedisEndpoint, commandTimeoutMs: number, log: Logger): RedisClient {
  const client = connect(endpoint, commandTimeoutMs);
  logConnection(client, log);
  coalesceWrites(client);
  // It gives up by itself where it hears of a failover while it connects.
  client.on('end', () => client.connect().catch(() => undefined));
  return client;
}

/** Waits for what was sent and disconnects for good. Idempotent. */
export async function closeClient(client: RedisClient): Promise<void> {
  client.removeAllListeners('end');
  if (client.status === 'ready') await client.quit().catch(() => undefined);
  // Also what a client has beside its connection, as those to Sentinels are.
  if (client.status !== 'end') client.disconnect();
}

/** A second connection to the same place for subscriptions. After a reconnect it is `ready` and subscribed to nothing. */
export function createSubscriber(client: RedisClient, endpoint: RedisEndpoint, log: Logger): Redis {
  const subscriber =
    client instanceof Cluster ? clusterSubscriber(client, endpoint) : client.duplicate(subscriberOptions);
  subscriber.on('error', (error: Error) => log.debug({ error: error.message }, 'redis subscription lost'));
  return subscriber;
}

const subscriberOptions = {
  autoResubscribe: false,
  commandTimeout: undefined,
  connectionName: 'scenario-orchestrator-changes',
  // A client that hears of a failover while it connects gives up for good. What is lost on an old master is noticed by polling.
  failoverDetector: false,
} satisfies RedisOptions;

/** Every node of a Cluster hears what is published on any other. Each attempt to connect is to another one, as nodes come and go. */
function clusterSubscriber(cluster: Cluster, endpoint: RedisEndpoint): Redis {
  const seeds = endpoint.kind === 'cluster' ? endpoint.seeds : [];
  const anyNode = () => {
    const known = cluster.nodes().flatMap(({ options: { host, port } }) => (host && port ? [{ host, port }] : []));
    const nodes = known.length > 0 ? known : seeds;
    return nodes[Math.floor(Math.random() * nodes.length)];
  };
  const subscriber: Redis = new Redis({
    ...nodeOptions(endpoint, connectTimeoutMs),
    ...subscriberOptions,
    ...anyNode(),
    retryStrategy(attempt) {
      Object.assign(subscriber.options, anyNode());
      return retryStrategy(attempt);
    },
  });
  return subscriber;
}

function connect(endpoint: RedisEndpoint, commandTimeoutMs: number): RedisClient {
  const options = nodeOptions(endpoint, commandTimeoutMs);
  switch (endpoint.kind) {
    case 'single':
      return new Redis(endpoint.url, options);
    case 'sentinel':
      return new Redis({ ...options, ...sentinelOptions(endpoint) });
    case 'cluster':
      return new Cluster([...endpoint.seeds], clusterOptions(options));
  }
}

function nodeOptions({ login, tls }: RedisEndpoint, commandTimeoutMs: number) {
  return {
    ...loginOptions(login),
    ...tlsOptions(tls),
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 500,
    connectionName: 'scenario-orchestrator',
    enableOfflineQueue: false,
    maxLoadingRetryTime: 1_000,
    // Without it promises of 6.0.0 hang for ever when the connection is lost.
    maxRetriesPerRequest: 0,
    // A master that became a replica stays connected; a new connection finds the new master.
    reconnectOnError: (error: Error) => getErrorCode(error.message) === 'READONLY',
    retryStrategy,
    socketTimeout: timeoutsOfDeadConnection * commandTimeoutMs,
  } satisfies RedisOptions;
}

function retryStrategy(attempt: number): number {
  return Math.min(25 * 2 ** Math.min(attempt, 10), longestBackoffMs) * (0.75 + Math.random() / 2);
}

function loginOptions(login: RedisLogin | undefined) {
  return {
    ...(login?.username && { username: login.username }),
    ...(login && { password: login.password }),
  } satisfies RedisOptions;
}

function tlsOptions(tls: RedisTls | undefined) {
  if (tls === undefined) return {};
  const { ca, cert, key, serverName } = tls;
  return {
    tls: {
      ...(ca !== '' && { ca }),
      ...(cert !== '' && { cert, key }),
      ...(serverName !== '' && { servername: serverName }),
    },
  } satisfies RedisOptions;
}

function sentinelOptions({ sentinels, name, sentinelLogin, tls }: SentinelRedis) {
  return {
    sentinels: [...sentinels],
    name,
    sentinelUsername: sentinelLogin?.username || undefined,
    sentinelPassword: sentinelLogin?.password,
    sentinelTLS: tlsOptions(tls).tls,
    enableTLSForSentinelMode: true,
    // A Sentinel that is silent must not keep the others from being asked.
    sentinelCommandTimeout: connectTimeoutMs,
    sentinelRetryStrategy: retryStrategy,
    // An old master that the others cannot see any more would go on taking writes that the new one never gets.
    failoverDetector: true,
  } satisfies RedisOptions;
}

function clusterOptions(redisOptions: ReturnType<typeof nodeOptions>) {
  return {
    redisOptions,
    clusterRetryStrategy: retryStrategy,
    // The name is what the certificate is for.
    ...(redisOptions.tls && { dnsLookup: (name, callback) => callback(null, name) }),
    // A command waits for a node that is being connected to; while there is no Cluster, none gets as far as this.
    enableOfflineQueue: true,
    maxRedirections,
    retryDelayOnTryAgain: retryDelayOnTryAgainMs,
    // A failover takes longer than a caller should wait here.
    retryDelayOnClusterDown: 0,
    // A command may have been executed on a connection that was lost.
    retryDelayOnFailover: 0,
  } satisfies ClusterOptions;
}

/** Tells when the connection is lost and when it is back, once each, however often it is tried in between. */
function logConnection(client: RedisClient, log: Logger): void {
  let told = false;
  client.on('ready', () => {
    log.info({}, 'redis connected');
    told = false;
  });
  client.on('error', (error: Error) => {
    if (!told) log.warn({ error: error.message }, 'redis connection lost or refused; trying again');
    told = true;
  });
}
