/** So many calls begin together at most: with more, the first of them would wait long for the last. */
const largest = 32;

/**
 * Calls that begin together, at the end of the turn of the event loop in which they came. From there on they go step by step, each
 * step for all of them, and what they send goes out together (ADR 0008). None waits for what has not come yet.
 */
export class BatchGate {
  private size = 0;
  private begin: Promise<void> | undefined;

  /** Resolves when those who asked meanwhile begin, for each of them in the order in which they asked. */
  nextBatch(): Promise<void> {
    if (this.begin === undefined || this.size === largest) this.begin = this.gather();
    this.size += 1;
    return this.begin;
  }

  private gather(): Promise<void> {
    this.size = 0;
    const begin = new Promise<void>((resolve) => {
      setImmediate(() => {
        if (this.begin === begin) this.begin = undefined;
        resolve();
      });
    });
    return begin;
  }
}
