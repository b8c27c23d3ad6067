/** The delay after the first failure of a timer in milliseconds. It doubles with each further one. */
const firstDelayMs = 1_000;
/** The longest delay in milliseconds. */
const maxDelayMs = 300_000;
/** More sessions are not remembered: the one that failed first starts again with the first delay. */
const maxSessions = 10_000;

/** How long this process waits before it fires a timer again that failed. The number of failures is kept in memory only. */
export class RetryDelays {
  private readonly failures = new Map<string, number>();

  /** Counts a failure of a session. Returns the delay until the next attempt in milliseconds. */
  next(session: string): number {
    const failures = (this.failures.get(session) ?? 0) + 1;
    this.failures.delete(session);
    this.failures.set(session, failures);
    if (this.failures.size > maxSessions) {
      const [oldest] = this.failures.keys();
      if (oldest !== undefined) this.failures.delete(oldest);
    }
    return Math.min(maxDelayMs, firstDelayMs * 2 ** (failures - 1));
  }

  clear(session: string): void {
    this.failures.delete(session);
  }
}
