import { residentBytes } from '../servers/process-cost';
import { type Experiment, sizesOf } from './experiment';
import { startInstallation } from './installation';

/** Connections that share the calls in flight. */
export const connections: Experiment = {
  name: 'connections',
  async start(extent, closers) {
    const { service } = await startInstallation(closers);
    const found = { 'memory MiB': residentBytes(service.pid) / 2 ** 20 };
    return sizesOf(extent, [1, 10, 100, 1_000]).map((count) => ({
      name: String(count),
      servers: [service],
      connections: count,
      found,
    }));
  },
};
