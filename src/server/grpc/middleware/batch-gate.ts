/** Maximum number of calls in a batch. In a larger batch, the first call would wait too long for the last one. */
const maxBatchSize = 32;

/**
 * Starts calls that arrive together in one batch, at the end of the current turn of the event loop. The calls of a batch then
 * proceed in lockstep, so that their writes are sent together (ADR 0008). No call waits for later calls.
 */
export class BatchGate {
  private size = 0;
  private batch: Promise<void> | undefined;

  /** Resolves when the current batch starts. Within a batch, callers continue in the order of their calls. */
  waitForNextBatch(): Promise<void> {
    if (this.batch === undefined || this.size === maxBatchSize) this.batch = this.openBatch();
    this.size += 1;
    return this.batch;
  }

  private openBatch(): Promise<void> {
    this.size = 0;
    const batch = new Promise<void>((resolve) => {
      setImmediate(() => {
        if (this.batch === batch) this.batch = undefined;
        resolve();
      });
    });
    return batch;
  }
}
