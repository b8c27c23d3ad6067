import { type Call, callOf } from '../../src/ports/call';

/** A call that nobody gives up and that has all the time. */
export const unhurried: Call = callOf(Number.POSITIVE_INFINITY, new AbortController().signal);

/** A call that has all the time and was given up. */
export const givenUp: Call = callOf(Number.POSITIVE_INFINITY, AbortSignal.abort());

/** A call with a deadline, milliseconds since 1970. */
export function until(deadline: number): Call {
  return callOf(deadline, unhurried.signal);
}
