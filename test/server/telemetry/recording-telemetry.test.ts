import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { noopTelemetry, OtelTelemetry } from '../../../src/server/telemetry';
import { SessionIdProcessor } from '../../../src/server/telemetry/span-processors';

const exporter = new InMemorySpanExporter();
const sdk = new NodeSDK({
  autoDetectResources: false,
  spanProcessors: [new SessionIdProcessor(), new SimpleSpanProcessor(exporter)],
  metricReaders: [],
  logRecordProcessors: [],
});
beforeAll(() => sdk.start());
beforeEach(() => exporter.reset());
afterAll(() => sdk.shutdown());

const telemetry = new OtelTelemetry();
const findSpan = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);

it('nests spans, also across asynchronous work', async () => {
  const answer = await telemetry.withSpanAsync('turn', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return telemetry.withSpan('phase', (span) => {
      span.setAttributes({ count: 2, ids: ['a', 'b'] });
      span.addEvent('decision', { reason: 'AIMED' });
      return 42;
    });
  });
  expect(answer).toBe(42);
  const [phase, turn] = [findSpan('phase'), findSpan('turn')];
  expect(phase?.parentSpanContext?.spanId).toBe(turn?.spanContext().spanId);
  expect(phase?.attributes).toEqual({ count: 2, ids: ['a', 'b'] });
  expect(phase?.events).toMatchObject([{ name: 'decision', attributes: { reason: 'AIMED' } }]);
  expect(turn?.status.code).toBe(SpanStatusCode.UNSET);
});

it('sets attributes of the active span and returns its trace id', () => {
  const id = telemetry.withSpan('turn', () => {
    telemetry.getActiveSpan().setAttributes({ replayed: true });
    return telemetry.getTraceId();
  });
  expect(findSpan('turn')?.attributes).toEqual({ replayed: true });
  expect(findSpan('turn')?.spanContext().traceId).toBe(id);
  expect(telemetry.getTraceId()).toBe('');
});

it('sets error status and reason for an OrchestratorError and rethrows it', async () => {
  const error = new OrchestratorError('STORE_UNAVAILABLE', 'The store does not respond.');
  await expect(telemetry.withSpanAsync('session.load', () => Promise.reject(error))).rejects.toBe(error);
  const span = findSpan('session.load');
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'The store does not respond.' });
  expect(span?.attributes).toEqual({ 'error.type': 'STORE_UNAVAILABLE' });
  expect(span?.events).toEqual([]);
});

it('records an exception event for any other error', () => {
  expect(() =>
    telemetry.withSpan('phase', () => {
      throw new TypeError('defect');
    }),
  ).toThrow('defect');
  const span = findSpan('phase');
  expect(span?.attributes).toEqual({ 'error.type': 'TypeError' });
  expect(span?.events).toMatchObject([{ name: 'exception' }]);
});

it('creates no spans in an unsampled trace but returns its trace id', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const unsampled = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags: 0 });
  const seen = context.with(unsampled, () => {
    telemetry.getActiveSpan().setAttributes({ a: 1 });
    return telemetry.withSpan('phase', ({ isRecording: recording }) => [recording, telemetry.getTraceId()]);
  });
  expect(seen).toEqual([false, traceId]);
  expect(exporter.getFinishedSpans()).toEqual([]);
});

describe('the span of a request of a stream', () => {
  const caller = {
    traceparent: '00-1bf7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01',
    tracestate: 'vendor=value',
  };
  /** Runs work in the span of a stream. */
  const withStream = <T>(isSampled: boolean, work: () => Promise<T>): Promise<T> => {
    if (isSampled) return telemetry.withSpanAsync('stream', work);
    const stream = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 0 };
    return context.with(trace.setSpanContext(ROOT_CONTEXT, stream), work);
  };

  it('is a child of the span of its caller, with a link to the span of the stream', async () => {
    await telemetry.withSpanAsync('stream', () =>
      telemetry.withRequestSpan(
        'turn',
        () => caller,
        async () => telemetry.withSpan('phase', () => undefined),
      ),
    );
    const [stream, turn, phase] = [findSpan('stream'), findSpan('turn'), findSpan('phase')];
    expect(turn?.kind).toBe(SpanKind.SERVER);
    expect(turn?.spanContext().traceId).toBe('1bf7651916cd43dd8448eb211c80319c');
    expect(turn?.spanContext().traceState?.serialize()).toBe('vendor=value');
    expect(turn?.parentSpanContext?.spanId).toBe('c7ad6b7169203331');
    expect(turn?.links.map((link) => link.context.spanId)).toEqual([stream?.spanContext().spanId]);
    expect(phase?.parentSpanContext?.spanId).toBe(turn?.spanContext().spanId);
  });

  it('is a child of the span of the stream without a caller', async () => {
    await telemetry.withSpanAsync('stream', () =>
      telemetry.withRequestSpan(
        'turn',
        () => undefined,
        async () => undefined,
      ),
    );
    const streamId = findSpan('stream')?.spanContext().spanId;
    expect(findSpan('turn')?.parentSpanContext?.spanId).toBe(streamId);
    expect(findSpan('turn')?.links.map((link) => link.context.spanId)).toEqual([streamId]);
  });

  it('is sampled as its caller is, whether the stream is sampled or not', async () => {
    const unsampledCaller = { ...caller, traceparent: caller.traceparent.replace(/01$/, '00') };
    for (const isSampled of [true, false]) {
      for (const [name, sender] of Object.entries({ sampled: caller, unsampled: unsampledCaller, none: undefined })) {
        await withStream(isSampled, () =>
          telemetry.withRequestSpan(
            `${name} in ${isSampled}`,
            () => sender,
            async () => undefined,
          ),
        );
      }
    }
    // There is no link to a stream that is not sampled, because its span is not exported.
    const turns = exporter.getFinishedSpans().filter(({ name }) => name !== 'stream');
    expect(turns.map(({ name, links }) => [name, links.length])).toEqual([
      ['sampled in true', 1],
      ['none in true', 1],
      ['sampled in false', 0],
    ]);
  });

  it('returns its trace context, with the tracestate of the caller, for the record of the turn', async () => {
    const recorded = await telemetry.withRequestSpan(
      'turn',
      () => caller,
      async () => telemetry.getTraceContext(),
    );
    const { spanId } = findSpan('turn')?.spanContext() ?? {};
    expect(recorded).toEqual({
      traceparent: `00-1bf7651916cd43dd8448eb211c80319c-${spanId}-01`,
      tracestate: 'vendor=value',
    });
  });

  it('has the error of the turn', async () => {
    const error = new OrchestratorError('AGENT_MISMATCH', 'The session belongs to another agent.');
    await expect(
      telemetry.withRequestSpan(
        'turn',
        () => caller,
        () => Promise.reject(error),
      ),
    ).rejects.toBe(error);
    expect(findSpan('turn')?.attributes).toEqual({ 'error.type': 'AGENT_MISMATCH' });
  });
});

it('a span links to sampled spans only', () => {
  const link = (flags: string) => ({
    traceparent: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`,
    tracestate: '',
  });
  telemetry.withSpan('replay', (span) => {
    span.addLink(link('00'));
    span.addLink(link('01'));
  });
  expect(findSpan('replay')?.links.map(({ context: { traceFlags } }) => traceFlags)).toEqual([1]);
});

it('all spans of a session have its id, also those that others start', async () => {
  await telemetry.withSpanAsync('call', () =>
    telemetry.withSession('session 1', () =>
      telemetry.withSpanAsync('commit', async () => trace.getTracer('instrumentation').startSpan('evalsha').end()),
    ),
  );
  telemetry.withSpan('other', () => undefined);
  expect(exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes])).toEqual([
    ['evalsha', { 'gen_ai.conversation.id': 'session 1' }],
    ['commit', { 'gen_ai.conversation.id': 'session 1' }],
    ['call', { 'gen_ai.conversation.id': 'session 1' }],
    ['other', {}],
  ]);
});

it('reads no trace context of a caller without an SDK', async () => {
  const getCaller = jest.fn();
  await noopTelemetry.withRequestSpan('turn', getCaller, async () => undefined);
  expect(getCaller).not.toHaveBeenCalled();
});

it('creates no spans without an SDK', async () => {
  const seen = await noopTelemetry.withSpanAsync('a', async (span) => {
    span.setAttributes({ a: 1 });
    span.addEvent('e', {});
    return noopTelemetry.withSpan('b', ({ isRecording: recording }) => [
      recording,
      trace.getActiveSpan(),
      noopTelemetry.getTraceId(),
    ]);
  });
  expect(seen).toEqual([false, undefined, '']);
  expect(exporter.getFinishedSpans()).toEqual([]);
});
