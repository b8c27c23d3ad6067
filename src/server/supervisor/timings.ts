export interface SupervisorTimings {
  /** Delay before a worker that ended early a second time in a row is replaced. It doubles with every further time. Milliseconds. */
  readonly firstRestartDelayMs: number;
  readonly maxRestartDelayMs: number;
  /** A worker that ends later than this after its start has not ended early. Milliseconds. */
  readonly stableAfterMs: number;
  /** Interval of the pings. Milliseconds. */
  readonly pingIntervalMs: number;
  /** Number of pings in a row without an answer after which a worker is killed. */
  readonly maxMissedPings: number;
  /** Time for the workers to report their metrics. After it, the last reported ones count. Milliseconds. */
  readonly collectTimeoutMs: number;
}

/** The timings of a node. docs/operations.md documents them. */
export const supervisorTimings: SupervisorTimings = {
  firstRestartDelayMs: 1_000,
  maxRestartDelayMs: 30_000,
  stableAfterMs: 60_000,
  pingIntervalMs: 5_000,
  maxMissedPings: 6,
  collectTimeoutMs: 2_000,
};

/** Returns the delay in milliseconds before a worker is replaced that has ended early this many times in a row: none at first. */
export function getRestartDelay(
  earlyEnds: number,
  { firstRestartDelayMs, maxRestartDelayMs }: SupervisorTimings,
): number {
  return earlyEnds <= 1 ? 0 : Math.min(maxRestartDelayMs, firstRestartDelayMs * 2 ** (earlyEnds - 2));
}
