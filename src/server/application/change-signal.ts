/** An auto-reset event: a notification without a waiter ends the next wait immediately. */
export class ChangeSignal {
  private isSet = false;
  private resume: () => void = () => undefined;

  notify(): void {
    this.isSet = true;
    this.resume();
  }

  /** Resolves on a notification, or after `timeoutMs`. Supports one waiter at a time. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.isSet) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
        this.resume = resolve;
      });
      clearTimeout(timer);
    }
    this.isSet = false;
  }
}
