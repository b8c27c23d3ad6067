import { isSignalRequested } from './otel-environment';

// Loaded before everything else: `node --require dist/src/server/telemetry/preload.js dist/src/server/main.js`. Without the standard
// variables this is all that telemetry costs.
if (isSignalRequested('TRACES', process.env) || isSignalRequested('METRICS', process.env)) {
  // Loaded when it is needed, and at once: an `import` up there would load the SDK for everybody, an `import()` too late.
  // biome-ignore lint/style/noCommonJs: there is no other synchronous way.
  const { startSdk } = require('./start-sdk') as typeof import('./start-sdk');
  try {
    startSdk(process.env);
  } catch (error) {
    process.stderr.write(`telemetry: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
