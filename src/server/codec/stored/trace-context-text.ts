import type { TraceContext } from '../../ports/trace-context';

// Stores have kept the traceparent of a turn as a text since version 0.1. The tracestate, which a traceparent cannot contain, was
// added after a space, so that each version reads what the others wrote.

/** Encodes the trace context of a recorded turn; "" for undefined. */
export function encodeTraceContext(context: TraceContext | undefined): string {
  if (context === undefined) return '';
  return context.tracestate === '' ? context.traceparent : `${context.traceparent} ${context.tracestate}`;
}

/** The inverse of `encodeTraceContext`. */
export function decodeTraceContext(text: string): TraceContext | undefined {
  if (text === '') return undefined;
  const [traceparent = '', ...rest] = text.split(' ');
  return { traceparent, tracestate: rest.join(' ') };
}
