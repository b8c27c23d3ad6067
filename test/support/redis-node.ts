import type { Logger } from '../../src/server/ports/logger';
import { RedisCatalogue } from '../../src/server/stores/redis/redis-catalogue';
import { RedisLegacySessionStore } from '../../src/server/stores/redis/redis-legacy-session-store';
import { RedisSessionStore } from '../../src/server/stores/redis/redis-session-store';
import type { StoreSettings } from '../server/stores/redis/clients-under-test';
import type { RedisUnderTest } from '../server/stores/redis/redis-under-test';
import { type GrpcUnderTest, startGrpc } from './grpc-under-test';
import { createService, type ServiceUnderTest } from './service-under-test';
import { silentLog } from './silent-log';

export interface RedisNodeSettings {
  readonly keyPrefix: string;
  /** The key template of legacy sessions; "" for none. */
  readonly legacySessionKey: string;
  readonly log?: Logger;
}

/** The time to live of sessions on a node, in milliseconds. */
export const sessionTtlMs = 3_600_000;

/** Creates the use cases of one node that shares a Redis with others. `redis` closes the connection. */
export async function createRedisNode(
  redis: RedisUnderTest,
  { keyPrefix, legacySessionKey, log = silentLog }: RedisNodeSettings,
): Promise<ServiceUnderTest> {
  const connection = await redis.connect();
  const store = new RedisSessionStore(connection, {
    keyPrefix,
    sessionTtlMs,
    turnLimits: { recordedTurns: 1_000 },
    cachedSessions: 100,
    clock: Date,
  });
  const legacySessions =
    legacySessionKey === ''
      ? undefined
      : new RedisLegacySessionStore(connection, { keyTemplate: legacySessionKey, sessionTtlMs, clock: Date, log });
  const scenarios = new RedisCatalogue(connection, { keyPrefix });
  return createService({ store, scenarios, legacySessions, close: () => store.close() }, { clock: Date, log });
}

/** Starts the gRPC server of one node that shares a Redis and a key prefix with others. */
export async function startRedisNode(
  redis: RedisUnderTest,
  settings: StoreSettings & { readonly keyPrefix: string },
): Promise<GrpcUnderTest> {
  const store = await redis.createStore(settings);
  const scenarios = new RedisCatalogue(await redis.connect(), settings);
  const service = createService({
    store,
    scenarios,
    async close() {
      await store.close();
      await scenarios.close();
    },
  });
  const grpc = await startGrpc(service.useCases);
  return {
    ...grpc,
    async stop() {
      await grpc.stop();
      await service.close();
    },
  };
}
