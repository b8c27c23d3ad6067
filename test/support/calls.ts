import { type Call, createCall } from '../../src/server/ports/call';

/** A call that nobody gives up and that has all the time. */
export const unboundedCall: Call = createCall(Number.POSITIVE_INFINITY, new AbortController().signal);

/** A call that has all the time and was given up. */
export const cancelledCall: Call = createCall(Number.POSITIVE_INFINITY, AbortSignal.abort());

/** A call with a deadline, milliseconds since 1970. */
export function callUntil(deadline: number): Call {
  return createCall(deadline, unboundedCall.signal);
}
