import { setLogger } from '@grpc/grpc-js';
import type { Logger } from '../ports/logger';

/** Logs what grpc-js reports. The variables GRPC_VERBOSITY and GRPC_TRACE set what that is; by default errors only. */
export function logGrpcDiagnostics(log: Logger): void {
  const line =
    (level: 'info' | 'error') =>
    (message?: unknown, ...details: readonly unknown[]) =>
      log[level]({ component: 'grpc', details: details.map(String) }, String(message));
  // Details that GRPC_VERBOSITY requests have the level info, so that telemetry.log_level does not hide them.
  setLogger({ error: line('error'), info: line('info'), debug: line('info') });
}
