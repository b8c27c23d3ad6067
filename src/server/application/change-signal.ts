/** Wakes one who waits for news. It keeps what it heard while nobody waited: the next wait is over at once. */
export class ChangeSignal {
  private due = false;
  private wake: () => void = () => undefined;

  /** There may be news. */
  notify(): void {
    this.due = true;
    this.wake();
  }

  /** Resolves when it rings, and after `milliseconds` at the latest. One may wait at a time. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.due) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
        this.wake = resolve;
      });
      clearTimeout(timer);
    }
    this.due = false;
  }
}
