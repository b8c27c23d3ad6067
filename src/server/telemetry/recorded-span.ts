import {
  type HrTime,
  type Link,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { IdGenerator, ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '@opentelemetry/semantic-conventions';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Attributes, AttributeValue, SpanKind as Kind, Span } from '../ports/span';
import type { TraceContext } from '../ports/trace-context';
import { addMilliseconds, toHrTime } from './hr-time';
import { toLinks, toSpanContext, toTraceContext } from './span-context';
import { limitLength, type SpanLimits } from './span-limits';

/** The session's id in the GenAI conventions (https://opentelemetry.io/docs/specs/semconv/gen-ai/). */
const sessionIdAttribute = 'gen_ai.conversation.id';

const spanKinds: Readonly<Record<Kind, SpanKind>> = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT };

/** What all spans of a process have in common. */
export interface SpanEnvironment {
  readonly resource: Resource;
  readonly scope: ReadableSpan['instrumentationScope'];
  readonly limits: SpanLimits;
  readonly ids: IdGenerator;
  /** Adds an ended span to the queues of the exporters. */
  readonly export: (span: ReadableSpan) => void;
}

/** Maximum number of ended spans that a call holds. A turn that is decided again after conflicts has many. */
const maxHeldSpans = 256;

/**
 * The spans of a call, or of one request of a stream. They are exported in one pass when the first one, the root, ends; a span that ends
 * later, for example that of a command of a canceled call, is exported immediately.
 */
class CallSpans {
  private ended: RecordedSpan[] = [];

  constructor(readonly environment: SpanEnvironment) {}

  add(span: RecordedSpan, isOver: boolean): void {
    this.ended.push(span);
    if (!isOver && this.ended.length < maxHeldSpans) return;
    for (const each of this.ended) this.environment.export(each);
    this.ended = [];
  }
}

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly sessionId?: string | undefined;
}

/**
 * A sampled span, with the limits and the times of a span of the SDK. The SDK reads it like one of its own. It costs less, because nothing
 * but the span itself has to be found, checked or called (ADR 0014).
 */
export class RecordedSpan implements Span, ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly attributes: Record<string, AttributeValue> = {};
  readonly links: Link[] = [];
  readonly events: TimedEvent[] = [];
  readonly startTime: HrTime;
  endTime: HrTime = [0, 0];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  isRecording = true;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  /** The monotonic clock at the start, in milliseconds. All other times of the span are differences to it. */
  private readonly startedAt: number;
  private durationMs = 0;
  private attributeCount = 0;
  private sessionId: string | undefined;

  private constructor(
    private readonly context: SpanContext,
    private readonly spans: CallSpans,
    private readonly ownRoot: RecordedSpan | undefined,
    { name, kind, parent, sessionId }: SpanStart,
  ) {
    this.startTime = toHrTime(Date.now());
    this.startedAt = performance.now();
    this.name = name;
    this.kind = kind;
    if (parent !== undefined) this.parentSpanContext = parent;
    if (sessionId !== undefined) this.setSession(sessionId);
  }

  static startRoot(environment: SpanEnvironment, start: SpanStart): RecordedSpan {
    return new RecordedSpan(start.context, new CallSpans(environment), undefined, start);
  }

  startChild(name: string, kind: Kind = 'internal'): Span {
    if (!this.isRecording) return this;
    const { traceId, traceFlags, traceState } = this.context;
    const spanId = this.spans.environment.ids.generateSpanId();
    const context =
      traceState === undefined ? { traceId, spanId, traceFlags } : { traceId, spanId, traceFlags, traceState };
    const start = { name, kind: spanKinds[kind], context, parent: this.context, sessionId: this.sessionId };
    return new RecordedSpan(context, this.spans, this.root, start);
  }

  /** The first span of the call. */
  private get root(): RecordedSpan {
    return this.ownRoot ?? this;
  }

  get environment(): SpanEnvironment {
    return this.spans.environment;
  }

  get traceId(): string {
    return this.context.traceId;
  }

  get spanId(): string {
    return this.context.spanId;
  }

  /** The id that the spans below have. */
  get session(): string | undefined {
    return this.sessionId;
  }

  setAttributes(attributes: Attributes): void {
    if (!this.isRecording) return;
    for (const name in attributes) {
      const value = attributes[name];
      if (value !== undefined) this.setAttribute(name, value);
    }
  }

  private setAttribute(name: string, value: AttributeValue): void {
    const { limits } = this.spans.environment;
    if (!Object.hasOwn(this.attributes, name)) {
      if (this.attributeCount >= limits.attributeCount) {
        this.droppedAttributesCount += 1;
        return;
      }
      this.attributeCount += 1;
    }
    this.attributes[name] = limitLength(value, limits.attributeValueLength);
  }

  addEvent(name: string, attributes: Attributes): void {
    if (!this.isRecording) return;
    const { eventCount, attributePerEventCount, attributeValueLength } = this.spans.environment.limits;
    if (this.events.length >= eventCount) {
      this.droppedEventsCount += 1;
      if (this.events.shift() === undefined) return;
    }
    const count = countNames(attributes);
    const isLimited = count > attributePerEventCount || attributeValueLength !== Number.POSITIVE_INFINITY;
    this.events.push({
      name,
      attributes: isLimited ? limitAttributes(attributes, this.spans.environment.limits) : attributes,
      time: this.getTime(),
      droppedAttributesCount: Math.max(0, count - attributePerEventCount),
    });
  }

  addLink(target: TraceContext): void {
    this.addLinks(toLinks(toSpanContext(target)));
  }

  addLinks(links: readonly Link[]): void {
    if (!this.isRecording) return;
    const { linkCount } = this.spans.environment.limits;
    for (const link of links) {
      if (this.links.length >= linkCount) {
        this.droppedLinksCount += 1;
        if (this.links.shift() === undefined) continue;
      }
      this.links.push(link);
    }
  }

  setError(error: unknown): void {
    this.setFailed(error instanceof Error ? error.message : String(error));
    if (error instanceof OrchestratorError) {
      this.setAttributes({ [ATTR_ERROR_TYPE]: error.reason });
      return;
    }
    this.setAttributes({ [ATTR_ERROR_TYPE]: error instanceof Error ? error.name : 'unknown' });
    if (error instanceof Error) this.recordException(error);
  }

  /** Adds what another thread has added to this span. */
  addAll({
    attributes,
    links,
    events,
    status,
  }: Pick<ReadableSpan, 'attributes' | 'links' | 'events' | 'status'>): void {
    if (!this.isRecording) return;
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) this.setAttribute(name, value as AttributeValue);
    }
    this.addLinks(links);
    this.events.push(...events);
    if (status.code !== SpanStatusCode.UNSET) this.status = status;
  }

  setFailed(description?: string): void {
    if (!this.isRecording) return;
    const code = SpanStatusCode.ERROR;
    this.status = description === undefined ? { code } : { code, message: description };
  }

  recordException(error: Error): void {
    this.addEvent('exception', toExceptionAttributes(error));
  }

  setSession(sessionId: string): void {
    this.sessionId = sessionId;
    this.setAttributes({ [sessionIdAttribute]: sessionId });
  }

  getTraceContext(): TraceContext | undefined {
    return this.isRecording ? toTraceContext(this.context) : undefined;
  }

  end(): void {
    if (!this.isRecording) return;
    this.durationMs = performance.now() - this.startedAt;
    this.endTime = addMilliseconds(this.startTime, this.durationMs);
    this.isRecording = false;
    this.spans.add(this, !this.root.isRecording);
  }

  private getTime(): HrTime {
    return addMilliseconds(this.startTime, performance.now() - this.startedAt);
  }

  // What follows is read by the exporters.

  spanContext(): SpanContext {
    return this.context;
  }

  get duration(): HrTime {
    return toHrTime(this.durationMs);
  }

  get ended(): boolean {
    return !this.isRecording;
  }

  get resource(): Resource {
    return this.spans.environment.resource;
  }

  get instrumentationScope(): ReadableSpan['instrumentationScope'] {
    return this.spans.environment.scope;
  }
}

function countNames(attributes: Attributes): number {
  let count = 0;
  for (const _ in attributes) count += 1;
  return count;
}

function limitAttributes(attributes: Attributes, limits: SpanLimits): Attributes {
  const kept = Object.entries(attributes).slice(0, limits.attributePerEventCount);
  return Object.fromEntries(kept.map(([name, value]) => [name, limitLength(value, limits.attributeValueLength)]));
}

/** The attributes of the event of an exception, as the semantic conventions define them. */
function toExceptionAttributes(error: Error): Attributes {
  const code = 'code' in error && error.code ? String(error.code) : '';
  return {
    ...((code || error.name) && { [ATTR_EXCEPTION_TYPE]: code || error.name }),
    ...(error.message && { [ATTR_EXCEPTION_MESSAGE]: error.message }),
    ...(error.stack && { [ATTR_EXCEPTION_STACKTRACE]: error.stack }),
  };
}
