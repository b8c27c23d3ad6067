import { DiagLogLevel, diag, propagation, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { core } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { createCall, runInSpan } from '../../../src/server/ports/call';
import { getTraceFields, noSpan, runInChildSpan, type Span } from '../../../src/server/ports/span';
import type { CallMetadata } from '../../../src/server/ports/telemetry';
import { noopTelemetry } from '../../../src/server/telemetry';
import { unboundedCall } from '../../support/calls';
import { createRecordingTelemetry } from '../../support/recorded-spans';

beforeAll(() => propagation.setGlobalPropagator(new core.W3CTraceContextPropagator()));
afterAll(() => propagation.disable());

const path = '/package.Service/Method';
const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpanId = 'b7ad6b7169203331';
const sampled = `00-${traceId}-${callerSpanId}-01`;
const unsampled = `00-${traceId}-${callerSpanId}-00`;

const metadata = (headers: Readonly<Record<string, string>> = {}): CallMetadata => ({
  get: (name) => (headers[name] === undefined ? [] : [headers[name]]),
  getMap: () => headers,
});

function createTelemetry(env: NodeJS.ProcessEnv = {}) {
  const { telemetry, exported } = createRecordingTelemetry(env);
  return { telemetry, exported, find: (name: string) => exported.find((span) => span.name === name) };
}

const ignore = () => undefined;
const silentDiag = { error: ignore, warn: ignore, info: ignore, debug: ignore, verbose: ignore };

const callIn = (span: Span) => createCall(Number.POSITIVE_INFINITY, unboundedCall.signal, span);

it('all spans of a call are exported when its span ends, in the order in which they ended', async () => {
  const { telemetry, exported, find } = createTelemetry();
  const root = telemetry.startCall(path, metadata({ traceparent: sampled }));
  await runInSpan(callIn(root), 'load', async ({ span }) => {
    await new Promise((resolve) => setImmediate(resolve));
    runInChildSpan(span, 'phase', () => span.addEvent('decision', { reason: 'AIMED' }));
  });
  expect(exported).toEqual([]);
  root.end();
  expect(exported.map(({ name }) => name)).toEqual(['phase', 'load', 'package.Service/Method']);
  expect(find('phase')?.parentSpanContext?.spanId).toBe(find('load')?.spanContext().spanId);
  expect(find('load')?.parentSpanContext?.spanId).toBe(root.spanId);
  expect(find('load')?.events).toMatchObject([{ name: 'decision', attributes: { reason: 'AIMED' } }]);
  expect(find('package.Service/Method')?.parentSpanContext?.spanId).toBe(callerSpanId);
});

it('a span that ends after its call is exported when it ends', () => {
  const { telemetry, exported } = createTelemetry();
  const root = telemetry.startCall(path, metadata());
  const command = root.startChild('evalsha', 'client');
  root.end();
  expect(exported.map(({ name }) => name)).toEqual(['package.Service/Method']);
  command.end();
  expect(exported.map(({ name, kind }) => [name, kind])).toEqual([
    ['package.Service/Method', SpanKind.SERVER],
    ['evalsha', SpanKind.CLIENT],
  ]);
});

it('a call with very many spans exports them before it ends', () => {
  const { telemetry, exported } = createTelemetry();
  const root = telemetry.startCall(path, metadata());
  for (let count = 0; count < 1_000; count += 1) root.startChild('attempt').end();
  expect(exported.length).toBeGreaterThan(500);
  root.end();
  expect(exported).toHaveLength(1_001);
});

it('what the queue of the exporter does not hold is dropped, and the number is logged', async () => {
  const warnings: string[] = [];
  diag.setLogger({ ...silentDiag, warn: (message) => void warnings.push(message) }, DiagLogLevel.WARN);
  const results: ((result: core.ExportResult) => void)[] = [];
  const batches: number[] = [];
  const exporter: SpanExporter = {
    export(spans, onResult) {
      batches.push(spans.length);
      results.push(onResult);
    },
    shutdown: () => Promise.resolve(),
  };
  const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 4, maxExportBatchSize: 2 });
  const { telemetry, exported } = createTelemetry();
  const exportCall = (children: number) => {
    const root = telemetry.startCall(path, metadata());
    for (let count = 0; count < children; count += 1) root.startChild('child').end();
    root.end();
    for (const span of exported.splice(0)) processor.onEnd(span);
  };
  exportCall(9);
  expect(batches).toEqual([2]);
  while (results.length > 0) {
    results.shift()?.({ code: core.ExportResultCode.SUCCESS });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(batches).toEqual([2, 2, 2]);
  exportCall(0);
  expect(warnings).toEqual(['Dropped 4 spans because maxQueueSize reached']);
  const stopped = processor.shutdown();
  await new Promise((resolve) => setImmediate(resolve));
  results.shift()?.({ code: core.ExportResultCode.SUCCESS });
  await stopped;
  expect(batches).toEqual([2, 2, 2, 1]);
  diag.disable();
});

it('a span that has ended does not change, has no more children and is exported once', () => {
  const { telemetry, exported } = createTelemetry();
  const root = telemetry.startCall(path, metadata());
  root.end();
  root.end();
  root.setAttributes({ late: true });
  root.addEvent('late', {});
  root.addLink({ traceparent: sampled, tracestate: '' });
  root.setError(new Error('late'));
  root.setSession('late');
  expect(root.startChild('late')).toBe(root);
  expect([root.isRecording, root.getTraceContext()]).toEqual([false, undefined]);
  expect(exported).toHaveLength(1);
  expect(exported[0]?.attributes).not.toHaveProperty('late');
  expect([exported[0]?.events, exported[0]?.links, exported[0]?.status.code]).toEqual([[], [], SpanStatusCode.UNSET]);
});

it('an OrchestratorError sets status and reason; any other error also has its stack', async () => {
  const { telemetry, find } = createTelemetry();
  const root = telemetry.startCall(path, metadata());
  const known = new OrchestratorError('STORE_UNAVAILABLE', 'The store does not respond.');
  await expect(runInSpan(callIn(root), 'load', () => Promise.reject(known))).rejects.toBe(known);
  const fail = () => {
    throw new TypeError('defect');
  };
  expect(() => runInChildSpan(root, 'phase', fail)).toThrow('defect');
  root.end();
  expect(find('load')).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: 'The store does not respond.' },
    attributes: { 'error.type': 'STORE_UNAVAILABLE' },
    events: [],
  });
  expect(find('phase')).toMatchObject({
    attributes: { 'error.type': 'TypeError' },
    events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'defect' } }],
  });
});

it('the spans that start after the session is known have its id', () => {
  const { telemetry, exported } = createTelemetry();
  const root = telemetry.startCall(path, metadata());
  root.startChild('early').end();
  root.setSession('session 1');
  const commit = root.startChild('commit');
  commit.startChild('evalsha', 'client').end();
  commit.end();
  root.end();
  expect(exported.map(({ name, attributes }) => [name, attributes['gen_ai.conversation.id']])).toEqual([
    ['early', undefined],
    ['evalsha', 'session 1'],
    ['commit', 'session 1'],
    ['package.Service/Method', 'session 1'],
  ]);
});

describe('a call that is not sampled', () => {
  it('creates no spans, and has the trace id of its caller for errors and log lines', async () => {
    const { telemetry, exported } = createTelemetry();
    const root = telemetry.startCall(path, metadata({ traceparent: unsampled }));
    expect([root.isRecording, root.traceId, root.getTraceContext()]).toEqual([false, traceId, undefined]);
    expect(root.startChild('child')).toBe(root);
    expect(await runInSpan(callIn(root), 'load', async ({ span }) => span)).toBe(root);
    expect(runInChildSpan(root, 'phase', () => 42)).toBe(42);
    expect(getTraceFields(root)).toEqual({ trace_id: traceId, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(root.spanId).not.toBe(callerSpanId);
    expect(root.spanId).toBe(root.spanId);
    root.end();
    expect(exported).toEqual([]);
  });

  it('has a new trace id without a caller', () => {
    const { telemetry } = createTelemetry({ OTEL_TRACES_SAMPLER: 'always_off' });
    const ids = [1, 2].map(() => telemetry.startCall(path, metadata()).traceId);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('OTEL_TRACES_SAMPLER', () => {
  const ratio = (value: string) => ({ OTEL_TRACES_SAMPLER_ARG: value });
  it.each<[sampler: string, env: NodeJS.ProcessEnv, forCallers: [root: boolean, sampled: boolean, unsampled: boolean]]>(
    [
      ['', {}, [true, true, false]],
      ['always_on', {}, [true, true, true]],
      ['always_off', {}, [false, false, false]],
      ['parentbased_always_on', {}, [true, true, false]],
      ['parentbased_always_off', {}, [false, true, false]],
      ['traceidratio', ratio('1'), [true, true, true]],
      ['traceidratio', ratio('0'), [false, false, false]],
      ['parentbased_traceidratio', ratio('1'), [true, true, false]],
      ['parentbased_traceidratio', ratio('0'), [false, true, false]],
    ],
  )('%s with %j samples calls without a caller, of a sampled and of another caller: %j', (sampler, env, expected) => {
    const { telemetry } = createTelemetry({ OTEL_TRACES_SAMPLER: sampler, ...env });
    const callers = [metadata(), metadata({ traceparent: sampled }), metadata({ traceparent: unsampled })];
    expect(callers.map((caller) => telemetry.startCall(path, caller).isRecording)).toEqual(expected);
  });

  it('traceidratio samples the same traces as the SDK on every node', () => {
    const telemetries = [1, 2].map(() =>
      createTelemetry({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }),
    );
    const decisions = Array.from({ length: 200 }, (_, index) => {
      const traceparent = `00-${(index * 0x9e3779b1 + 1).toString(16).padStart(32, '5')}-${callerSpanId}-01`;
      return telemetries.map(({ telemetry }) => telemetry.startCall(path, metadata({ traceparent })).isRecording);
    });
    expect(decisions.every(([first, second]) => first === second)).toBe(true);
    expect(new Set(decisions.flat()).size).toBe(2);
  });
});

test('the span of work without a call is the root of a trace of its own', () => {
  const { telemetry, exported } = createTelemetry();
  const spans = [telemetry.startWork('orchestrator.timer'), telemetry.startWork('orchestrator.timer')];
  for (const span of spans) span.end();
  expect(exported.map(({ name, kind, parentSpanContext }) => [name, kind, parentSpanContext])).toEqual([
    ['orchestrator.timer', SpanKind.INTERNAL, undefined],
    ['orchestrator.timer', SpanKind.INTERNAL, undefined],
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
});

describe('the span of a request of a stream', () => {
  const caller = {
    traceparent: '00-1bf7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01',
    tracestate: 'vendor=value',
  };

  it('is a child of the span of its caller, with a link to the span of the stream', () => {
    const { telemetry, find } = createTelemetry();
    const stream = telemetry.startCall(path, metadata());
    const request = telemetry.startRequest('turn', stream, () => caller);
    request.startChild('phase').end();
    expect(request.getTraceContext()).toEqual({
      traceparent: `00-1bf7651916cd43dd8448eb211c80319c-${request.spanId}-01`,
      tracestate: 'vendor=value',
    });
    request.end();
    const turn = find('turn');
    expect(turn?.kind).toBe(SpanKind.SERVER);
    expect(turn?.spanContext().traceId).toBe('1bf7651916cd43dd8448eb211c80319c');
    expect(turn?.parentSpanContext?.spanId).toBe('c7ad6b7169203331');
    expect(turn?.links.map((link) => link.context.spanId)).toEqual([stream.spanId]);
    expect(find('phase')?.parentSpanContext?.spanId).toBe(request.spanId);
  });

  it('is exported when it ends, while the stream is open', () => {
    const { telemetry, exported } = createTelemetry();
    const stream = telemetry.startCall(path, metadata());
    telemetry.startRequest('turn', stream, () => undefined).end();
    expect(exported.map(({ name }) => name)).toEqual(['turn']);
    expect(exported[0]?.parentSpanContext?.spanId).toBe(stream.spanId);
    expect(exported[0]?.links.map((link) => link.context.spanId)).toEqual([stream.spanId]);
  });

  it('is sampled as its caller is, whether the stream is sampled or not', () => {
    const unsampledCaller = { ...caller, traceparent: caller.traceparent.replace(/01$/, '00') };
    const { telemetry, exported } = createTelemetry();
    for (const traceparent of [sampled, unsampled]) {
      const stream = telemetry.startCall(path, metadata({ traceparent }));
      for (const [name, sender] of Object.entries({ sampled: caller, unsampled: unsampledCaller, none: undefined })) {
        telemetry.startRequest(`${name} in ${traceparent === sampled}`, stream, () => sender).end();
      }
    }
    // There is no link to a stream that is not sampled, because its span is not exported.
    expect(exported.map(({ name, links }) => [name, links.length])).toEqual([
      ['sampled in true', 1],
      ['none in true', 1],
      ['sampled in false', 0],
    ]);
  });

  it('has the ids of its stream if neither is sampled and it has no caller', () => {
    const { telemetry } = createTelemetry();
    const stream = telemetry.startCall(path, metadata({ traceparent: unsampled }));
    expect(telemetry.startRequest('turn', stream, () => undefined)).toBe(stream);
  });
});

it('a span links to sampled spans only', () => {
  const { telemetry, find } = createTelemetry();
  const root = telemetry.startCall(path, metadata());
  root.addLink({ traceparent: unsampled, tracestate: '' });
  root.addLink({ traceparent: sampled, tracestate: '' });
  root.end();
  expect(find('package.Service/Method')?.links.map(({ context: { traceFlags } }) => traceFlags)).toEqual([1]);
});

it('a call that fails before its span starts has the trace id of its caller', () => {
  const { telemetry } = createTelemetry();
  expect(['', 'malformed', sampled].map((traceparent) => telemetry.getTraceId(traceparent))).toEqual(['', '', traceId]);
});

it('without an SDK there are no spans, no ids, and no trace context of a caller is read', async () => {
  const getCaller = jest.fn();
  const root = noopTelemetry.startCall(path, metadata({ traceparent: sampled }));
  const spans = [root, noopTelemetry.startRequest('turn', root, getCaller), root.startChild('child')];
  expect(spans).toEqual([noSpan, noSpan, noSpan]);
  expect(getCaller).not.toHaveBeenCalled();
  expect([getTraceFields(root), noopTelemetry.getTraceId(sampled)]).toEqual([{}, '']);
  expect(await runInSpan(unboundedCall, 'load', async ({ span }) => span)).toBe(noSpan);
});
