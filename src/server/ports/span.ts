import type { TraceContext } from './trace-context';

/** Lists are mutable only because the OpenTelemetry API requires that type. */
export type AttributeValue = string | number | boolean | string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** "client" is a request to another service. */
export type SpanKind = 'internal' | 'client';

/**
 * A span of a call, or the place of a call that is not sampled in its trace. A span that is not recorded ignores what is set, and is its own
 * child. Spans travel with the `Call`, so nothing has to follow its promises.
 */
export interface Span {
  /** Whether the span is sampled and has not ended. If not, attributes need not be computed. */
  readonly isRecording: boolean;
  /** 32 lower-case hexadecimal digits; "" without tracing. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits; "" without tracing. */
  readonly spanId: string;
  setAttributes(attributes: Attributes): void;
  addEvent(name: string, attributes: Attributes): void;
  /** Links to a sampled span. A replay links to the span in which the turn was decided. */
  addLink(target: TraceContext): void;
  /** Sets the error status, its description and `error.type`. An error that is not an OrchestratorError is a defect: adds its stack. */
  setError(error: unknown): void;
  /** Sets the error status alone. */
  setFailed(description?: string): void;
  /** Adds an event with the stack of an error. */
  recordException(error: Error): void;
  /** Adds the id of a session to this span, and to all spans below it that start later. */
  setSession(sessionId: string): void;
  /** Returns the W3C trace context; undefined if the span is not recorded. */
  getTraceContext(): TraceContext | undefined;
  startChild(name: string, kind?: SpanKind): Span;
  end(): void;
}

const ignore = (): void => undefined;

/** The span of work that has none: without tracing, in the background, and before the span of a call starts. */
export const noSpan: Span = {
  isRecording: false,
  traceId: '',
  spanId: '',
  setAttributes: ignore,
  addEvent: ignore,
  addLink: ignore,
  setError: ignore,
  setFailed: ignore,
  recordException: ignore,
  setSession: ignore,
  getTraceContext: () => undefined,
  startChild: () => noSpan,
  end: ignore,
};

/** Returns the fields that a log line about a call has; none without tracing. */
export function getTraceFields({ traceId, spanId }: Span): Readonly<Record<string, string>> {
  return traceId === '' ? {} : { trace_id: traceId, span_id: spanId };
}

/** Runs synchronous work in a child span. An error sets its status and is rethrown. */
export function runInChildSpan<T>(span: Span, name: string, work: () => T): T {
  if (!span.isRecording) return work();
  const child = span.startChild(name);
  try {
    return work();
  } catch (error) {
    child.setError(error);
    throw error;
  } finally {
    child.end();
  }
}
