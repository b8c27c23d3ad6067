import type { Metrics } from '../ports/metrics';
import type { Span } from '../ports/span';
import type { EncodedAdditions, Observations, SpanOrigin, ThreadTelemetry } from '../ports/thread-telemetry';
import { AccumulatedMetrics } from './accumulated-metrics';
import { decodeAdditions, decodeSpan } from './encoded-span';
import { RecordedSpan, type SpanEnvironment } from './recorded-span';

/** Exports with the spans and metrics of this thread. */
export class ProcessThreadTelemetry implements ThreadTelemetry {
  /** Exports the spans of other threads. It is that of their calls, so it is known when they have spans. */
  private environment: SpanEnvironment | undefined;

  constructor(private readonly metrics: Metrics) {}

  describeSpan(span: Span, sessionId: string | undefined): SpanOrigin | undefined {
    const { traceId, spanId } = span;
    if (traceId === '') return undefined;
    if (span instanceof RecordedSpan) this.environment ??= span.environment;
    return { traceId, spanId, context: span.getTraceContext(), sessionId: sessionId || undefined };
  }

  addToSpan(span: Span, additions: EncodedAdditions): void {
    if (span instanceof RecordedSpan) span.addAll(decodeAdditions(additions));
  }

  record({ spans, measurements }: Observations): void {
    for (const span of spans) this.environment?.export(decodeSpan(span, this.environment));
    if (!(this.metrics instanceof AccumulatedMetrics)) return;
    for (const measurement of measurements) this.metrics.add(measurement);
  }
}
