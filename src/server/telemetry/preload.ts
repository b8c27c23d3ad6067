import { installProcessLog } from './process-log';

// This module is loaded before all others: `node --require dist/src/server/telemetry/preload.js dist/src/server/main.js`, so that what
// Node.js and libraries write while they are loaded are lines of the log. The service starts its telemetry itself (start-telemetry.ts).
installProcessLog();
