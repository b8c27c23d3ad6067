import type { TraceContext } from './trace-context';

/** Lists are mutable only because the OpenTelemetry API requires that type. */
export type AttributeValue = string | number | boolean | string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** "client" is a request to another service. */
export type SpanKind = 'internal' | 'client';

export interface TurnSpan {
  /** Whether the span is recorded. If it is not, attributes need not be computed. */
  readonly isRecording: boolean;
  setAttributes(attributes: Attributes): void;
  addEvent(name: string, attributes: Attributes): void;
  /** Links to a sampled span. A replay links to the span in which the turn was decided. */
  addLink(target: TraceContext): void;
  /** Sets the error status, for an error that is handled and not thrown. */
  setError(error: unknown): void;
}

/** Creates spans. Costs almost nothing if tracing is off. */
export interface Telemetry {
  /** Runs synchronous work in a child span of the active span. An error sets the span's status and is rethrown. */
  withSpan<T>(name: string, work: (span: TurnSpan) => T): T;
  /** Like `withSpan`, for asynchronous work. */
  withSpanAsync<T>(name: string, work: (span: TurnSpan) => Promise<T>, kind?: SpanKind): Promise<T>;
  /**
   * Like `withSpanAsync`, for one request of a stream. The parent of the span is the span of `getCaller` or, if that returns
   * undefined, the active span, which is the span of the stream. The span has a link to the span of the stream. `getCaller` is not
   * called if tracing is off.
   */
  withRequestSpan<T>(
    name: string,
    getCaller: () => TraceContext | undefined,
    work: (span: TurnSpan) => Promise<T>,
  ): Promise<T>;
  /** Runs work that concerns a session. The active span and all spans that start within the work have the session's id. */
  withSession<T>(sessionId: string, work: () => Promise<T>): Promise<T>;
  /** Runs work without an active span. Use it for the recurring work of a long-lived stream, whose trace would grow without limit. */
  withoutSpan<T>(work: () => Promise<T>): Promise<T>;
  /** Returns the active span, for example the server span of the call. */
  getActiveSpan(): TurnSpan;
  /**
   * Returns the trace id of the active span in lower-case hexadecimal or, without an active span, that of the caller's W3C
   * traceparent. Returns "" if there is neither, or if tracing is off.
   */
  getTraceId(traceparent?: string): string;
  /** Returns the W3C trace context of the active span; undefined if the span is not recorded. */
  getTraceContext(): TraceContext | undefined;
}
