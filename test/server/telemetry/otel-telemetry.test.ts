import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { noopTelemetry, OtelTelemetry } from '../../../src/server/telemetry';

const exporter = new InMemorySpanExporter();
const sdk = new NodeSDK({
  autoDetectResources: false,
  spanProcessors: [new SimpleSpanProcessor(exporter)],
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
