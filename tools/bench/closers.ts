/** Ends what was started, the last first, however the work with it went. */
export class Closers {
  private readonly closers: (() => Promise<void> | void)[] = [];

  /** Returns what was started, for a declaration in one line. */
  add<Started>(started: Started, close: (started: Started) => Promise<void> | void): Started {
    this.closers.push(() => close(started));
    return started;
  }

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      for (const close of this.closers.reverse()) await close();
    }
  }
}
