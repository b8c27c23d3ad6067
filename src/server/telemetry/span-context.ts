import { createTraceState, isSpanContextValid, type Link, type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { TraceContext } from '../ports/trace-context';

/** Formats a span context as W3C traceparent, version 00, and tracestate. */
export function toTraceContext({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState?.serialize() ?? '' };
}

/** The inverse of `toTraceContext`, for a valid trace context. */
export function toSpanContext({ traceparent, tracestate }: TraceContext): SpanContext {
  const [, traceId = '', spanId = '', flags = '0'] = traceparent.split('-');
  const traceFlags = Number.parseInt(flags, 16);
  const remote = { traceId, spanId, traceFlags, isRemote: true };
  return tracestate === '' ? remote : { ...remote, traceState: createTraceState(tracestate) };
}

/** Returns a link to a span; none if the span is invalid or not sampled, because then it is not exported. */
export function toLinks(target: SpanContext | undefined): Link[] {
  if (target === undefined || !isSpanContextValid(target)) return [];
  return (target.traceFlags & TraceFlags.SAMPLED) === 0 ? [] : [{ context: target }];
}
