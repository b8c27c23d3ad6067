/**
 * Resolves as soon as more than half of the promises have; rejects with the reason of the last one that it takes once that
 * cannot be any more. At least one promise.
 */
export function majority(promises: readonly Promise<unknown>[]): Promise<void> {
  let resolved = 0;
  let rejected = 0;
  return new Promise((resolve, reject) => {
    for (const promise of promises) {
      promise.then(
        () => {
          resolved += 1;
          if (2 * resolved > promises.length) resolve();
        },
        (error: unknown) => {
          rejected += 1;
          if (2 * rejected >= promises.length) reject(error);
        },
      );
    }
  });
}
