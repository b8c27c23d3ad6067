/** What the parts of a stop may take that no setting bounds. Milliseconds. */
export const shutdownTimeouts = {
  /** Until connections that were cut off are closed. */
  closingConnectionsMs: 1_000,
  /** For the stores to close; what they were told to keep is kept by then. */
  closingStoresMs: 1_000,
  /** For the last spans and metrics to be sent. */
  flushingMs: 2_000,
};

/** How long a stop of a service that serves takes at most, from the signal on; milliseconds. */
export function maxShutdownMs(server: { readonly drain_grace_ms: number; readonly drain_timeout_ms: number }): number {
  const { closingConnectionsMs, closingStoresMs, flushingMs } = shutdownTimeouts;
  return server.drain_grace_ms + server.drain_timeout_ms + closingConnectionsMs + closingStoresMs + flushingMs;
}
