import { setTimeout as delay } from 'node:timers/promises';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IPolicy,
} from 'cockatiel';
import { ChatError } from './chat-error';

export interface RequestPolicyOptions {
  /** Maximum number of concurrent requests. A further request fails with BUSY. */
  readonly concurrency: number;
  /** Maximum number of attempts after the first. */
  readonly retries: number;
  /** Number of consecutive failed attempts that opens the circuit breaker. */
  readonly breakerFailures: number;
  /** Time in milliseconds until an open circuit breaker allows one attempt. */
  readonly breakerOpenMs: number;
  onCircuitChange(state: 'open' | 'closed'): void;
}

/** Sends the request once. */
export type Attempt<T> = (signal: AbortSignal) => Promise<T>;

/** Delay before the second attempt in milliseconds. It doubles for every further attempt. Retry-After takes precedence. */
const initialBackoffMs = 100;

/**
 * Combines three policies, from outer to inner: a concurrency limit, retries and a circuit breaker. A retry keeps the slot of its
 * request. An open circuit also stops the retries of the request that opened it.
 */
export class RequestPolicy {
  private readonly concurrencyLimit: IPolicy;
  private readonly breaker: IPolicy;
  private readonly retries: number;

  constructor({ concurrency, retries, breakerFailures, breakerOpenMs, onCircuitChange }: RequestPolicyOptions) {
    this.concurrencyLimit = bulkhead(concurrency, 0);
    const breaker = circuitBreaker(handleWhen(isOutage), {
      breaker: new ConsecutiveBreaker(breakerFailures),
      halfOpenAfter: breakerOpenMs,
    });
    breaker.onBreak(() => onCircuitChange('open'));
    breaker.onReset(() => onCircuitChange('closed'));
    this.breaker = breaker;
    this.retries = retries;
  }

  /**
   * Runs the attempt, and repeats it after an error that is safe to retry. No attempt starts at or after `retryUntil`, in
   * milliseconds of `performance.now()`. Rejects with the error of the last attempt. When the signal is aborted, rejects
   * immediately with its reason.
   *
   * @throws ChatError BUSY or CIRCUIT_OPEN, and the errors of the attempt.
   */
  async run<T>(attempt: Attempt<T>, signal: AbortSignal, retryUntil: number): Promise<T> {
    try {
      return await this.concurrencyLimit.execute(() => this.runWithRetries(attempt, signal, retryUntil));
    } catch (error) {
      throw toChatError(error);
    }
  }

  /**
   * Runs the attempt with retries. Replaces the retry policy of the library, which keeps waiting and keeps its slot after the
   * caller has canceled.
   */
  private async runWithRetries<T>(attempt: Attempt<T>, signal: AbortSignal, retryUntil: number): Promise<T> {
    for (let retry = 0; ; retry += 1) {
      try {
        return await this.breaker.execute(() => attempt(signal));
      } catch (error) {
        const delayMs = retry < this.retries ? getRetryDelayMs(error, retry) : undefined;
        if (delayMs === undefined || performance.now() + delayMs >= retryUntil) throw error;
        await delay(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }
}

/** Returns the delay before the next attempt in milliseconds; undefined if the request must not be sent again. */
function getRetryDelayMs(error: unknown, retry: number): number | undefined {
  if (!(error instanceof ChatError) || !error.isRetryable) return undefined;
  return error.retryAfterMs ?? initialBackoffMs * 2 ** retry * (0.5 + Math.random() / 2);
}

function isOutage(error: Error): boolean {
  return error instanceof ChatError && error.isOutage;
}

function toChatError(error: unknown): unknown {
  if (error instanceof BulkheadRejectedError) {
    return new ChatError('BUSY', 'the maximum number of concurrent requests is reached');
  }
  if (error instanceof BrokenCircuitError) {
    return new ChatError('CIRCUIT_OPEN', 'the circuit breaker is open after repeated failures');
  }
  return error;
}

/**
 * Runs work with a signal that is aborted when `signal` is aborted, or after `timeoutMs` with the error of `createTimeoutError` as
 * the reason. Leaves no listener on `signal`, which may outlive the work.
 */
export async function withTimeout<T>(
  {
    signal,
    timeoutMs,
    createTimeoutError,
  }: { readonly signal: AbortSignal; readonly timeoutMs: number; createTimeoutError(): Error },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(createTimeoutError()), timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
