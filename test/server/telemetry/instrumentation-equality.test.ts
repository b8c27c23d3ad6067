import { context, propagation, trace } from '@opentelemetry/api';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { createCall } from '../../../src/server/ports/call';
import { LuaScript } from '../../../src/server/stores/redis/lua-script';
import {
  connectRedis,
  type RedisConnection,
  type RedisConnectionOptions,
} from '../../../src/server/stores/redis/redis-connection';
import { RedisCluster } from '../../../tools/redis/redis-cluster';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { unboundedCall } from '../../support/calls';
import { callRaw, type GrpcUnderTest, getCallError, startGrpc, streamRaw } from '../../support/grpc-under-test';
import { createRecordingTelemetry } from '../../support/recorded-spans';
import { turnRequest } from '../../support/request-bytes';
import { openService, type ServiceUnderTest } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';
import { silentLog } from '../../support/silent-log';
import { TurnStream } from '../../support/turn-stream';
import { WatchStream } from '../../support/watch-stream';

// The service creates the spans of grpc-js and ioredis itself. Here, the instrumentation of OpenTelemetry is installed as well, and both record
// the same calls and commands.

jest.setTimeout(60_000);

const exporter = new InMemorySpanExporter();
const sdk = new NodeSDK({
  autoDetectResources: false,
  spanProcessors: [new SimpleSpanProcessor(exporter)],
  metricReaders: [],
  logRecordProcessors: [],
});
/** Maximum characters of an argument in `db.query.text`, and the rule of the former version of the service for its arguments. */
let isCustomerDataTraced = false;
const describeCommand = (name: string, args: readonly unknown[]) =>
  isCustomerDataTraced ? [name, ...args.map((argument) => String(argument).slice(0, 500))].join(' ') : name;

beforeAll(() => {
  sdk.start();
  const instrumentations = [
    { name: '@grpc/grpc-js', instrumentation: new GrpcInstrumentation() },
    { name: 'ioredis', instrumentation: new IORedisInstrumentation({ dbStatementSerializer: describeCommand }) },
  ];
  for (const { name, instrumentation } of instrumentations) {
    // Jest loads modules without the hooks of `require`.
    for (const { patch } of instrumentation.getModuleDefinitions()) patch?.(jest.requireActual(name), '1.0.0');
  }
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await sdk.shutdown();
  context.disable();
  propagation.disable();
  trace.disable();
});

/** What a span of the instrumentation and one of the service have in common. */
const toComparable = ({ name, kind, attributes, status, events, links, parentSpanContext }: ReadableSpan) => ({
  name: name.replace(/^grpc\./, ''),
  kind,
  attributes,
  status,
  events: events.map((event) => ({ name: event.name, attributes: event.attributes })),
  links,
  parentSpanId: parentSpanContext?.spanId,
});

describe('the server span of a call', () => {
  const { telemetry, exported } = createRecordingTelemetry();
  let service: ServiceUnderTest;
  let grpc: GrpcUnderTest;
  beforeAll(async () => {
    service = openService();
    grpc = await startGrpc(service.useCases, { maxMessageBytes: 100_000 }, telemetry);
  });
  beforeEach(() => {
    exported.length = 0;
  });
  afterAll(async () => {
    await grpc?.stop();
    await service?.close();
  });

  const { processTurn, streamTurn } = OrchestratorServiceService;
  const otherAgent = turnRequest({ agentId: uuid(99), turnId: uuid(100) });
  const calls: readonly [what: string, makeCall: () => Promise<unknown>][] = [
    ['a call', () => callRaw(grpc, processTurn.path, turnRequest())],
    ['a failed call', () => getCallError(callRaw(grpc, processTurn.path, otherAgent))],
    ['a refused call', () => getCallError(callRaw(grpc, processTurn.path, new Uint8Array()))],
    ['a stream', () => streamRaw(grpc, streamTurn.path, turnRequest())],
    ['a failed stream', () => getCallError(streamRaw(grpc, streamTurn.path, otherAgent))],
    ['a canceled stream', cancelStream],
    ['a stream of requests', () => endStream((stream) => stream.halfClose())],
    ['a canceled stream of requests', () => endStream((stream) => stream.cancel())],
    [
      'a stream with a message above the limit of grpc-js',
      () => endStream((stream) => stream.send(Buffer.alloc(1_000_000))),
    ],
  ];

  async function cancelStream(): Promise<void> {
    const watch = new WatchStream(grpc, { afterRevision: 0 });
    await watch.waitForTurns(1);
    await watch.cancel();
  }

  async function endStream(end: (stream: TurnStream) => void): Promise<void> {
    const stream = new TurnStream(grpc);
    stream.send(turnRequest());
    await stream.waitForResponses(1);
    end(stream);
    await stream.ended;
  }

  it.each(calls)(
    '%s: is that of the instrumentation of grpc-js, with attributes of the service',
    async (_what, call) => {
      await callRaw(grpc, processTurn.path, turnRequest());
      await call();
      const findServerSpans = () => exporter.getFinishedSpans().filter(({ kind }) => kind === 1);
      const findOwnSpans = () => exported.filter(({ kind, parentSpanContext }) => kind === 1 && parentSpanContext);
      while (findServerSpans().length < 2 || findOwnSpans().length < 2) await new Promise(setImmediate);
      const expected = findServerSpans().map(toComparable);
      const own = findOwnSpans().map((span) => {
        const attributes = Object.entries(span.attributes).filter(([name]) => /^(rpc|grpc)\./.test(name));
        // A turn has events, which the instrumentation does not know.
        return { ...toComparable(span), attributes: Object.fromEntries(attributes), events: [], links: [] };
      });
      expect(own).toEqual(expected);
      expect(own[1]?.name).toMatch(/^focal\.orchestration\.v1\.\w+\/\w+$/);
    },
  );
});

describe('the span of a Redis command', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await RedisProcess.start();
  });
  afterAll(() => redis?.stop());

  const script = LuaScript.fromSource("#!lua\nreturn redis.call('SET', KEYS[1], ARGV[1])");
  const readScript = LuaScript.fromSource("#!lua\nreturn redis.call('GET', KEYS[1])");
  type Work = (connection: RedisConnection, call: typeof unboundedCall) => Promise<unknown>;
  const works: readonly [what: string, work: Work][] = [
    [
      'a script, which is sent because Redis does not have it',
      (connection, call) => run(connection, call, script, 'x'),
    ],
    ['a script that Redis has', (connection, call) => run(connection, call, script, 'y')],
    ['a script with a large value', (connection, call) => run(connection, call, script, 'x'.repeat(1_000_000))],
    ['a read', (connection, call) => connection.read(call, (client) => client.get('key'))],
    ['a read of a large value', (connection, call) => connection.readLarge(call, (client) => client.getBuffer('key'))],
    ['a write', (connection, call) => connection.write(call, 'set', 'key', 'a value')],
    ['an error reply', (connection, call) => connection.write(call, 'lpush', 'key', 'x')],
    ['an error of a script', (connection, call) => run(connection, call, LuaScript.fromSource('#!lua\nx'), 'y')],
    ['a script that reads', (connection, call) => run(connection, call, readScript, 'y', 'read')],
  ];

  const run = (
    connection: RedisConnection,
    call: typeof unboundedCall,
    source: LuaScript,
    value: string,
    effect: 'read' | 'write' = 'write',
  ) => connection.runScript(call, effect, source, ['key'], [value]);

  /** Sends commands in spans of the SDK and of the service, and compares what is recorded. */
  async function compareSpans(options: Omit<RedisConnectionOptions, 'commandTimeoutMs' | 'clock' | 'log'>) {
    const connection = connectRedis({ ...options, commandTimeoutMs: 30_000, clock: Date, log: silentLog });
    await connection.waitForReady(unboundedCall);
    // Opens all connections: the handshake of the one for large values has spans of the instrumentation alone.
    await connection.write(unboundedCall, 'set', 'key', 'x');
    await connection.readLarge(unboundedCall, (client) => client.getBuffer('key'));
    for (const [what, work] of works) {
      const { telemetry, exported } = createRecordingTelemetry();
      exporter.reset();
      const root = telemetry.startCall('/test/Call', { get: () => [], getMap: () => ({}) });
      const call = createCall(Number.POSITIVE_INFINITY, unboundedCall.signal, root);
      const sdkRoot = trace.getTracer('test').startSpan('root');
      const parent = trace.setSpan(context.active(), sdkRoot);
      await context.with(parent, () => work(connection, call)).catch(() => undefined);
      root.end();
      const expected = exporter.getFinishedSpans().map(toComparable);
      const own = exported.filter(({ kind }) => kind === 2).map(toComparable);
      expect({ what, spans: own }).toEqual({
        what,
        spans: expected.map((span) => ({ ...span, parentSpanId: root.spanId })),
      });
      expect(expected.every(({ parentSpanId }) => parentSpanId === sdkRoot.spanContext().spanId)).toBe(true);
      expect(own.length).toBeGreaterThan(0);
    }
    await connection.close();
  }

  it.each([
    ['without its arguments', false, undefined],
    ['with its arguments', true, undefined],
    ['in a pipeline that waits for replicas', false, { replicas: 0, timeoutMs: 10 }],
  ] as const)('%s: is that of the instrumentation of ioredis', async (_what, isTraced, replication) => {
    isCustomerDataTraced = isTraced;
    await redis.withClient((client) => client.script('FLUSH'));
    await compareSpans({ endpoint: redis.endpoint, isCustomerDataTraced: isTraced, replication });
  });

  it('in a Cluster: is that of the instrumentation of ioredis, with the address of the node', async () => {
    isCustomerDataTraced = false;
    const cluster = await RedisCluster.start();
    await compareSpans({ endpoint: { kind: 'cluster', seeds: cluster.seeds } }).finally(() => cluster.stop());
  });
});
