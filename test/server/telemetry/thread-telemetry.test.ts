import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { noSpan, type Span } from '../../../src/server/ports/span';
import { AccumulatedMetrics } from '../../../src/server/telemetry/accumulated-metrics';
import { noopMetrics } from '../../../src/server/telemetry/noop-telemetry';
import { encodeSpans } from '../../../src/server/telemetry/otlp-spans';
import { createThreadRecorder } from '../../../src/server/telemetry/thread-recorder';
import { ProcessThreadTelemetry } from '../../../src/server/telemetry/thread-telemetry';
import { createRecordingTelemetry } from '../../support/recorded-spans';

const traceId = '0af7651916cd43dd8448eb211c80319c';

function startCall(
  { telemetry }: Pick<ReturnType<typeof createRecordingTelemetry>, 'telemetry'>,
  isSampled = true,
): Span {
  const traceparent = `00-${traceId}-b7ad6b7169203331-${isSampled ? '01' : '00'}`;
  return telemetry.startRequest('call', noSpan, () => ({ traceparent, tracestate: 'vendor=value' }));
}

/** Everything that the work of a call does with its span. */
function work(span: Span): void {
  span.setAttributes({ 'orchestrator.work': 7, 'orchestrator.lists': ['a', 'b'] });
  span.addEvent('decided', { reason: 'x' });
  span.addLink({ traceparent: `00-${traceId}-00f067aa0ba902b7-01`, tracestate: 'other=1' });
  const child = span.startChild('session.load');
  const command = child.startChild('evalsha', 'client');
  command.setError(new OrchestratorError('STORE_UNAVAILABLE', 'unavailable'));
  command.end();
  const defect = new RangeError('a defect');
  defect.stack = 'RangeError: a defect';
  child.recordException(defect);
  child.end();
  span.setFailed('it failed');
}

/** What the collector receives of spans, without ids of spans and times. */
function describeSpans(spans: readonly ReadableSpan[]): readonly unknown[] {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans
    .map((span) => ({
      name: span.name,
      kind: span.kind,
      parent: names.get(span.parentSpanContext?.spanId ?? '') ?? span.parentSpanContext?.spanId,
      isParentRemote: span.parentSpanContext?.isRemote ?? false,
      traceId: span.spanContext().traceId,
      flags: span.spanContext().traceFlags,
      traceState: span.spanContext().traceState?.serialize(),
      attributes: span.attributes,
      links: span.links.map(({ context }) => ({ ...context, traceState: context.traceState?.serialize() })),
      events: span.events.map(({ name, attributes }) => ({ name, attributes })),
      status: span.status,
      scope: span.instrumentationScope,
      resource: span.resource,
      isDurationConsistent: span.endTime[0] >= span.startTime[0] && span.duration.length === 2,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function createThread(metrics = noopMetrics) {
  const recorder = createThreadRecorder({ isTracing: true, isMeasuring: true, env: {} });
  const process = new ProcessThreadTelemetry(metrics);
  const report = (): void => {
    const observations = recorder.take();
    if (observations !== undefined) process.record(structuredClone(observations));
  };
  return {
    recorder,
    process,
    report,
    /** Does the work of a call in the thread. */
    run(span: Span, sessionId: string, doWork: (span: Span) => void): void {
      const call = recorder.startCall(structuredClone(process.describeSpan(span, sessionId)));
      doWork(call.span);
      const additions = call.end();
      if (additions !== undefined) process.addToSpan(span, structuredClone(additions));
      report();
    },
  };
}

test('the spans of a call that a thread processes are those of a call that the server processes', () => {
  const [own, threaded] = [createRecordingTelemetry(), createRecordingTelemetry()];
  const ownSpan = startCall(own);
  ownSpan.setSession('session');
  work(ownSpan);
  ownSpan.end();
  const span = startCall(threaded);
  span.setSession('session');
  createThread().run(span, 'session', work);
  span.end();
  expect(own.exported).toHaveLength(3);
  expect(describeSpans(threaded.exported)).toEqual(describeSpans(own.exported));
  expect(encodeSpans(threaded.exported).length).toBe(encodeSpans(own.exported).length);
});

test('a span that ends after its call was answered is exported', () => {
  const { telemetry, exported } = createRecordingTelemetry();
  const thread = createThread();
  const span = startCall({ telemetry });
  let late: Span = noSpan;
  thread.run(span, '', (threadSpan) => {
    late = threadSpan.startChild('late');
  });
  span.end();
  late.end();
  thread.report();
  expect(exported.map(({ name }) => name).sort()).toEqual(['call', 'late']);
});

test('a call that is not sampled has the ids of its span in the thread, and no spans', () => {
  const { telemetry, exported } = createRecordingTelemetry();
  const thread = createThread();
  const span = startCall({ telemetry }, false);
  thread.run(span, 'session', (threadSpan) => {
    expect([threadSpan.traceId, threadSpan.spanId]).toEqual([traceId, span.spanId]);
    work(threadSpan);
  });
  thread.run(noSpan, 'session', (threadSpan) => expect(threadSpan).toBe(noSpan));
  span.end();
  expect(exported).toEqual([]);
});

test('the recorded trace context of a turn is that of the span of its call', () => {
  const { telemetry } = createRecordingTelemetry();
  const span = startCall({ telemetry });
  createThread().run(span, '', (threadSpan) => expect(threadSpan.getTraceContext()).toEqual(span.getTraceContext()));
});

test('measurements of a thread are added to those of the server', () => {
  const metrics = new AccumulatedMetrics();
  const thread = createThread(metrics);
  metrics.recordWorkLimit('conditions');
  thread.recorder.metrics.recordWorkLimit('conditions');
  thread.recorder.metrics.startPhase('orchestrator.context')();
  thread.report();
  const take = (name: 'workLimits' | 'phaseDuration') =>
    metrics.instruments[name].take().map(({ attributes, count }) => ({ attributes, count }));
  expect(take('workLimits')).toEqual([{ attributes: { work: 'conditions' }, count: 2 }]);
  expect(take('phaseDuration')).toEqual([{ attributes: { phase: 'orchestrator.context' }, count: 1 }]);
  expect(thread.recorder.take()).toBeUndefined();
});
