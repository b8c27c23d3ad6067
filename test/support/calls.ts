import { type Call, createCall } from '../../src/server/ports/call';

/** A call without a deadline that is never canceled. */
export const unboundedCall: Call = createCall(Number.POSITIVE_INFINITY, new AbortController().signal);

/** A canceled call without a deadline. */
export const canceledCall: Call = createCall(Number.POSITIVE_INFINITY, AbortSignal.abort());

/** Creates a call with a deadline in milliseconds since 1970. */
export function callUntil(deadline: number): Call {
  return createCall(deadline, unboundedCall.signal);
}
