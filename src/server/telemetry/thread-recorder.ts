import { type SpanContext, SpanKind } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { AlwaysOnSampler, RandomIdGenerator, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Metrics } from '../ports/metrics';
import { noSpan } from '../ports/span';
import type {
  EncodedSpan,
  Measurement,
  Observations,
  ObservedCall,
  SpanOrigin,
  ThreadRecorder,
} from '../ports/thread-telemetry';
import { InstrumentMetrics } from './accumulated-metrics';
import type { MetricAttribute } from './accumulator';
import { encodeAdditions, encodeSpan } from './encoded-span';
import { createInstruments } from './instruments';
import { noopMetrics, noopTelemetry } from './noop-telemetry';
import { RecordedSpan, type SpanEnvironment } from './recorded-span';
import { RecordingTelemetry } from './recording-telemetry';
import { toSpanContext } from './span-context';
import { readSpanLimits } from './span-limits';

export interface ThreadRecorderOptions {
  /** Whether the process exports spans. */
  readonly isTracing: boolean;
  /** Whether the process exports metrics. */
  readonly isMeasuring: boolean;
  readonly env: NodeJS.ProcessEnv;
}

const unsampledCall: ObservedCall = { span: noSpan, end: () => undefined };

/** Keeps spans and measurements as plain data until they are taken. */
export function createThreadRecorder({ isTracing, isMeasuring, env }: ThreadRecorderOptions): ThreadRecorder {
  let spans: EncodedSpan[] = [];
  let measurements: Measurement[] = [];
  /** The spans of calls that are being processed here. They belong to the thread of the server. */
  const callSpans = new Set<string>();
  const environment: SpanEnvironment = {
    // The thread of the server has its own.
    resource: emptyResource(),
    scope: { name: '' },
    limits: readSpanLimits(env),
    ids: new RandomIdGenerator(),
    export: (span: ReadableSpan) => {
      if (!callSpans.has(span.spanContext().spanId)) spans.push(encodeSpan(span));
    },
  };
  const startSampledCall = (context: SpanContext, sessionId: string | undefined): ObservedCall => {
    callSpans.add(context.spanId);
    const start = { name: '', kind: SpanKind.SERVER, context, parent: undefined, sessionId };
    const span = RecordedSpan.startRoot(environment, start);
    return {
      span,
      end() {
        span.end();
        callSpans.delete(context.spanId);
        return encodeAdditions(span);
      },
    };
  };
  return {
    telemetry: isTracing ? new RecordingTelemetry(environment, new AlwaysOnSampler()) : noopTelemetry,
    metrics: isMeasuring ? createMetrics((measurement) => measurements.push(measurement)) : noopMetrics,
    startCall(origin: SpanOrigin | undefined) {
      if (origin === undefined) return unsampledCall;
      const { traceId, spanId, context, sessionId } = origin;
      if (context === undefined) return { ...unsampledCall, span: { ...noSpan, traceId, spanId } };
      return startSampledCall({ ...toSpanContext(context), isRemote: false }, sessionId);
    },
    take(): Observations | undefined {
      if (spans.length === 0 && measurements.length === 0) return undefined;
      const taken = { spans, measurements };
      spans = [];
      measurements = [];
      return taken;
    },
  };
}

/** Creates metrics whose instruments pass their measurements on. */
function createMetrics(pass: (measurement: Measurement) => void): Metrics {
  const recorders = mapValues(createInstruments(), (instrument) => ({
    record: (value: number, ...attributes: readonly MetricAttribute[]): void => pass({ instrument, value, attributes }),
  }));
  return new InstrumentMetrics(recorders);
}

function mapValues<Name extends string, Result>(
  values: Readonly<Record<Name, unknown>>,
  map: (name: Name) => Result,
): Record<Name, Result> {
  const names = Object.keys(values) as Name[];
  return Object.fromEntries(names.map((name) => [name, map(name)])) as Record<Name, Result>;
}
