import {
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span as SdkSpan,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OrchestratorError } from '../../src/core/model/orchestrator-error';
import type { Attributes, SpanKind as Kind, Span } from '../../src/server/ports/span';
import type { CallMetadata, Telemetry } from '../../src/server/ports/telemetry';
import type { TraceContext } from '../../src/server/ports/trace-context';
import { toLinks, toSpanContext, toTraceContext } from '../../src/server/telemetry/span-context';

const spanKinds: Readonly<Record<Kind, SpanKind>> = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT };

/** The spans of the service, recorded with the tracer of the SDK: what the spans that the service records itself must be equal to. */
export class SdkTelemetry implements Telemetry {
  constructor(private readonly tracer: Tracer) {}

  startCall(path: string, metadata: CallMetadata): SdkTelemetrySpan {
    const parent = propagation.extract(ROOT_CONTEXT, metadata, {
      get: (carrier, name) => carrier.get(name).map(String),
      keys: (carrier) => Object.keys(carrier.getMap()),
    });
    const span = this.start(path.slice(1), { kind: SpanKind.SERVER }, parent);
    const [service = '', method = ''] = path.slice(1).split('/');
    span.setAttributes({ 'rpc.system': 'grpc', 'rpc.method': method, 'rpc.service': service });
    return span;
  }

  startRequest(name: string, stream: SdkTelemetrySpan, getCaller: () => TraceContext | undefined): SdkTelemetrySpan {
    const caller = getCaller();
    if (caller === undefined && !stream.isRecording) return stream;
    const links = toLinks(stream.span.spanContext());
    const parent = caller === undefined ? stream.span.spanContext() : toSpanContext(caller);
    const kind = caller === undefined ? SpanKind.INTERNAL : SpanKind.SERVER;
    const span = this.start(name, { kind, links }, toContext(parent));
    if (stream.sessionId !== undefined) span.setSession(stream.sessionId);
    return span;
  }

  startWork(name: string): SdkTelemetrySpan {
    return this.start(name, { kind: SpanKind.INTERNAL }, ROOT_CONTEXT);
  }

  getTraceId(): string {
    throw new Error('The tracer of the SDK reads no traceparent without a span.');
  }

  private start(name: string, options: SpanOptions, parent: Context): SdkTelemetrySpan {
    return new SdkTelemetrySpan(this.tracer, this.tracer.startSpan(name, options, parent));
  }
}

function toContext(parent: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

export class SdkTelemetrySpan implements Span {
  sessionId: string | undefined;

  constructor(
    private readonly tracer: Tracer,
    readonly span: SdkSpan,
  ) {}

  get isRecording(): boolean {
    return this.span.isRecording();
  }

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  get spanId(): string {
    return this.span.spanContext().spanId;
  }

  setAttributes(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  addEvent(name: string, attributes: Attributes): void {
    this.span.addEvent(name, attributes);
  }

  addLink(target: TraceContext): void {
    this.span.addLinks(toLinks(toSpanContext(target)));
  }

  setError(error: unknown): void {
    this.setFailed(error instanceof Error ? error.message : String(error));
    if (error instanceof OrchestratorError) this.span.setAttribute('error.type', error.reason);
    else this.span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
    if (error instanceof Error && !(error instanceof OrchestratorError)) this.span.recordException(error);
  }

  setFailed(description?: string): void {
    this.span.setStatus({ code: SpanStatusCode.ERROR, ...(description !== undefined && { message: description }) });
  }

  recordException(error: Error): void {
    this.span.recordException(error);
  }

  setSession(sessionId: string): void {
    this.sessionId = sessionId;
    this.span.setAttribute('gen_ai.conversation.id', sessionId);
  }

  getTraceContext(): TraceContext | undefined {
    return this.isRecording ? toTraceContext(this.span.spanContext()) : undefined;
  }

  startChild(name: string, kind: Kind = 'internal'): SdkTelemetrySpan {
    if (!this.isRecording) return this;
    const child = this.tracer.startSpan(name, { kind: spanKinds[kind] }, toContext(this.span.spanContext()));
    const span = new SdkTelemetrySpan(this.tracer, child);
    if (this.sessionId !== undefined) span.setSession(this.sessionId);
    return span;
  }

  end(): void {
    this.span.end();
  }
}
