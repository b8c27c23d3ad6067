/** Timeouts of the shutdown phases that have no setting, in milliseconds. */
export const shutdownTimeouts = {
  /** Timeout for closing the connections of calls that exceeded the drain timeout. */
  closeConnectionsMs: 1_000,
  /** Timeout for closing the stores. By then, acknowledged writes are already durable. */
  closeStoresMs: 1_000,
  /** Timeout for closing the threads for heavy calls, which are closed together with the stores. */
  closeThreadsMs: 500,
  /** Timeout for exporting pending spans and metrics. */
  flushTelemetryMs: 2_000,
  /** Additional time for a worker to exit. After it, its supervisor kills it. */
  workerExitMs: 1_000,
};

/** Returns the maximum duration of a shutdown from the signal to the exit of the process, in milliseconds. */
export function maxShutdownMs(server: { readonly drain_grace_ms: number; readonly drain_timeout_ms: number }): number {
  const { closeConnectionsMs, closeStoresMs, flushTelemetryMs } = shutdownTimeouts;
  return server.drain_grace_ms + server.drain_timeout_ms + closeConnectionsMs + closeStoresMs + flushTelemetryMs;
}
