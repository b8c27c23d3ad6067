let traces = 0;

/** A caller that traces: the ids that it sends, and the header that they are in. `sampled`: whether it records its trace. */
export function tracedCaller(sampled = true) {
  traces += 1;
  const traceId = `1bf7651916cd43dd8448eb21${String(traces).padStart(8, '0')}`;
  const spanId = 'b7ad6b7169203331';
  return { traceId, spanId, metadata: { traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}` } };
}
