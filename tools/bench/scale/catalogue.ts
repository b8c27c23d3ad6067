import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { BenchServer } from '../servers/bench-server';
import { getCpuMicroseconds, getResidentBytes } from '../servers/process-cost';
import { startBenchService } from '../servers/service';
import { buildSessionTurns, defaultShape } from '../workload/session-turns';
import { type ScaleExperiment, type ScaleVariant, selectSizes } from './experiment';
import { startDeployment } from './installation';

/** Scenarios of the agent, of which a session uses three. */
export const catalogueExperiment: ScaleExperiment = {
  name: 'scenarios in the catalogue',
  async start(extent, closers) {
    const variants: ScaleVariant[] = [];
    for (const size of selectSizes(extent, [10, 1_000, 10_000])) {
      const count = Math.max(size, defaultShape.activeScenarios);
      const { redis, service: writer } = await startDeployment(closers, count);
      await writer.stop();
      // Another one, which knows nothing of them yet.
      const service = closers.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
      const extraFigures = {
        'start CPU ms': getCpuMicroseconds(service.pid) / 1_000,
        'first turn CPU ms': await firstTurnCpu(service),
        'memory MiB': getResidentBytes(service.pid) / 2 ** 20,
      };
      variants.push({ name: String(count), servers: [service], connections: 2, extraFigures: found });
    }
    return variants;
  },
};

/** The first turn of an agent loads its catalogue and compiles it. */
async function firstTurnCpu({ address, pid }: BenchServer): Promise<number> {
  const client = connect(address, { credentials: insecure(), timeoutMs: 600_000 });
  try {
    const [turn] = buildSessionTurns(defaultShape);
    const before = getCpuMicroseconds(pid);
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
    return (getCpuMicroseconds(pid) - before) / 1_000;
  } finally {
    client.close();
  }
}
