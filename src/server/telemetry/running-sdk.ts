import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Logger } from '../ports/logger';

// The state of the SDK in this process. The preload sets it. This module does not load the SDK.

export interface RunningSdk {
  /** Whether spans are exported. */
  readonly exportsTraces: boolean;
  /** Whether metrics are exported. */
  readonly exportsMetrics: boolean;
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

/** Logs the SDK's own errors and warnings, for example an unreachable collector, unless OTEL_LOG_LEVEL is set. */
export function logSdkDiagnostics(log: Logger, env: NodeJS.ProcessEnv): void {
  if (env['OTEL_LOG_LEVEL']) return;
  const ignore = (): void => {};
  diag.setLogger(
    {
      error: (message, ...details) => log.error({ component: 'telemetry', details: details.map(String) }, message),
      warn: (message, ...details) => log.warn({ component: 'telemetry', details: details.map(String) }, message),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

/** Maximum characters of one argument of a Redis command in a span. */
const maxArgumentLength = 500;

/** False until the configuration is read, because the instrumentation is installed before that. */
let isCustomerDataAllowed = false;

/** Sets whether spans may contain customer data. */
export function allowCustomerData(isAllowed: boolean): void {
  isCustomerDataAllowed = isAllowed;
}

/** Formats a Redis command for its span. Arguments are keys, sessions and turns, so they count as customer data. */
export function serializeRedisStatement(command: string, args: readonly unknown[]): string {
  if (!isCustomerDataAllowed) return command;
  return [command, ...args.map((argument) => String(argument).slice(0, maxArgumentLength))].join(' ');
}
