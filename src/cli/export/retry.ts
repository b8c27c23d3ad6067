import { setTimeout as sleep } from 'node:timers/promises';

/** The delay before the second attempt, in milliseconds. It doubles with each further attempt. */
const initialBackoffMs = 100;
const maxBackoffMs = 60_000;
/** A sink that asks for a longer delay is tried after this time. */
const maxRetryAfterMs = 3_600_000;

/** How an action is repeated. */
export interface RetryOptions {
  /** Returns the delay that a failed attempt asks for, in milliseconds; undefined if the action must not be repeated. */
  readonly getRetryAfterMs: (error: unknown) => number | undefined;
  /** Called before each delay. `attempt` starts with 1. */
  readonly onRetry: (error: unknown, attempt: number, delayMs: number) => void;
  /** The number of attempts, after which the last error is thrown. */
  readonly maxAttempts: number;
  /** Ends the delays. */
  readonly signal: AbortSignal;
}

/** Runs an action until it succeeds. Throws its last error, and AbortError if the signal is aborted during a delay. */
export async function retry<Result>(
  action: () => Promise<Result>,
  { getRetryAfterMs, onRetry, maxAttempts, signal }: RetryOptions,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      const retryAfterMs = getRetryAfterMs(error);
      if (retryAfterMs === undefined || attempt >= maxAttempts) throw error;
      const backoffMs = Math.min(initialBackoffMs * 2 ** (attempt - 1), maxBackoffMs) * (0.75 + Math.random() / 2);
      const delayMs = Math.max(backoffMs, Math.min(retryAfterMs, maxRetryAfterMs));
      onRetry(error, attempt, delayMs);
      await sleep(delayMs, undefined, { signal });
    }
  }
}
