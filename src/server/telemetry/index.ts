import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';
import { noopMetrics, noopTelemetry } from './noop-telemetry';
import { getRunningSdk } from './running-sdk';

export { limitRepeats } from './limit-repeats';
export { withStoreMetrics } from './metrics-decorators';
export { noopMetrics, noopTelemetry, noopThreadRecorder } from './noop-telemetry';
export { flushTelemetry } from './running-sdk';

/** Returns the metrics of this process. They do nothing unless the preload started an SDK that exports metrics. */
export function getProcessMetrics(): Metrics {
  return getRunningSdk()?.metrics ?? noopMetrics;
}

/** Returns the tracing of this process. It does nothing unless the preload started an SDK that exports spans. */
export function getProcessTelemetry(): Telemetry {
  return getRunningSdk()?.telemetry ?? noopTelemetry;
}
