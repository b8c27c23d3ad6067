import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';
import { noopMetrics, noopTelemetry } from './noop-telemetry';
import { getRunningSdk } from './running-sdk';
import type { ProcessMetrics } from './worker-metrics';

export { limitRepeats } from './limit-repeats';
export { withStoreMetrics } from './metrics-decorators';
export { noopMetrics, noopTelemetry, noopThreadRecorder } from './noop-telemetry';
export { flushTelemetry } from './running-sdk';
export { startSupervisorTelemetry, startTelemetry } from './start-telemetry';
export type { ProcessMetrics };

/** Returns the metrics of this process. They do nothing unless `startTelemetry` started an SDK that exports metrics. */
export function getProcessMetrics(): Metrics {
  return getRunningSdk()?.metrics ?? noopMetrics;
}

/** Returns the tracing of this process. It does nothing unless `startTelemetry` started an SDK that exports spans. */
export function getProcessTelemetry(): Telemetry {
  return getRunningSdk()?.telemetry ?? noopTelemetry;
}

/** Collects the metrics of this worker for its supervisor; undefined if the supervisor does not serve them. */
export function collectWorkerMetrics(): Promise<ProcessMetrics> | undefined {
  return getRunningSdk()?.collectMetrics?.();
}
