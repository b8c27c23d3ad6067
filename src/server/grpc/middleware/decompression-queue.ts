import { setImmediate as nextIteration } from 'node:timers/promises';

/**
 * Decompresses one large message at a time. The next one starts when the message before it has been validated, so that a refused message is
 * garbage before the next one needs memory. V8 frees the memory of such short-lived buffers soon. If many are alive at once, it moves them
 * to the old generation, where a service without load keeps them for a long time.
 */
export class DecompressionQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs work after all earlier work has settled and its message has been validated. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work);
    this.last = result.then(waitForValidation, waitForValidation);
    return result;
  }
}

/** A call is validated in the iteration of the event loop after its message is complete, because calls are batched (ADR 0008). */
async function waitForValidation(): Promise<void> {
  await nextIteration();
  await nextIteration();
}
