import type { Call } from '../../src/ports/call';

/** A call that nobody gives up and that has all the time. */
export const unhurried: Call = { deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal };

/** A call that has all the time and was given up. */
export const givenUp: Call = { deadline: Number.POSITIVE_INFINITY, signal: AbortSignal.abort() };

/** A call with a deadline, milliseconds since 1970. */
export function until(deadline: number): Call {
  return { deadline, signal: unhurried.signal };
}
