import { getResidentBytes } from '../servers/process-cost';
import { type ScaleExperiment, selectSizes } from './experiment';
import { startDeployment } from './installation';

/** Connections that share the calls in flight. */
export const connectionsExperiment: ScaleExperiment = {
  name: 'connections',
  async start(extent, closers) {
    const { service } = await startDeployment(closers);
    const extraFigures = { 'memory MiB': getResidentBytes(service.pid) / 2 ** 20 };
    return selectSizes(extent, [1, 10, 100, 1_000]).map((count) => ({
      name: String(count),
      servers: [service],
      connections: count,
      extraFigures,
    }));
  },
};
