import { CallError } from 'scenario-orchestrator-client';
import type { Delivery } from './deliver';
import { retry } from './retry';
import { getMessage } from './sink';

/** Statuses of calls that can succeed later. */
const temporaryStatuses: ReadonlySet<string> = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED']);

/** Repeats a call to the service while it is unavailable. Any other error is thrown, and AbortError after the signal is aborted. */
export function retryCall<Result>(
  call: () => Promise<Result>,
  { signal, report }: Pick<Delivery, 'signal' | 'report'>,
): Promise<Result> {
  return retry(call, {
    getRetryAfterMs: (error) => getRetryAfterMs(error, signal),
    onRetry: (error) => report(`${getMessage(error)}. The call is repeated.`),
    maxAttempts: Number.POSITIVE_INFINITY,
    signal,
  });
}

function getRetryAfterMs(error: unknown, signal: AbortSignal): number | undefined {
  if (!(error instanceof CallError)) return undefined;
  // The call had a timeout of its own.
  if (error.status === 'CANCELLED' && !signal.aborted) return 0;
  if (error.reason === 'TOO_MANY_CONSUMERS') return undefined;
  return temporaryStatuses.has(error.status) ? (error.retryAfterMs ?? 0) : undefined;
}
