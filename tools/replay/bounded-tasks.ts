/**
 * Runs tasks, a bounded number at a time. `add` waits for a free place, so that a stream of work is read no faster than it is
 * done; the first failure is thrown by the next `add` or by `done`.
 */
export class BoundedTasks {
  private readonly running = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;

  /** @param limit How many tasks run at once, 1 or more. */
  constructor(private readonly limit: number) {}

  /** Starts a task as soon as there is a place for it. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.limit) await Promise.race(this.running);
    this.throwFailure();
    const run: Promise<void> = task()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Waits for everything that was started. */
  async done(): Promise<void> {
    await Promise.all(this.running);
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
