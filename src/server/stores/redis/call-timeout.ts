/** What `within` rejects with: the time is over, and what was sent may still take effect. */
export class DeadlineExceeded extends Error {
  override readonly name = 'TimeIsOver';
}

/** The promise's outcome, or a rejection with TimeIsOver after `milliseconds`; the timer never outlives it. */
export function withTimeout<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineExceeded('No answer came before the deadline.')), milliseconds);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
