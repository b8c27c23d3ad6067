import { getSamplerSettings, isSignalRequested } from './otel-environment';
import { logSdkDiagnostics } from './running-sdk';
import type { ProcessRole } from './start-sdk';
import type { ProcessMetrics } from './worker-metrics';

/** Receives the metrics of the workers of a node. */
export interface WorkerMetricsReceiver {
  report(worker: number, metrics: ProcessMetrics): void;
  /** The process of the worker has ended. */
  end(worker: number): void;
}

/**
 * Starts the telemetry of this process as configured by the standard variables. If none of them is set, it costs only the load of the API of
 * OpenTelemetry.
 *
 * @throws Error for a variable with a value that is not supported.
 */
export function startTelemetry(env: NodeJS.ProcessEnv, role: ProcessRole): void {
  loadSdk(env, ({ startSdk }) => startSdk(env, role));
}

/**
 * Starts the telemetry of a supervisor: the endpoint for Prometheus with the metrics of its workers, if it is requested. `refresh` is called
 * before they are read; it asks the workers for their metrics, and resolves when they were received.
 *
 * @throws Error for a variable with a value that is not supported.
 */
export function startSupervisorTelemetry(env: NodeJS.ProcessEnv, refresh: () => Promise<void>): WorkerMetricsReceiver {
  const ignore = (): void => undefined;
  return loadSdk(env, ({ startSupervisorSdk }) => startSupervisorSdk(env, refresh)) ?? { report: ignore, end: ignore };
}

/** Loads the SDK if the standard variables request a signal. */
function loadSdk<T>(env: NodeJS.ProcessEnv, start: (sdk: typeof import('./start-sdk')) => T): T | undefined {
  try {
    getSamplerSettings(env); // throws for an invalid value, also if no spans are exported
    if (!isSignalRequested('TRACES', env) && !isSignalRequested('METRICS', env)) return undefined;
    logSdkDiagnostics(env);
    // Otherwise the SDK would replace this logger by one that writes text to the console.
    delete process.env['OTEL_LOG_LEVEL'];
    // A static import would load the SDK in every process. A dynamic import would start it after the service.
    // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
    return start(require('./start-sdk') as typeof import('./start-sdk'));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`telemetry cannot start: ${message}`, { cause: error });
  }
}
