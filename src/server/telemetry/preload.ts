import { isSignalRequested } from './otel-environment';

// This module is loaded before all others: `node --require dist/src/server/telemetry/preload.js dist/src/server/main.js`. If none
// of the standard variables is set, telemetry costs only the load of this module.
if (isSignalRequested('TRACES', process.env) || isSignalRequested('METRICS', process.env)) {
  // A static import would load the SDK in every process. A dynamic import would load it after gRPC and Redis.
  // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
  const { startSdk } = require('./start-sdk') as typeof import('./start-sdk');
  try {
    startSdk(process.env);
  } catch (error) {
    process.stderr.write(
      `scenario-orchestrator: telemetry cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
}
