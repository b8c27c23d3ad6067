let traces = 0;

/** Creates a caller with a new trace context: the ids and the metadata that carries them. `isSampled` is the sampled flag. */
export function createTracedCaller(isSampled = true) {
  traces += 1;
  const traceId = `1bf7651916cd43dd8448eb21${String(traces).padStart(8, '0')}`;
  const spanId = 'b7ad6b7169203331';
  return { traceId, spanId, metadata: { traceparent: `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}` } };
}
