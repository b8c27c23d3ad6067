import {
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Attributes, SpanKind as Kind, Telemetry, TurnSpan } from '../ports/telemetry';
import { noopTelemetry } from './noop-telemetry';

/** Creates spans as children of the active span, which is the server span of the call if gRPC is instrumented. */
export class OtelTelemetry implements Telemetry {
  readonly #tracer: Tracer = trace.getTracer('scenario-orchestrator');

  withSpan<T>(name: string, work: (span: TurnSpan) => T): T {
    if (isUnsampled()) return noopTelemetry.withSpan(name, work);
    return this.#tracer.startActiveSpan(name, (span) => {
      try {
        return work(new OtelTurnSpan(span));
      } catch (error) {
        setErrorStatus(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }

  withSpanAsync<T>(name: string, work: (span: TurnSpan) => Promise<T>, kind: Kind = 'internal'): Promise<T> {
    if (isUnsampled()) return noopTelemetry.withSpanAsync(name, work);
    return this.#tracer.startActiveSpan(name, { kind: spanKinds[kind] }, async (span) => {
      try {
        return await work(new OtelTurnSpan(span));
      } catch (error) {
        setErrorStatus(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }

  withoutSpan<T>(work: () => Promise<T>): Promise<T> {
    return context.with(ROOT_CONTEXT, work);
  }

  getActiveSpan(): TurnSpan {
    const span = trace.getActiveSpan();
    return span === undefined ? noopTelemetry.getActiveSpan() : new OtelTurnSpan(span);
  }

  getTraceId(traceparent = ''): string {
    return (trace.getActiveSpan()?.spanContext() ?? parseTraceparent(traceparent))?.traceId ?? '';
  }

  getTraceparent(): string | undefined {
    const span = trace.getActiveSpan();
    return span?.isRecording() ? formatTraceparent(span.spanContext()) : undefined;
  }
}

const spanKinds: Readonly<Record<Kind, SpanKind>> = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT };

/** Whether the active span is not sampled. In that case its child spans are not sampled either. */
function isUnsampled(): boolean {
  return trace.getActiveSpan()?.isRecording() === false;
}

class OtelTurnSpan implements TurnSpan {
  readonly isRecording: boolean;
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
    this.isRecording = span.isRecording();
  }

  setAttributes(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  addEvent(name: string, attributes: Attributes): void {
    this.#span.addEvent(name, attributes);
  }

  addLink(traceparent: string): void {
    const spanContext = parseTraceparent(traceparent);
    if (spanContext !== undefined) this.#span.addLink({ context: spanContext });
  }

  setError(error: unknown): void {
    setErrorStatus(this.#span, error);
  }
}

/** Records an OrchestratorError by its reason, and any other error, which is a defect, with its stack. */
function setErrorStatus(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  if (error instanceof OrchestratorError) {
    span.setAttribute(ATTR_ERROR_TYPE, error.reason);
    return;
  }
  span.setAttribute(ATTR_ERROR_TYPE, error instanceof Error ? error.name : 'unknown');
  if (error instanceof Error) span.recordException(error);
}

/** Formats the W3C traceparent of a span, version 00. (https://www.w3.org/TR/trace-context/#traceparent-header) */
function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Parses a W3C traceparent; undefined if the text is invalid. */
function parseTraceparent(traceparent: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
