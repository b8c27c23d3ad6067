import {
  maxTraceparentLength,
  maxTracestateLength,
  type TraceContext,
  validateTraceContext,
} from '../../ports/trace-context';
import { readLastField, readText } from './turn-id-reader';

/** Field numbers of `trace_context` in ProcessTurnsRequest, and of the fields in TraceContext. */
const traceContextNumber = 4;
const traceparentNumber = 1;
const tracestateNumber = 2;

/**
 * Reads the trace_context from the bytes of a ProcessTurnsRequest that may violate the contract, because the span of a turn starts
 * before the turn is validated. Returns undefined if it is absent or malformed.
 */
export function readTraceContext(request: Uint8Array): TraceContext | undefined {
  const context = readLastField(request, traceContextNumber);
  if (context === undefined) return undefined;
  return validateTraceContext({
    traceparent: readText(context, traceparentNumber, maxTraceparentLength),
    tracestate: readText(context, tracestateNumber, maxTracestateLength),
  });
}
