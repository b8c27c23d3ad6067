import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Logger } from '../ports/logger';

/** Lets the SDK tell of its own trouble, for example that the collector does not answer. OTEL_LOG_LEVEL overrules it. */
export function logSdkDiagnostics(log: Logger, env: NodeJS.ProcessEnv): void {
  if (env['OTEL_LOG_LEVEL']) return;
  const quiet = (): void => {};
  diag.setLogger(
    {
      error: (message, ...details) => log.error({ component: 'telemetry', details: details.map(String) }, message),
      warn: (message, ...details) => log.warn({ component: 'telemetry', details: details.map(String) }, message),
      info: quiet,
      debug: quiet,
      verbose: quiet,
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
