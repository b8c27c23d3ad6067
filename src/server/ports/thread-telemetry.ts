import type { Metrics } from './metrics';
import type { Span } from './span';
import type { Telemetry } from './telemetry';
import type { TraceContext } from './trace-context';

// Spans and measurements of a call thread. The thread of the server exports them, so they travel as plain data.

/** The span of a call that a thread processes. */
export interface SpanOrigin {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined if the call is not sampled. */
  readonly context: TraceContext | undefined;
  readonly sessionId: string | undefined;
}

type Attributes = Readonly<Record<string, unknown>>;

/** Seconds and nanoseconds since 1970. */
type Time = [number, number];

/** The context of a span; `state` is its W3C tracestate. */
export interface EncodedContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
  readonly isRemote: boolean | undefined;
  readonly state: string | undefined;
}

/** What is added to a span while it is open. */
export interface EncodedAdditions {
  readonly attributes: Attributes;
  readonly links: readonly { readonly context: EncodedContext; readonly attributes: Attributes | undefined }[];
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Attributes | undefined;
    readonly time: Time;
    readonly droppedAttributesCount: number | undefined;
  }[];
  readonly status: { readonly code: number; readonly message?: string | undefined };
}

/** A span that has ended. */
export interface EncodedSpan extends EncodedAdditions {
  readonly name: string;
  readonly kind: number;
  readonly context: EncodedContext;
  readonly parent: EncodedContext | undefined;
  readonly startTime: Time;
  readonly endTime: Time;
  readonly duration: Time;
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number };
}

/** A value that was recorded with an instrument, by the name of the instrument. */
export interface Measurement {
  readonly instrument: string;
  readonly value: number;
  readonly attributes: readonly (string | boolean | undefined)[];
}

/** What a thread has observed since the last report. */
export interface Observations {
  readonly spans: readonly EncodedSpan[];
  readonly measurements: readonly Measurement[];
}

/** The part of a call that a thread observes. */
export interface ObservedCall {
  /** The span of the call. */
  readonly span: Span;
  /** Ends the observation. Returns what is to be added to the span of the call; undefined if it is not sampled. */
  end(): EncodedAdditions | undefined;
}

/** Records in a thread. */
export interface ThreadRecorder {
  readonly telemetry: Telemetry;
  readonly metrics: Metrics;
  startCall(origin: SpanOrigin | undefined): ObservedCall;
  /** Returns what was observed since the last call; undefined if there is nothing. */
  take(): Observations | undefined;
}

/** Records in the thread of the server what other threads have observed. */
export interface ThreadTelemetry {
  /** Undefined if there is nothing to observe. */
  describeSpan(span: Span, sessionId: string | undefined): SpanOrigin | undefined;
  /** Adds to the span of a call. */
  addToSpan(span: Span, additions: EncodedAdditions): void;
  record(observations: Observations): void;
}
