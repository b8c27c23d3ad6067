import type { Telemetry } from '../../ports/telemetry';
import { noTelemetry } from './no-telemetry';
import { isSdkRunning } from './running-sdk';
import { OtelTelemetry } from './telemetry';

export { logDiagnostics } from './diagnostics';
export { noTelemetry } from './no-telemetry';
export { flushTelemetry, isSdkRunning } from './running-sdk';
export { OtelTelemetry } from './telemetry';

/** The telemetry of this process: spans where the preload started an SDK, else nearly nothing. */
export function processTelemetry(): Telemetry {
  return isSdkRunning() ? new OtelTelemetry() : noTelemetry;
}
