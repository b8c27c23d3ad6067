import {
  type Context,
  context,
  createTraceState,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Attributes, SpanKind as Kind, Telemetry, TurnSpan } from '../ports/telemetry';
import { type TraceContext, validateTraceContext } from '../ports/trace-context';
import { noopTelemetry } from './noop-telemetry';
import { sessionIdAttribute, setSessionId } from './session-context';

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
    return this.#run(name, { kind: spanKinds[kind] }, context.active(), work);
  }

  withRequestSpan<T>(
    name: string,
    getCaller: () => TraceContext | undefined,
    work: (span: TurnSpan) => Promise<T>,
  ): Promise<T> {
    const caller = getCaller();
    if (caller === undefined && isUnsampled()) return noopTelemetry.withSpanAsync(name, work);
    const links = toLinks(trace.getActiveSpan()?.spanContext());
    if (caller === undefined) return this.#run(name, { links }, context.active(), work);
    const parent = trace.setSpanContext(context.active(), toSpanContext(caller));
    return this.#run(name, { kind: SpanKind.SERVER, links }, parent, work);
  }

  #run<T>(name: string, options: SpanOptions, parent: Context, work: (span: TurnSpan) => Promise<T>): Promise<T> {
    return this.#tracer.startActiveSpan(name, options, parent, async (span) => {
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

  withSession<T>(sessionId: string, work: () => Promise<T>): Promise<T> {
    if (isUnsampled()) return work();
    trace.getActiveSpan()?.setAttribute(sessionIdAttribute, sessionId);
    return context.with(setSessionId(context.active(), sessionId), work);
  }

  withoutSpan<T>(work: () => Promise<T>): Promise<T> {
    return context.with(ROOT_CONTEXT, work);
  }

  getActiveSpan(): TurnSpan {
    const span = trace.getActiveSpan();
    return span === undefined ? noopTelemetry.getActiveSpan() : new OtelTurnSpan(span);
  }

  getTraceId(traceparent = ''): string {
    const active = trace.getActiveSpan()?.spanContext();
    if (active !== undefined) return active.traceId;
    const caller = validateTraceContext({ traceparent, tracestate: '' });
    return caller === undefined ? '' : toSpanContext(caller).traceId;
  }

  getTraceContext(): TraceContext | undefined {
    const span = trace.getActiveSpan();
    return span?.isRecording() ? toTraceContext(span.spanContext()) : undefined;
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

  addLink(target: TraceContext): void {
    this.#span.addLinks(toLinks(toSpanContext(target)));
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

/** Returns a link to a span; none if the span is invalid or not sampled, because then it is not exported. */
function toLinks(target: SpanContext | undefined): Link[] {
  if (target === undefined || !isSpanContextValid(target)) return [];
  return (target.traceFlags & TraceFlags.SAMPLED) === 0 ? [] : [{ context: target }];
}

/** Formats a span context as W3C traceparent, version 00, and tracestate. */
function toTraceContext({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState?.serialize() ?? '' };
}

/** The inverse of `toTraceContext`, for a valid trace context. */
function toSpanContext({ traceparent, tracestate }: TraceContext): SpanContext {
  const [, traceId = '', spanId = '', flags = '0'] = traceparent.split('-');
  const traceFlags = Number.parseInt(flags, 16);
  const remote = { traceId, spanId, traceFlags, isRemote: true };
  return tracestate === '' ? remote : { ...remote, traceState: createTraceState(tracestate) };
}
