import { noMetrics } from '../../src/adapters/otel/no-metrics';
import { noTelemetry } from '../../src/adapters/otel/no-telemetry';
import { RedisCatalogue } from '../../src/adapters/redis/redis-catalogue';
import { Sha256ContentHash, SystemClock, UuidV5InstanceIds } from '../../src/adapters/system';
import { ProtoTurnCodec } from '../../src/codec/proto-turn-codec';
import { defaultCompileOptions } from '../../src/domain/compile-options';
import { defaultSettings } from '../../src/domain/settings';
import { CompiledCatalogue } from '../../src/pipeline/compiled-catalogue';
import { bindUseCases } from '../../src/pipeline/use-cases';
import type { RedisUnderTest, StoreSettings } from '../adapters/redis/redis-under-test';
import { type GrpcUnderTest, startGrpc } from './grpc-under-test';
import { silentLog } from './silent-log';

/** How long a command may take on a busy machine, milliseconds. */
const patienceMs = 30_000;

/** The whole service but its process on a Redis that it shares with others of the same prefix: one node of several. */
export async function startNode(
  redis: RedisUnderTest,
  settings: StoreSettings & { readonly keyPrefix: string },
): Promise<GrpcUnderTest> {
  const clock = new SystemClock();
  const compile = defaultCompileOptions;
  const store = await redis.store(settings, patienceMs);
  const scenarios = new RedisCatalogue(await redis.connect(patienceMs), settings);
  const catalogue = new CompiledCatalogue({ scenarios, clock, log: silentLog, compile });
  const useCases = bindUseCases({
    store,
    scenarios,
    catalogue,
    codec: new ProtoTurnCodec(),
    ids: new UuidV5InstanceIds(),
    contentHash: new Sha256ContentHash(),
    clock,
    telemetry: noTelemetry,
    metrics: noMetrics,
    log: silentLog,
    settings: defaultSettings,
    compile,
    watchPollIntervalMs: 600_000,
  });
  const grpc = await startGrpc(useCases);
  return {
    ...grpc,
    async stop() {
      await grpc.stop();
      catalogue.close();
      await store.close();
      await scenarios.close();
    },
  };
}
