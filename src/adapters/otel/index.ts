import type { Metrics } from '../../ports/metrics';
import type { Telemetry } from '../../ports/telemetry';
import { meteredTelemetry } from './metered-telemetry';
import { noMetrics } from './no-metrics';
import { noTelemetry } from './no-telemetry';
import { OtelMetrics } from './otel-metrics';
import { runningSdk } from './running-sdk';
import { OtelTelemetry } from './telemetry';

export { showCustomerData } from './customer-data';
export { logDiagnostics } from './diagnostics';
export { meteredSessionStore } from './metered-session-store';
export { noMetrics } from './no-metrics';
export { noTelemetry } from './no-telemetry';
export { flushTelemetry } from './running-sdk';
export { OtelTelemetry } from './telemetry';

/** The metrics of this process where the preload started an SDK that reads them, else nearly nothing. */
export function processMetrics(): Metrics {
  return runningSdk()?.metrics ? new OtelMetrics() : noMetrics;
}

/** The telemetry of this process: spans where the preload started an SDK that sends them, timed where metrics are read. */
export function processTelemetry(metrics: Metrics): Telemetry {
  return meteredTelemetry(runningSdk()?.traces ? new OtelTelemetry() : noTelemetry, metrics);
}
