import { RedisProcess } from '../../tools/redis/redis-process';
import { type BuiltServer, ensureBuilt, startBuiltServer } from './built-server';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver';

/** The built service with a Redis of its own, and a receiver of its spans. */
export interface TracedService {
  readonly receiver: OtlpReceiver;
  readonly server: BuiltServer;
  close(): Promise<void>;
}

/** Starts the service. It exports every span 50 ms after its end, and keeps the catalogue for a minute. */
export async function startTracedService(settings: Readonly<Record<string, string>> = {}): Promise<TracedService> {
  await ensureBuilt();
  const receiver = await startOtlpReceiver();
  const redis = await RedisProcess.start();
  const server = await startBuiltServer({
    ORCHESTRATOR__REDIS__URL: redis.url,
    ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
    ORCHESTRATOR__REDIS__CATALOGUE_STALENESS_MS: '60000',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    ...settings,
  });
  return {
    receiver,
    server,
    async close() {
      await server.stop();
      await redis.stop();
      await receiver.close();
    },
  };
}
