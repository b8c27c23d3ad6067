import { startBenchService } from '../servers/service';
import type { Experiment } from './experiment';
import { startInstallation } from './installation';

/** One node and two, on one Redis. */
export const nodes: Experiment = {
  name: 'nodes',
  async start(_extent, closers) {
    const { redis, service } = await startInstallation(closers);
    const other = closers.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
    return [
      { name: '1', servers: [service], connections: 4, found: {} },
      { name: '2', servers: [service, other], connections: 4, found: {} },
    ];
  },
};
