import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';
import { limitRepeats } from './limit-repeats';
import { repeatIntervalMs, writeLogLine } from './process-log';
import type { ProcessMetrics } from './worker-metrics';

// The state of the SDK in this process. `startSdk` sets it. This module does not load the SDK.

export interface RunningSdk {
  /** The tracing of calls; undefined if no spans are exported. */
  readonly telemetry: Telemetry | undefined;
  /** The metrics that are exported; undefined if none are. */
  readonly metrics: Metrics | undefined;
  /** Collects the metrics for the supervisor; undefined unless this is a worker whose supervisor serves them. */
  readonly collectMetrics: (() => Promise<ProcessMetrics>) | undefined;
  stop(): Promise<void>;
}

let runningSdk: RunningSdk | undefined;

export function setRunningSdk(sdk: RunningSdk): void {
  runningSdk = sdk;
}

/** Returns the SDK of this process; undefined if no SDK was started or if the SDK was stopped. */
export function getRunningSdk(): RunningSdk | undefined {
  return runningSdk;
}

/**
 * Exports pending spans and metrics and stops the SDK. Resolves to false if that failed or took longer than `timeoutMs`; without
 * this bound the SDK waits ten seconds for a collector that does not respond. Never rejects. Resolves to true if no SDK runs.
 */
export async function flushTelemetry(timeoutMs: number): Promise<boolean> {
  const sdk = runningSdk;
  if (sdk === undefined) return true;
  runningSdk = undefined;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  const stopped = sdk.stop().then(
    () => true,
    () => false,
  );
  return await Promise.race([stopped, timeout]).finally(() => clearTimeout(timer));
}

/** The levels of OTEL_LOG_LEVEL. */
const sdkLogLevels: Readonly<Record<string, DiagLogLevel>> = {
  NONE: DiagLogLevel.NONE,
  ERROR: DiagLogLevel.ERROR,
  WARN: DiagLogLevel.WARN,
  INFO: DiagLogLevel.INFO,
  DEBUG: DiagLogLevel.DEBUG,
  VERBOSE: DiagLogLevel.VERBOSE,
  ALL: DiagLogLevel.ALL,
};

/** @throws Error for a value that is not supported. */
function getSdkLogLevel(env: NodeJS.ProcessEnv): DiagLogLevel {
  const name = env['OTEL_LOG_LEVEL']?.trim() ?? '';
  const level = name === '' ? DiagLogLevel.WARN : sdkLogLevels[name.toUpperCase()];
  if (level !== undefined) return level;
  const levels = Object.keys(sdkLogLevels).join(', ').toLowerCase();
  throw new Error(`OTEL_LOG_LEVEL: "${name}" is not supported; use ${levels}`);
}

/**
 * Logs what the SDK reports, for example an unreachable collector. OTEL_LOG_LEVEL sets the minimum level, default WARN.
 *
 * @throws Error for a value of OTEL_LOG_LEVEL that is not supported.
 */
export function logSdkDiagnostics(env: NodeJS.ProcessEnv): void {
  const line = (level: 'info' | 'warn' | 'error') => {
    const write = limitRepeats((fields, message) => writeLogLine(level, fields, message), repeatIntervalMs);
    return (message: string, ...details: readonly unknown[]) =>
      write({ component: 'telemetry', details: details.map(String) }, message);
  };
  // Details that OTEL_LOG_LEVEL requests have the level info, so that telemetry.log_level does not hide them.
  const info = line('info');
  diag.setLogger(
    { error: line('error'), warn: line('warn'), info, debug: info, verbose: info },
    {
      logLevel: getSdkLogLevel(env),
      suppressOverrideMessage: true,
    },
  );
}
