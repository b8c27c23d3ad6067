import { isMainThread } from 'node:worker_threads';
import { getSamplerSettings, isSignalRequested } from './otel-environment';
import { installProcessLog, writeOperatorMessage } from './process-log';
import { logSdkDiagnostics } from './running-sdk';

// This module is loaded before all others: `node --require dist/src/server/telemetry/preload.js dist/src/server/main.js`. If none
// of the standard variables is set, telemetry costs only the load of this module and of the API of OpenTelemetry.
installProcessLog();
try {
  getSamplerSettings(process.env); // throws for an invalid value, also if no spans are exported
  // Node.js loads this module in every thread. Threads pass their spans and measurements to the main one.
  if (isMainThread && (isSignalRequested('TRACES', process.env) || isSignalRequested('METRICS', process.env))) {
    logSdkDiagnostics(process.env);
    // Otherwise the SDK would replace this logger by one that writes text to the console.
    delete process.env['OTEL_LOG_LEVEL'];
    // A static import would load the SDK in every process. A dynamic import would start it after the service.
    // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
    const { startSdk } = require('./start-sdk') as typeof import('./start-sdk');
    startSdk(process.env);
  }
} catch (error) {
  writeOperatorMessage(
    'error',
    `scenario-orchestrator: telemetry cannot start: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
}
