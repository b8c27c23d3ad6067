import { isDeepStrictEqual } from 'node:util';
import type { IdGenerator } from '@opentelemetry/sdk-trace-base';
import type { Attributes, Span, SpanKind } from '../../src/server/ports/span';
import type { CallMetadata, Telemetry } from '../../src/server/ports/telemetry';
import type { TraceContext } from '../../src/server/ports/trace-context';
import type { SdkTelemetry, SdkTelemetrySpan } from './sdk-telemetry';

/** Generates ids for the first of two telemetries, and repeats the last one for the second. */
export class RepeatedIds {
  private count = 0;
  private traceId = '';
  private spanId = '';

  readonly first: IdGenerator = {
    generateTraceId: () => {
      this.traceId = this.next(32);
      return this.traceId;
    },
    generateSpanId: () => {
      this.spanId = this.next(16);
      return this.spanId;
    },
  };

  readonly second: IdGenerator = { generateTraceId: () => this.traceId, generateSpanId: () => this.spanId };

  private next(digits: number): string {
    this.count += 1;
    return (this.count * 2_654_435_761).toString(16).padStart(digits, 'a');
  }
}

/**
 * Passes every call to the SDK and then to the telemetry under test. For both, it is the same time. Fails if one of them
 * records a span that the other does not record.
 */
export class BothTelemetries implements Telemetry {
  constructor(
    private readonly sdk: SdkTelemetry,
    private readonly own: Telemetry,
    private readonly atOneTime: <T>(work: () => T) => T,
  ) {}

  startCall(path: string, metadata: CallMetadata): Span {
    return this.atOneTime(
      () => new BothSpans(this.sdk.startCall(path, metadata), this.own.startCall(path, metadata), this.atOneTime),
    );
  }

  startRequest(name: string, stream: Span, getCaller: () => TraceContext | undefined): Span {
    if (!(stream instanceof BothSpans)) throw new Error('The stream has no span.');
    return this.atOneTime(
      () =>
        new BothSpans(
          this.sdk.startRequest(name, stream.sdk, getCaller),
          this.own.startRequest(name, stream.own, getCaller),
          this.atOneTime,
        ),
    );
  }

  startWork(name: string): Span {
    return this.atOneTime(() => new BothSpans(this.sdk.startWork(name), this.own.startWork(name), this.atOneTime));
  }

  getTraceId(traceparent: string): string {
    return this.own.getTraceId(traceparent);
  }
}

class BothSpans implements Span {
  constructor(
    readonly sdk: SdkTelemetrySpan,
    readonly own: Span,
    private readonly atOneTime: <T>(work: () => T) => T,
  ) {}

  get isRecording(): boolean {
    return this.getEqual(({ isRecording }) => isRecording);
  }

  get traceId(): string {
    return this.getEqual(({ traceId }) => traceId);
  }

  get spanId(): string {
    return this.sdk.spanId;
  }

  setAttributes(attributes: Attributes): void {
    this.each((span) => span.setAttributes(attributes));
  }

  addEvent(name: string, attributes: Attributes): void {
    this.each((span) => span.addEvent(name, attributes));
  }

  addLink(target: TraceContext): void {
    this.each((span) => span.addLink(target));
  }

  setError(error: unknown): void {
    this.each((span) => span.setError(error));
  }

  setFailed(description?: string): void {
    this.each((span) => span.setFailed(description));
  }

  recordException(error: Error): void {
    this.each((span) => span.recordException(error));
  }

  setSession(sessionId: string): void {
    this.each((span) => span.setSession(sessionId));
  }

  getTraceContext(): TraceContext | undefined {
    return this.getEqual((span) => span.getTraceContext());
  }

  startChild(name: string, kind?: SpanKind): Span {
    if (!this.isRecording) return this;
    return this.atOneTime(
      () => new BothSpans(this.sdk.startChild(name, kind), this.own.startChild(name, kind), this.atOneTime),
    );
  }

  end(): void {
    this.each((span) => span.end());
  }

  private each(work: (span: Span) => void): void {
    this.atOneTime(() => {
      work(this.sdk);
      work(this.own);
    });
  }

  private getEqual<T>(get: (span: Span) => T): T {
    const [sdk, own] = [get(this.sdk), get(this.own)];
    if (!isDeepStrictEqual(own, sdk)) throw new Error(`The SDK has ${sdk}, the service ${own}.`);
    return own;
  }
}
