import { setTimeout } from 'node:timers/promises';
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

/** How much is asked of an endpoint that is slow, busy or down. */
export interface RequestPolicyOptions {
  /** Turns that ask at once. */
  readonly concurrency: number;
  /** Tries after the first. */
  readonly retries: number;
  /** Failed tries in a row after which the endpoint is left alone. */
  readonly breakerFailures: number;
  /** How long, milliseconds; then one request tries it. */
  readonly breakerOpenMs: number;
  /** Hears that the endpoint is left alone, and that it is asked again. */
  onCircuitChange(state: 'open' | 'closed'): void;
}

/** What is done with one try. */
export type Attempt<T> = (signal: AbortSignal) => Promise<T>;

/** Waits before the second try and, twice as long each time, before the next ones; milliseconds, where the endpoint asks for nothing. */
const firstWaitMs = 100;

/**
 * Requests behind a bulkhead, retries and a circuit breaker, from the outside to the inside: a retry takes no further place, and an
 * endpoint that is down is not asked again by the retries of the turn that found it so.
 */
export class RequestPolicy {
  private readonly places: IPolicy;
  private readonly breaker: IPolicy;
  private readonly retries: number;

  constructor({
    concurrency,
    retries,
    breakerFailures,
    breakerOpenMs,
    onCircuitChange: onCircuit,
  }: RequestPolicyOptions) {
    this.places = bulkhead(concurrency, 0);
    const breaker = circuitBreaker(handleWhen(isOutage), {
      breaker: new ConsecutiveBreaker(breakerFailures),
      halfOpenAfter: breakerOpenMs,
    });
    breaker.onBreak(() => onCircuit('open'));
    breaker.onReset(() => onCircuit('closed'));
    this.breaker = breaker;
    this.retries = retries;
  }

  /**
   * Does it, again where that is safe and there is time: nothing is tried again at or after `latest`, milliseconds of
   * `performance.now()`. Rejects as the attempt does, with the failure of the last try; at once, and with its reason, when the signal
   * is aborted.
   *
   * @throws ChatFailure BUSY, CIRCUIT_OPEN
   */
  async run<T>(attempt: Attempt<T>, signal: AbortSignal, latest: number): Promise<T> {
    try {
      return await this.places.execute(() => this.untilDone(attempt, signal, latest));
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** The library's own retries wait also for a caller who has given up, and keep the place meanwhile. */
  private async untilDone<T>(attempt: Attempt<T>, signal: AbortSignal, latest: number): Promise<T> {
    for (let tried = 0; ; tried += 1) {
      try {
        return await this.breaker.execute(() => attempt(signal));
      } catch (error) {
        const waitMs = tried < this.retries ? waitBeforeNext(error, tried) : undefined;
        if (waitMs === undefined || performance.now() + waitMs >= latest) throw error;
        await setTimeout(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }
}

/** Milliseconds until the request may be sent again; undefined where that is not safe. */
function waitBeforeNext(error: unknown, tried: number): number | undefined {
  if (!(error instanceof ChatError) || !error.again) return undefined;
  return error.afterMs ?? firstWaitMs * 2 ** tried * (0.5 + Math.random() / 2);
}

function isOutage(error: Error): boolean {
  return error instanceof ChatError && error.outage;
}

function failureOf(error: unknown): unknown {
  if (error instanceof BulkheadRejectedError) return new ChatError('BUSY', 'as many turns as may are asking the model');
  if (error instanceof BrokenCircuitError) return new ChatError('CIRCUIT_OPEN', 'the endpoint failed too often');
  return error;
}
