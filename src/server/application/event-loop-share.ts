/** The units of work that run in one iteration of the event loop, about five milliseconds. Longer work pauses. */
export const unitsPerIteration = 50_000;

/**
 * Shares the event loop between calls. Work that has used its share of an iteration waits until input and output were handled. In each later
 * iteration one waiting part runs, so that many calls at the same time do not block the event loop for longer than one of them.
 */
class EventLoopShare {
  private used = 0;
  private readonly waiting: (() => void)[] = [];
  private isScheduled = false;

  /** Undefined if the work can start at once. */
  waitForShare(): Promise<void> | undefined {
    return this.used < unitsPerIteration && this.waiting.length === 0 ? undefined : this.waitForNextIteration();
  }

  /** Resolves in a later iteration of the event loop. */
  waitForNextIteration(): Promise<void> {
    this.schedule();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Records work that was done in this iteration. */
  record(units: number): void {
    this.used += units;
    if (this.used >= unitsPerIteration) this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.used = 0;
      this.waiting.shift()?.();
      if (this.waiting.length > 0) this.schedule();
    });
  }
}

/** The share of this process, which has one event loop. */
export const eventLoopShare: Pick<EventLoopShare, 'waitForShare' | 'waitForNextIteration' | 'record'> =
  new EventLoopShare();
