/** A list may be changed as far as its type goes, since that is how the SDK of OpenTelemetry asks for it; nobody does. */
export type AttributeValue = string | number | boolean | string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What a span stands for: a part of the service's own work, or a request to another one. */
export type SpanKind = 'internal' | 'client';

/** The span that is open. */
export interface TurnSpan {
  /** False where nothing is recorded: attributes need not be computed. */
  readonly isRecording: boolean;
  setAttributes(attributes: Attributes): void;
  addEvent(name: string, attributes: Attributes): void;
  /** Points to the span of a W3C traceparent, in which what is told here again was done first. */
  addLink(traceparent: string): void;
  /** Sets the status as what is thrown does: for an error that is answered and goes no further. */
  setError(error: unknown): void;
}

/** What the pipeline tells about its work. Nearly free when switched off. */
export interface Telemetry {
  /** Runs synchronous work in a child span of the current one; what it throws sets the span's status and is thrown on. */
  withSpan<T>(name: string, work: (span: TurnSpan) => T): T;
  /** The same for work that waits; "client" where it is another service that is waited for. */
  withSpanAsync<T>(name: string, work: (span: TurnSpan) => Promise<T>, kind?: SpanKind): Promise<T>;
  /** Runs work without a current span: what a long-lived stream does over and over would fill its trace without end. */
  withoutSpan<T>(work: () => Promise<T>): Promise<T>;
  /** The span that is current, for example the server span of the call. */
  getActiveSpan(): TurnSpan;
  /**
   * Trace id of the current span, lower-case hexadecimal; where there is none, that of a caller's W3C traceparent; "" where there is
   * neither, or nothing is traced.
   */
  getTraceId(traceparent?: string): string;
  /** W3C traceparent of the current span; undefined where none is recorded. */
  getTraceparent(): string | undefined;
}
