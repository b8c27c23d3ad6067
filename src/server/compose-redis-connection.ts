import { openRedisEndpoint } from './compose-redis-access';
import type { Config } from './config';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import type { FileReloader } from './runtime';
import { connectRedis, type RedisConnection } from './stores/redis/redis-connection';
import { formatEndpoint } from './stores/redis/redis-endpoint';

export interface ConfiguredRedis {
  readonly connection: RedisConnection;
  /** The addresses, without a password. */
  readonly address: string;
}

/** Starts to connect to the Redis that the settings name; undefined if they use the embedded store. */
export function connectConfiguredRedis(
  config: Config,
  { files, clock, log }: { readonly files: FileReloader; readonly clock: Clock; readonly log: Logger },
): ConfiguredRedis | undefined {
  const endpoint = openRedisEndpoint(config, files);
  if (endpoint === undefined) return undefined;
  const { redis } = config;
  const replicas = { replicas: redis.replicas_acknowledging, timeoutMs: redis.replication_timeout_ms };
  const connection = connectRedis({
    endpoint: endpoint.current,
    commandTimeoutMs: redis.command_timeout_ms,
    largeCommandTimeoutMs: Math.max(redis.large_command_timeout_ms, redis.command_timeout_ms),
    replication: redis.durability === 'replicated' ? replicas : undefined,
    isCustomerDataTraced: config.telemetry.customer_data,
    clock,
    log,
  });
  endpoint.onChange((changed) => connection.updateAccess(changed));
  return { connection, address: formatEndpoint(endpoint.current) };
}
