/** Wakes one who waits for news. News that come while nobody waits are kept: the next wait is over at once. */
export class WakeUp {
  private due = false;
  private wake: (() => void) | undefined;

  /** There may be news. */
  ring(): void {
    this.due = true;
    this.wake?.();
  }

  /** Resolves when it rings, after `milliseconds`, or when the signal is aborted, whichever is first. One may wait at a time. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.due && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.wake = resolve;
        signal.addEventListener('abort', resolve);
      });
    }
    this.due = false;
  }
}
