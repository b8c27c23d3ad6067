import { RedisProcess } from '../../chaos/redis-process';
import type { CleanupStack } from '../closers';
import type { BenchServer } from '../servers/bench-server';
import { putScenarios, startBenchService } from '../servers/service';
import { buildScenario } from '../workload/scenarios';
import { defaultShape } from '../workload/session-turns';

/** A service on a Redis of its own. */
export interface BenchDeployment {
  readonly redis: RedisProcess;
  readonly service: BenchServer;
}

/** Starts both, with so many scenarios in the catalogue; the workload's are the first of them. */
export async function startDeployment(
  closers: CleanupStack,
  scenarios: number = defaultShape.activeScenarios,
): Promise<BenchDeployment> {
  const redis = closers.add(await RedisProcess.start(), (started) => started.stop());
  const service = closers.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
  await putScenarios(
    service,
    Array.from({ length: scenarios }, (_, index) => buildScenario(index)),
  );
  return { redis, service };
}
