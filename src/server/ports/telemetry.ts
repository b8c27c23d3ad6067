import type { Span } from './span';
import type { TraceContext } from './trace-context';

/** The metadata of a call, as grpc-js represents it. */
export interface CallMetadata {
  get(name: string): readonly unknown[];
  getMap(): Readonly<Record<string, unknown>>;
}

/** Starts the spans of calls. Whether a call is sampled is decided here, once, before a span exists. */
export interface Telemetry {
  /** Starts the server span of a call. `path` is `/package.Service/Method`. Its parent is the span in the metadata of the call. */
  startCall(path: string, metadata: CallMetadata): Span;
  /**
   * Starts the span of one request of a stream, with a link to the span of the stream. Its parent is the span of `getCaller` or, if that
   * returns undefined, the span of the stream. `getCaller` is not called if tracing is off.
   */
  startRequest(name: string, stream: Span, getCaller: () => TraceContext | undefined): Span;
  /** Starts the root span of work that the node does without a call. */
  startWork(name: string): Span;
  /**
   * Returns the trace id of a W3C traceparent in lower-case hexadecimal, for a call that fails before its span starts. Returns "" if there
   * is none, or if tracing is off.
   */
  getTraceId(traceparent: string): string;
}
