import { isSignalRequested } from './otel-environment';

// Loaded before everything else: `node --require dist/src/server/telemetry/preload.js dist/src/server/main.js`. Without the
// standard variables this module is the whole cost of telemetry.
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
