import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Attributes, SpanKind as Kind, Telemetry, TurnSpan } from '../ports/telemetry';
import { noopTelemetry } from './noop-telemetry';
import { formatTraceparent, parseTraceparent } from './traceparent';

/** Spans of the turn, children of whatever span is current: the server span of the call, where gRPC is hooked. */
export class OtelTelemetry implements Telemetry {
  readonly #tracer: Tracer = trace.getTracer('scenario-orchestrator');

  withSpan<T>(name: string, work: (span: TurnSpan) => T): T {
    if (isLeftOut()) return noopTelemetry.withSpan(name, work);
    return this.#tracer.startActiveSpan(name, (span) => {
      try {
        return work(new OtelTurnSpan(span));
      } catch (error) {
        setFailed(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }

  withSpanAsync<T>(name: string, work: (span: TurnSpan) => Promise<T>, kind: Kind = 'internal'): Promise<T> {
    if (isLeftOut()) return noopTelemetry.withSpanAsync(name, work);
    return this.#tracer.startActiveSpan(name, { kind: spanKinds[kind] }, async (span) => {
      try {
        return await work(new OtelTurnSpan(span));
      } catch (error) {
        setFailed(span, error);
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

/** Whether the sampler left the current trace out, and with it whatever would be below. */
function isLeftOut(): boolean {
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
    const linked = parseTraceparent(traceparent);
    if (linked !== undefined) this.#span.addLink({ context: linked });
  }

  setError(error: unknown): void {
    setFailed(this.#span, error);
  }
}

/** What a caller can cause is told by its reason; a defect with its stack. */
function setFailed(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  if (error instanceof OrchestratorError) {
    span.setAttribute(ATTR_ERROR_TYPE, error.reason);
    return;
  }
  span.setAttribute(ATTR_ERROR_TYPE, error instanceof Error ? error.name : 'unknown');
  if (error instanceof Error) span.recordException(error);
}
