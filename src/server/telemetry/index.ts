import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';
import { withPhaseMetrics } from './metrics-decorators';
import { noopMetrics, noopTelemetry } from './noop-telemetry';
import { OtelMetrics } from './otel-metrics';
import { OtelTelemetry } from './otel-telemetry';
import { getRunningSdk } from './running-sdk';

export { limitRepeats } from './limit-repeats';
export { withStoreMetrics } from './metrics-decorators';
export { noopMetrics, noopTelemetry } from './noop-telemetry';
export { OtelTelemetry } from './otel-telemetry';
export { allowCustomerData, flushTelemetry } from './running-sdk';

/** Returns the metrics of this process. They do nothing unless the preload started an SDK that exports metrics. */
export function getProcessMetrics(): Metrics {
  return getRunningSdk()?.exportsMetrics ? new OtelMetrics() : noopMetrics;
}

/**
 * Returns the tracing of this process, which also measures phases if metrics are on. It does nothing unless the preload started an
 * SDK.
 */
export function getProcessTelemetry(metrics: Metrics): Telemetry {
  return withPhaseMetrics(getRunningSdk()?.exportsTraces ? new OtelTelemetry() : noopTelemetry, metrics);
}

/** Runs work that registers gRPC methods. Their calls create no spans. */
export function withoutInstrumentation<T>(work: () => T): T {
  const sdk = getRunningSdk();
  return sdk === undefined ? work() : sdk.withoutInstrumentation(work);
}
