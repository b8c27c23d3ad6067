import { Redis } from 'ioredis';
import type { CloudEvent } from '../cloud-event';
import { getMessage, type Sink, SinkUnavailableError } from '../sink';

export interface RedisSinkOptions {
  /** `redis://` or `rediss://`. */
  readonly url: URL;
  /** The user and password that replace those of the URL. Undefined: those of the URL. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** CA certificates to trust instead of the default ones, PEM. */
  readonly ca: string | undefined;
  /** The key of the stream. */
  readonly key: string;
  /** About how many entries are kept. 0: all. */
  readonly maxLength: number;
  readonly timeoutMs: number;
}

/** The number of events of one transaction. A response of the feed has at most 64. */
const batchSize = 64;

/**
 * Creates a sink that adds an entry for each event to a Redis Stream. The fields are `id`, `type`, `subject` and `event`, which is the event in
 * JSON. A batch is one transaction, so that a part of it is never missing. The id of the event is a field, because entry ids must increase.
 */
export function createRedisSink({ url, key, maxLength, ...options }: RedisSinkOptions): Sink {
  const address = `${url.hostname}:${url.port === '' ? 6379 : url.port}`;
  const { username, password, ca, timeoutMs } = options;
  const redis = new Redis({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6_379 : Number(url.port),
    db: Number(url.pathname.slice(1)),
    username: username ?? decodeURIComponent(url.username),
    password: password ?? decodeURIComponent(url.password),
    ...(url.protocol === 'rediss:' ? { tls: ca === undefined ? {} : { ca } } : {}),
    lazyConnect: true,
    enableOfflineQueue: false,
    // `deliver` repeats a batch; the connection itself repeats nothing.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: timeoutMs,
    // So that the process does not wait for a server that does not answer the end of the connection.
    disconnectTimeout: 200,
    commandTimeout: timeoutMs,
  });
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  const connect = async (): Promise<void> => {
    if (redis.status === 'ready') return;
    lastError = undefined;
    try {
      await redis.connect();
    } catch (error) {
      throw lastError ?? error;
    }
  };
  const trim = maxLength === 0 ? [] : ['MAXLEN', '~', String(maxLength)];
  return {
    name: `Redis ${address}, stream ${key}`,
    batchSize,
    async write(events) {
      try {
        await connect();
        const transaction = redis.multi();
        for (const event of events) transaction.call('XADD', key, ...trim, '*', ...toFields(event));
        for (const [error] of (await transaction.exec()) ?? []) if (error !== null) throw error;
      } catch (error) {
        throw new SinkUnavailableError(getMessage(findCause(error)));
      }
    },
    async close() {
      redis.disconnect();
    },
  };
}

/** A transaction that is aborted has the error of the command that was refused. */
function findCause(error: unknown): unknown {
  const causes: unknown = error instanceof Error && 'previousErrors' in error ? error.previousErrors : undefined;
  return Array.isArray(causes) ? (causes[0] ?? error) : error;
}

function toFields(event: CloudEvent): readonly string[] {
  return ['id', event.id, 'type', event.type, 'subject', event.subject ?? '', 'event', JSON.stringify(event)];
}
