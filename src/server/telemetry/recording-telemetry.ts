import {
  type Context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  type TextMapGetter,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { type IdGenerator, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-base';
import type { Span } from '../ports/span';
import type { CallMetadata, Telemetry } from '../ports/telemetry';
import { type TraceContext, validateTraceContext } from '../ports/trace-context';
import { RecordedSpan, type SpanEnvironment } from './recorded-span';
import { toLinks, toSpanContext } from './span-context';

const metadataGetter: TextMapGetter<CallMetadata> = {
  get: (metadata, name) => metadata.get(name).map(String),
  keys: (metadata) => Object.keys(metadata.getMap()),
};

/**
 * Records the spans of sampled calls. The sampler decides once for a call or a request of a stream, by the trace of its caller, before there
 * is a span. A call that is not sampled has only the ids for its errors and log lines.
 */
export class RecordingTelemetry implements Telemetry {
  private readonly callAttributes = new Map<string, { readonly name: string; readonly attributes: CallAttributes }>();

  constructor(
    private readonly environment: SpanEnvironment,
    private readonly sampler: Sampler,
  ) {}

  startCall(path: string, metadata: CallMetadata): Span {
    const { name, attributes } = this.describeCall(path);
    const span = this.start(name, SpanKind.SERVER, propagation.extract(ROOT_CONTEXT, metadata, metadataGetter), []);
    span.setAttributes(attributes);
    return span;
  }

  startRequest(name: string, stream: Span, getCaller: () => TraceContext | undefined): Span {
    const caller = getCaller();
    const links = stream instanceof RecordedSpan ? toLinks(stream.spanContext()) : [];
    const sessionId = stream instanceof RecordedSpan ? stream.session : undefined;
    if (caller !== undefined) {
      const parent = trace.setSpanContext(ROOT_CONTEXT, toSpanContext(caller));
      return this.start(name, SpanKind.SERVER, parent, links, sessionId);
    }
    if (!(stream instanceof RecordedSpan) || !stream.isRecording) return stream;
    const parent = trace.setSpanContext(ROOT_CONTEXT, stream.spanContext());
    return this.start(name, SpanKind.INTERNAL, parent, links, sessionId);
  }

  startWork(name: string): Span {
    return this.start(name, SpanKind.INTERNAL, ROOT_CONTEXT, []);
  }

  getTraceId(traceparent: string): string {
    const caller = validateTraceContext({ traceparent, tracestate: '' });
    return caller === undefined ? '' : toSpanContext(caller).traceId;
  }

  private start(name: string, kind: SpanKind, parentContext: Context, links: Link[], sessionId?: string): Span {
    const { ids } = this.environment;
    const parent = toValidParent(trace.getSpanContext(parentContext));
    const traceId = parent?.traceId ?? ids.generateTraceId();
    const { decision, traceState = parent?.traceState } = this.sampler.shouldSample(
      parentContext,
      traceId,
      name,
      kind,
      {},
      links,
    );
    if (decision !== SamplingDecision.RECORD_AND_SAMPLED) return new UnsampledSpan(traceId, ids);
    const ownContext = { traceId, spanId: ids.generateSpanId(), traceFlags: TraceFlags.SAMPLED };
    const context = traceState === undefined ? ownContext : { ...ownContext, traceState };
    const span = RecordedSpan.startRoot(this.environment, { name, kind, context, parent, sessionId });
    span.addLinks(links);
    return span;
  }

  /** The attributes are earlier names of the conventions, as OpenTelemetry's instrumentation of grpc-js sets them. */
  private describeCall(path: string) {
    const known = this.callAttributes.get(path);
    if (known !== undefined) return known;
    const name = path.slice(1);
    const [service = '', method = ''] = name.split('/');
    const described = { name, attributes: { 'rpc.system': 'grpc', 'rpc.method': method, 'rpc.service': service } };
    this.callAttributes.set(path, described);
    return described;
  }
}

type CallAttributes = Readonly<Record<'rpc.system' | 'rpc.method' | 'rpc.service', string>>;

function toValidParent(context: SpanContext | undefined): SpanContext | undefined {
  return context !== undefined && trace.isSpanContextValid(context) ? context : undefined;
}

/** The place of a call that is not sampled in its trace. The id of the span, which only log lines need, is created on first use. */
class UnsampledSpan implements Span {
  readonly isRecording = false;
  private generatedSpanId: string | undefined;

  constructor(
    readonly traceId: string,
    private readonly ids: IdGenerator,
  ) {}

  get spanId(): string {
    this.generatedSpanId ??= this.ids.generateSpanId();
    return this.generatedSpanId;
  }

  setAttributes(): void {}
  addEvent(): void {}
  addLink(): void {}
  setError(): void {}
  setFailed(): void {}
  recordException(): void {}
  setSession(): void {}
  end(): void {}

  getTraceContext(): undefined {
    return undefined;
  }

  startChild(): Span {
    return this;
  }
}
