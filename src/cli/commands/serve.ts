// Telemetry first: what it observes must not be loaded before (src/adapters/otel/preload.ts). Both run by being loaded.
import '../../server/telemetry/preload';
import '../../server/main';
