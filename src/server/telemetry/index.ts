import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';
import { noopMetrics } from './noop-metrics';
import { noopTelemetry } from './noop-telemetry';
import { OtelMetrics } from './otel-metrics';
import { OtelTelemetry } from './otel-telemetry';
import { withPhaseMetrics } from './phase-metrics';
import { getRunningSdk } from './running-sdk';

export { allowCustomerData } from './customer-data';
export { logSdkDiagnostics } from './diagnostics';
export { noopMetrics } from './noop-metrics';
export { noopTelemetry } from './noop-telemetry';
export { OtelTelemetry } from './otel-telemetry';
export { flushTelemetry } from './running-sdk';
export { withStoreMetrics } from './store-metrics';

/** The metrics of this process where the preload started an SDK that reads them, else nearly nothing. */
export function getProcessMetrics(): Metrics {
  return getRunningSdk()?.metrics ? new OtelMetrics() : noopMetrics;
}

/** The telemetry of this process: spans where the preload started an SDK that sends them, timed where metrics are read. */
export function getProcessTelemetry(metrics: Metrics): Telemetry {
  return withPhaseMetrics(getRunningSdk()?.traces ? new OtelTelemetry() : noopTelemetry, metrics);
}
