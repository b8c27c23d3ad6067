import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { BenchServer } from '../servers/bench-server';
import { cpuMicroseconds, residentBytes } from '../servers/process-cost';
import { startBenchService } from '../servers/service';
import { sessionTurns, usualShape } from '../workload/session-turns';
import { type Experiment, sizesOf, type Variant } from './experiment';
import { startInstallation } from './installation';

/** Scenarios of the agent, of which a session uses three. */
export const catalogue: Experiment = {
  name: 'scenarios in the catalogue',
  async start(extent, closers) {
    const variants: Variant[] = [];
    for (const size of sizesOf(extent, [10, 1_000, 10_000])) {
      const count = Math.max(size, usualShape.activeScenarios);
      const { redis, service: writer } = await startInstallation(closers, count);
      await writer.stop();
      // Another one, which knows nothing of them yet.
      const service = closers.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
      const found = {
        'start CPU ms': cpuMicroseconds(service.pid) / 1_000,
        'first turn CPU ms': await firstTurnCpu(service),
        'memory MiB': residentBytes(service.pid) / 2 ** 20,
      };
      variants.push({ name: String(count), servers: [service], connections: 2, found });
    }
    return variants;
  },
};

/** The first turn of an agent loads its catalogue and compiles it. */
async function firstTurnCpu({ address, pid }: BenchServer): Promise<number> {
  const client = connect(address, { credentials: insecure(), timeoutMs: 600_000 });
  try {
    const [turn] = sessionTurns(usualShape);
    const before = cpuMicroseconds(pid);
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
    return (cpuMicroseconds(pid) - before) / 1_000;
  } finally {
    client.close();
  }
}
