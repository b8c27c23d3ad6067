import { Redis } from 'ioredis';
import type { Logger } from '../../ports/logger';
import type { RedisClient } from './client-tuning';
import type { RedisEndpoint } from './redis-endpoint';

/** Clients whose connection has failed to log in or to select its database. */
const rejectedClients = new WeakSet<RedisClient>();

/** Whether commands can be sent: the connection is open, the user is logged in and the database is selected. */
export function isReady(client: RedisClient): boolean {
  return client.status === 'ready' && !rejectedClients.has(client);
}

/**
 * Closes a connection that has failed to log in or to select its database. ioredis only reports a failed SELECT, and then sends
 * commands to database 0.
 */
export function requireHandshake(client: RedisClient): void {
  if (!(client instanceof Redis)) return; // A Cluster has one database.
  client.on('connect', () => rejectedClients.delete(client));
  client.on('error', () => {
    if (client.status !== 'connect') return;
    rejectedClients.add(client);
    client.disconnect(true);
  });
}

/** Logs each loss and each recovery of the connection once, regardless of the number of connection attempts. */
export function logConnectionState(client: RedisClient, endpoint: RedisEndpoint, log: Logger): void {
  let isLossLogged = false;
  client.on('ready', () => {
    if (!isReady(client)) return;
    log.info({}, 'redis connected');
    isLossLogged = false;
  });
  client.on('error', (error: Error) => {
    if (isLossLogged) return;
    isLossLogged = true;
    const fields = { error: withoutArguments(error.message) };
    if (endpoint.kind === 'single' && isSelectError(error)) {
      const { database } = endpoint;
      const message =
        'redis does not select the database: not serving; grant +select to the user, or set an existing database in redis.url';
      log.error({ ...fields, database }, message);
    } else {
      log.warn(fields, 'redis connection lost or refused; reconnecting');
    }
  });
}

function isSelectError(error: Error & { readonly command?: { readonly name?: unknown } }): boolean {
  return error.command?.name === 'select';
}

/** Whether an attempt of a client, or of all nodes of a Cluster, timed out. */
function isTimeout(error: Error & { readonly lastNodeError?: unknown }): boolean {
  return /timed out|ETIMEDOUT/.test(`${error.message} ${String(error.lastNodeError)}`);
}

/** Removes the arguments of a command, such as a password, from an error reply. */
function withoutArguments(message: string): string {
  return message.replace(/,? with args beginning with:.*$/s, '');
}

/**
 * Resolves when all clients are ready, or when an attempt of one of them was refused. A timeout is no refusal: at the start of the
 * process, loading modules may take longer than a timeout. May wait forever.
 */
export function waitForFirstAttempt(clients: readonly RedisClient[]): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (clients.every(isReady)) resolve();
    };
    for (const client of clients) {
      client.on('ready', check);
      client.on('error', (error: Error) => {
        if (!isTimeout(error)) resolve();
      });
    }
    check();
  });
}
