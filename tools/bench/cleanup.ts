/** Closes resources in reverse order, even after a failure. */
export class CleanupStack {
  private readonly cleanups: (() => Promise<void> | void)[] = [];

  /** Registers a resource and returns it. */
  add<Resource>(resource: Resource, close: (resource: Resource) => Promise<void> | void): Resource {
    this.cleanups.push(() => close(resource));
    return resource;
  }

  /** Runs an action, then closes the registered resources. */
  async run<Result>(action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } finally {
      for (const cleanUp of this.cleanups.reverse()) await cleanUp();
    }
  }
}
