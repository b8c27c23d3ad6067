import { startBenchService } from '../servers/service';
import type { ScaleExperiment } from './experiment';
import { startDeployment } from './installation';

/** One node and two, on one Redis. */
export const nodesExperiment: ScaleExperiment = {
  name: 'nodes',
  async start(_extent, closers) {
    const { redis, service } = await startDeployment(closers);
    const other = closers.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
    return [
      { name: '1', servers: [service], connections: 4, extraFigures: {} },
      { name: '2', servers: [service, other], connections: 4, extraFigures: {} },
    ];
  },
};
