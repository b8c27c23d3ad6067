import { connectConfiguredRedis } from './compose-redis-connection';
import { loadConfig } from './config';
import { createCall } from './ports/call';
import type { Logger } from './ports/logger';
import { FileReloader, SystemClock } from './runtime';
import { type Conversion, convertStore } from './stores/redis/convert-store';

export interface ConvertSettings {
  /** Counts what a conversion would do, and changes nothing. */
  readonly isDryRun: boolean;
  /** Called with the number of converted sessions. */
  readonly onProgress: (sessions: number) => void;
}

export interface ConvertedStore extends Conversion {
  /** The addresses of Redis, without a password. */
  readonly address: string;
}

/** How long the command waits for a connection, in milliseconds. */
const connectTimeoutMs = 10_000;

/**
 * Converts the keys of an earlier release in the Redis that the settings in `env` name. Throws an Error with a message for the operator if the
 * settings are invalid or use the embedded store, if Redis does not respond, or if the store cannot be converted.
 */
export async function convertConfiguredStore(
  env: NodeJS.ProcessEnv,
  { isDryRun, onProgress }: ConvertSettings,
): Promise<ConvertedStore> {
  const config = loadConfig(env);
  const clock = new SystemClock();
  const redis = { ...config.redis, command_timeout_ms: config.redis.large_command_timeout_ms };
  const configured = connectConfiguredRedis(
    { ...config, redis },
    { files: new FileReloader(noLog), clock, log: noLog },
  );
  if (configured === undefined) {
    throw new Error(
      'The settings use the embedded store, which needs no conversion. Set redis.url, sentinels or cluster.',
    );
  }
  const { connection, address } = configured;
  const { key_prefix: prefix, partitions } = config.redis;
  const { signal } = new AbortController();
  try {
    await connection.waitForReady(createCall(clock.now() + connectTimeoutMs, signal));
    await connection.requireUsableServer();
    const call = createCall(Number.POSITIVE_INFINITY, signal);
    const conversion = await convertStore(
      connection,
      { keySpace: { prefix, partitions }, isDryRun, now: clock.now(), onProgress },
      call,
    );
    return { ...conversion, address };
  } finally {
    await connection.close();
  }
}

const ignore = (): void => undefined;
const noLog: Logger = { isDebug: false, debug: ignore, info: ignore, warn: ignore, error: ignore };
