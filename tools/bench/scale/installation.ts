import { RedisProcess } from '../../chaos/redis-process';
import type { Closers } from '../closers';
import type { BenchServer } from '../servers/bench-server';
import { putScenarios, startBenchService } from '../servers/service';
import { scenarioOf } from '../workload/scenarios';
import { usualShape } from '../workload/session-turns';

/** A service on a Redis of its own. */
export interface Installation {
  readonly redis: RedisProcess;
  readonly service: BenchServer;
}

/** Starts both, with so many scenarios in the catalogue; the workload's are the first of them. */
export async function startInstallation(
  closers: Closers,
  scenarios: number = usualShape.activeScenarios,
): Promise<Installation> {
  const redis = closers.add(await RedisProcess.start(), (started) => started.stop());
  const service = closers.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
  await putScenarios(
    service,
    Array.from({ length: scenarios }, (_, index) => scenarioOf(index)),
  );
  return { redis, service };
}
