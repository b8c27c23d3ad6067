import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IPolicy,
  type IRetryContext,
  retry,
  wrap,
} from 'cockatiel';
import { ChatFailure } from './chat-failure';

/** How much is asked of an endpoint that is slow, busy or down. */
export interface GuardOptions {
  /** Turns that ask at once. */
  readonly concurrency: number;
  /** Tries after the first. */
  readonly retries: number;
  /** Failed tries in a row after which the endpoint is left alone. */
  readonly breakerFailures: number;
  /** How long, milliseconds; then one request tries it. */
  readonly breakerOpenMs: number;
  /** Hears that the endpoint is left alone, and that it is asked again. */
  onCircuit(state: 'open' | 'closed'): void;
}

/** What is done with one try. */
export type Attempt<T> = (signal: AbortSignal) => Promise<T>;

/** Waits before the second try and, twice as long each time, before the next ones; milliseconds, where the endpoint asks for nothing. */
const firstWaitMs = 100;

/** A failure with the wait after which the request is sent again. */
class Postponed extends Error {
  constructor(
    readonly failure: ChatFailure,
    readonly waitMs: number,
  ) {
    super(failure.message, { cause: failure });
  }
}

/**
 * Requests behind a bulkhead, retries and a circuit breaker, from the outside to the inside: a retry takes no further place, and an
 * endpoint that is down is not asked again by the retries of the turn that found it so.
 */
export class GuardedRequests {
  private readonly policy: IPolicy<IRetryContext>;

  constructor({ concurrency, retries, breakerFailures, breakerOpenMs, onCircuit }: GuardOptions) {
    const again = retry(
      handleWhen((error) => error instanceof Postponed),
      { maxAttempts: retries, backoff: new DelegateBackoff(({ result }) => waitOf(result)) },
    );
    const breaker = circuitBreaker(handleWhen(isOutage), {
      breaker: new ConsecutiveBreaker(breakerFailures),
      halfOpenAfter: breakerOpenMs,
    });
    breaker.onBreak(() => onCircuit('open'));
    breaker.onReset(() => onCircuit('closed'));
    this.policy = wrap(bulkhead(concurrency, 0), again, breaker);
  }

  /**
   * Does it, again where that is safe and there is time: nothing is tried again at or after `latest`, milliseconds of
   * `performance.now()`. Rejects as the attempt does, with the failure of the last try.
   *
   * @throws ChatFailure BUSY, CIRCUIT_OPEN
   */
  async run<T>(attempt: Attempt<T>, signal: AbortSignal, latest: number): Promise<T> {
    try {
      return await this.policy.execute(async ({ attempt: tried }) => {
        signal.throwIfAborted();
        try {
          return await attempt(signal);
        } catch (error) {
          throw postponed(error, tried, latest);
        }
      });
    } catch (error) {
      throw failureOf(error);
    }
  }
}

/** A failed try as one to repeat, where the endpoint is safe to ask again and would be before it is too late. */
function postponed(error: unknown, tried: number, latest: number): unknown {
  if (!(error instanceof ChatFailure) || !error.again) return error;
  const waitMs = error.afterMs ?? firstWaitMs * 2 ** tried * (0.5 + Math.random() / 2);
  return performance.now() + waitMs < latest ? new Postponed(error, waitMs) : error;
}

function waitOf(result: object): number {
  return 'error' in result && result.error instanceof Postponed ? result.error.waitMs : 0;
}

function isOutage(error: Error): boolean {
  const failure = error instanceof Postponed ? error.failure : error;
  return failure instanceof ChatFailure && failure.outage;
}

function failureOf(error: unknown): unknown {
  if (error instanceof Postponed) return error.failure;
  if (error instanceof BulkheadRejectedError)
    return new ChatFailure('BUSY', 'as many turns as may are asking the model');
  if (error instanceof BrokenCircuitError) return new ChatFailure('CIRCUIT_OPEN', 'the endpoint failed too often');
  return error;
}
