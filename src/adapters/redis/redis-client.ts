import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../../ports/log';
import { codeOf } from './redis-errors';

/** Where Redis is. One kind for now; Sentinel and Cluster become further members of this union. */
export interface RedisEndpoint {
  readonly kind: 'single';
  /** redis:// or rediss:// with user (ACL), password and database where they are needed. */
  readonly url: string;
}

/** Longest pause between two attempts to connect. */
const longestBackoffMs = 2_000;
const connectTimeoutMs = 2_000;

/**
 * A client that never sends a command twice and never queues one while there is no connection, so that what became of a
 * command is known or said to be unknown. It reconnects for ever.
 */
export function createClient(endpoint: RedisEndpoint, commandTimeoutMs: number, log: Log): Redis {
  const client = new Redis(endpoint.url, clientOptions(commandTimeoutMs));
  logConnection(client, log);
  return client;
}

/** A second connection to the same place for subscriptions. After a reconnect it is `ready` and subscribed to nothing. */
export function createSubscriber(client: Redis, log: Log): Redis {
  const subscriber = client.duplicate({
    autoResubscribe: false,
    commandTimeout: undefined,
    connectionName: 'scenario-orchestrator-changes',
  });
  subscriber.on('error', (error: Error) => log.debug({ error: error.message }, 'redis subscription lost'));
  return subscriber;
}

function clientOptions(commandTimeoutMs: number) {
  return {
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
    reconnectOnError: (error: Error) => codeOf(error.message) === 'READONLY',
    retryStrategy: (attempt: number) =>
      Math.min(25 * 2 ** Math.min(attempt, 10), longestBackoffMs) * (0.75 + Math.random() / 2),
  } satisfies RedisOptions;
}

/** Tells when the connection is lost and when it is back, once each, however often it is tried in between. */
function logConnection(client: Redis, log: Log): void {
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
