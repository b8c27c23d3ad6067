import { once } from 'node:events';
import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { Logger } from '../../ports/logger';
import { isReady } from './connection-state';
import { closeClient, type RedisClient } from './redis-client';
import { createUnavailableError, isErrorReply } from './redis-errors';

/** Maximum number of connections for large values. Further commands wait. */
const maxClients = 4;

export interface LargeValueClientsOptions {
  /** Creates a client that reports its connection to `log`. Its commands time out after `timeoutMs`. */
  readonly createClient: (log: Logger) => RedisClient;
  /** Called with a client that is not used again. */
  readonly onDiscard: (client: RedisClient) => void;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The connections for commands that send or return a large value. Such a command takes long on a slow network. On the shared connection,
 * the commands behind it would wait and time out, and the connection would count as broken, for every tenant. Here, a connection carries one
 * command at a time. If that command fails without a reply, its connection is closed, so that nothing is left in it for the next command.
 * Connections are opened on demand and kept.
 */
export class LargeValueClients {
  private readonly clients = new Set<RedisClient>();
  private readonly idle: RedisClient[] = [];
  private readonly waiting: (() => void)[] = [];
  private isClosed = false;

  constructor(private readonly options: LargeValueClientsOptions) {}

  /** Runs a command on a connection that no other command uses meanwhile. */
  async run<Reply>(call: Call, work: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    const client = await this.acquire();
    let isReusable = true;
    try {
      await waitForReady(client, this.options.timeoutMs);
      throwIfCallEnded(call, this.options.clock.now());
      isReusable = false;
      const reply = await work(client);
      isReusable = true;
      return reply;
    } catch (error) {
      isReusable ||= isErrorReply(error);
      throw error;
    } finally {
      this.release(client, isReusable);
    }
  }

  /** Waits for pending commands and disconnects. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.clients].map(closeClient));
  }

  private async acquire(): Promise<RedisClient> {
    for (;;) {
      if (this.isClosed) throw createUnavailableError('The connection to Redis is closed.');
      const client = this.idle.pop() ?? this.open();
      if (client !== undefined) return client;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private open(): RedisClient | undefined {
    if (this.clients.size >= maxClients) return undefined;
    const client = this.options.createClient(toDebugLog(this.options.log));
    this.clients.add(client);
    return client;
  }

  private release(client: RedisClient, isReusable: boolean): void {
    if (isReusable) this.idle.push(client);
    else {
      this.clients.delete(client);
      client.removeAllListeners('end');
      client.disconnect();
      this.options.onDiscard(client);
    }
    this.waiting.shift()?.();
  }
}

/** Resolves when the client is ready. Rejects with STORE_UNAVAILABLE after `timeoutMs`; nothing was sent then. */
async function waitForReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (isReady(client)) return;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    // `once` also rejects on an error event, after which the client connects again.
    while (!isReady(client)) await once(client, 'ready', { signal }).catch(() => signal.throwIfAborted());
  } catch (error) {
    throw createUnavailableError('Redis is not connected.', error);
  }
}

/** The shared connection already logs losses and recoveries of Redis. */
function toDebugLog(log: Logger): Logger {
  const debug: Logger['debug'] = (fields, message) => log.debug(fields, message);
  return {
    get isDebug() {
      return log.isDebug;
    },
    debug,
    info: debug,
    warn: debug,
    error: (fields, message) => log.error(fields, message),
  };
}
