import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { connect, insecure } from 'scenario-orchestrator-client';
import {
  OrchestratorServiceClient,
  OrchestratorServiceService,
  ProcessTurnRequest,
  StreamTurnRequest,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import {
  SessionServiceClient,
  SessionServiceService,
  WatchSessionRequest,
} from '../../../gen/focal/orchestration/v1/session_service';
import { ErrorInfo } from '../../../gen/google/rpc/error_details';
import { untracedMethods } from '../../../src/server/telemetry/start-sdk';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { callRaw, failureOf } from '../../support/grpc-under-test';
import { healthOf, untilHealthIs } from '../../support/health';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { turnRequest } from '../../support/request-bytes';
import { formatSpanTree } from '../../support/span-tree';
import { errorIn, TurnStream } from '../../support/turn-stream';

jest.setTimeout(60_000);

const processTurnPath = 'focal.orchestration.v1.OrchestratorService/ProcessTurn';
const processTurnsPath = 'focal.orchestration.v1.OrchestratorService/ProcessTurns';
const clientKind = 3;
const turnSpan = 'ProcessTurns turn';
const customerValue = 'Lovelace';
/** How its clients connect: with time enough for a busy machine. */
const patient = { credentials: insecure(), timeoutMs: 60_000 };
const phases = [
  '  orchestrator.context',
  '  orchestrator.lifecycle',
  '  orchestrator.transitions',
  '  orchestrator.contributions',
];

let traces = 0;
/** A caller that traces: the header that it sends, and the ids in it. */
function aCaller() {
  traces += 1;
  const traceId = `0af7651916cd43dd8448eb21${String(traces).padStart(8, '0')}`;
  const spanId = 'b7ad6b7169203331';
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

let turns = 0;
/** A turn that holds a value of a customer. */
function aTurn(session: number) {
  turns += 1;
  const id = (kind: number, number: number) => `0000000${kind}-0000-4000-8000-${String(number).padStart(12, '0')}`;
  return {
    tenantId: id(1, 1),
    agentId: id(2, 1),
    sessionId: id(3, session),
    turnId: id(4, turns),
    situation: { message: customerValue, candidateVariables: [{ name: 'name', value: customerValue }] },
    customerData: { name: customerValue },
  };
}

const folder = mkdtempSync(join(tmpdir(), 'telemetry-'));
let receiver: OtlpReceiver;
beforeAll(async () => {
  await ensureBuilt();
  receiver = await startOtlpReceiver();
}, 180_000);
afterAll(async () => {
  await receiver?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('on Redis, over gRPC', () => {
  let redis: RedisServer;
  let server: BuiltServer;
  beforeAll(async () => {
    redis = await startRedisServer();
    server = await startBuiltServer({
      ORCHESTRATOR__REDIS__URL: redis.url,
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
      ORCHESTRATOR__REDIS__CATALOGUE_STALENESS_MS: '60000',
      ORCHESTRATOR__SERVER__PROBE_INTERVAL_MS: '100',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    // Redis learns the scripts and the node the catalogue, so that each of the tests below finds the steady state.
    await processed(aTurn(0));
  });
  afterAll(async () => {
    await server?.stop();
    await redis?.stop();
  });

  /** The spans that a traced turn comes to. */
  async function processed(
    turn: ReturnType<typeof aTurn> & { readonly candidates?: { scenarioId: string; score: number }[] },
  ) {
    const caller = aCaller();
    const client = connect(server.address, { ...patient, metadata: { traceparent: caller.traceparent } });
    const sent = client.processTurn(ProcessTurnRequest.fromPartial({ turn })).finally(() => client.close());
    const { replayed } = await sent;
    const spans = await receiver.trace(caller.traceId, ({ name }) => name === processTurnPath);
    return { caller, replayed, spans, root: spans.find(({ name }) => name === processTurnPath) };
  }

  it('a turn is one trace: load, the four phases and commit, with the Redis commands beneath', async () => {
    const { caller, spans, root } = await processed(aTurn(1));
    expect(formatSpanTree(spans)).toEqual([
      `SERVER ${processTurnPath}`,
      '  session.load',
      '    CLIENT evalsha',
      ...phases,
      '  session.commit',
      '    CLIENT evalsha',
    ]);
    expect(root?.parentSpanId).toBe(caller.spanId);
    expect(root?.resource).toMatchObject({ 'service.name': 'scenario-orchestrator' });
  });

  it('a session that the node still holds is loaded without Redis', async () => {
    const turn = aTurn(2);
    await processed(turn);
    const { spans } = await processed({ ...turn, turnId: aTurn(2).turnId });
    expect(formatSpanTree(spans)).toEqual([
      `SERVER ${processTurnPath}`,
      '  session.load',
      ...phases,
      '  session.commit',
      '    CLIENT evalsha',
    ]);
  });

  it('the server span says which turn it was and how it went', async () => {
    const turn = aTurn(3);
    const { root } = await processed(turn);
    expect(root?.attributes).toMatchObject({
      'rpc.system': 'grpc',
      'rpc.service': 'focal.orchestration.v1.OrchestratorService',
      'rpc.method': 'ProcessTurn',
      'rpc.grpc.status_code': 0,
      'orchestrator.tenant_id': turn.tenantId,
      'orchestrator.session_id': turn.sessionId,
      'orchestrator.turn_id': turn.turnId,
      'orchestrator.revision': 1,
      'orchestrator.replayed': false,
    });
  });

  it('a catalogue that the node does not know is looked up within the turn that waits for it', async () => {
    const { spans } = await processed({ ...aTurn(13), agentId: '00000002-0000-4000-8000-000000000013' });
    expect(formatSpanTree(spans)).toEqual([
      `SERVER ${processTurnPath}`,
      '  session.load',
      '    CLIENT evalsha',
      '  catalogue.load',
      '    CLIENT evalsha',
      ...phases,
      '  session.commit',
      '    CLIENT evalsha',
    ]);
  });

  it('5.1: a turn that is sent again is told as a replay, and links to the span in which it was decided', async () => {
    const turn = aTurn(12);
    const first = await processed(turn);
    const again = await processed(turn);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(first.root?.links).toEqual([]);
    expect(again.root?.attributes['orchestrator.replayed']).toBe(true);
    expect(again.root?.links).toEqual([{ traceId: first.caller.traceId, spanId: first.root?.spanId }]);
  });

  it('no span holds a value of a customer, not even those of Redis, which tell the command alone', async () => {
    const { spans } = await processed(aTurn(4));
    expect(spans.filter(({ kind }) => kind === 3).map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        'db.system.name': 'redis',
        'db.operation.name': 'evalsha',
        'db.query.text': 'evalsha',
      }),
      expect.objectContaining({
        'db.system.name': 'redis',
        'db.operation.name': 'evalsha',
        'db.query.text': 'evalsha',
      }),
    ]);
    const told = JSON.stringify(spans, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(told).not.toContain(customerValue);
    expect(server.stdout()).not.toContain(customerValue);
  });

  it('spans of Redis tell what was sent where values of customers may be told', async () => {
    const outspoken = await startBuiltServer({
      ORCHESTRATOR__REDIS__URL: redis.url,
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
      ORCHESTRATOR__TELEMETRY__CUSTOMER_DATA: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    const caller = aCaller();
    const client = connect(outspoken.address, {
      ...patient,
      metadata: { traceparent: caller.traceparent },
    });
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn: aTurn(14) })).finally(() => client.close());
    const spans = await receiver.trace(caller.traceId, ({ name }) => name === processTurnPath);
    await outspoken.stop();
    const commit = spans.filter(({ kind }) => kind === clientKind).at(-1);
    expect(commit?.attributes['db.query.text']).toContain(customerValue);
  });

  it('the server span tells each decision of the turn with its reason', async () => {
    const unknown = { scenarioId: '00000005-0000-4000-8000-000000000001', score: 0.9 };
    const { root } = await processed({ ...aTurn(11), candidates: [unknown] });
    expect(root?.events).toEqual([
      {
        name: 'candidate rejected',
        attributes: {
          'orchestrator.scenario_id': unknown.scenarioId,
          'orchestrator.reason': 'NOT_FOUND',
          'orchestrator.score': 0.9,
        },
      },
    ]);
  });

  it('the log lines of a turn name its trace and its server span', async () => {
    const { caller, root } = await processed(aTurn(5));
    const lines = server.stdout().trim().split('\n');
    const own = lines.map((line) => JSON.parse(line)).filter(({ trace_id }) => trace_id === caller.traceId);
    expect(own).toEqual([expect.objectContaining({ msg: 'turn decided', span_id: root?.spanId })]);
  });

  it('a streamed turn is traced like any other', async () => {
    const caller = aCaller();
    const metadata = new Metadata();
    metadata.set('traceparent', caller.traceparent);
    const client = new OrchestratorServiceClient(server.address, credentials.createInsecure());
    const stream = client.streamTurn(StreamTurnRequest.fromPartial({ turn: aTurn(6) }), metadata);
    await new Promise((resolve, reject) =>
      stream
        .on('data', () => {})
        .on('end', resolve)
        .on('error', reject),
    );
    client.close();
    const spans = await receiver.trace(caller.traceId, ({ name }) => name.endsWith('/StreamTurn'));
    expect(spans.find(({ name }) => name.endsWith('/StreamTurn'))?.parentSpanId).toBe(caller.spanId);
    expect(formatSpanTree(spans)).toEqual([
      'SERVER focal.orchestration.v1.OrchestratorService/StreamTurn',
      '  session.load',
      '    CLIENT evalsha',
      ...phases,
      '  session.commit',
      '    CLIENT evalsha',
    ]);
  });

  it('a session that is followed is one span as long as the stream, however often it is looked at', async () => {
    const caller = aCaller();
    const metadata = new Metadata();
    metadata.set('traceparent', caller.traceparent);
    const { tenantId, sessionId } = aTurn(15);
    for (let turn = 0; turn < 3; turn += 1) await processed(aTurn(15));
    const client = new SessionServiceClient(server.address, credentials.createInsecure());
    const request = WatchSessionRequest.fromPartial({ tenantId, sessionId, afterRevision: 0 });
    const stream = client.watchSession(request, metadata);
    const seen: number[] = [];
    stream.on('error', () => undefined);
    await new Promise<void>((resolve) =>
      stream.on('data', ({ turn }) => {
        seen.push(turn.revision);
        if (seen.length === 4) resolve();
        // Another look, for a turn that is committed while the stream is open.
        if (seen.length === 3) void processed(aTurn(15));
      }),
    );
    stream.cancel();
    const spans = await receiver.trace(caller.traceId, ({ name }) => name.endsWith('/WatchSession'));
    client.close();
    expect(formatSpanTree(spans)).toEqual(['SERVER focal.orchestration.v1.SessionService/WatchSession ERROR']);
    expect(spans[0]?.attributes).toMatchObject({
      'rpc.grpc.status_code': 1,
      'orchestrator.session_id': sessionId,
      'orchestrator.turns_sent': 4,
    });
  });

  it('health checks leave no trace', async () => {
    await healthOf(server.address);
    await processed(aTurn(7));
    expect(receiver.spans().filter(({ name }) => /health|reflection/i.test(name))).toEqual([]);
  });

  it('a turn that fails as Redis is away says so on every span that failed', async () => {
    await redis.kill();
    await untilHealthIs('NOT_SERVING', server.address); // it has seen that the connection is gone
    const caller = aCaller();
    const client = connect(server.address, {
      ...patient,
      metadata: { traceparent: caller.traceparent },
      channelOptions: { 'grpc.enable_retries': 0 },
    });
    const turn = ProcessTurnRequest.fromPartial({ turn: aTurn(8) });
    await expect(client.processTurn(turn)).rejects.toMatchObject({ message: expect.any(String) });
    client.close();
    const spans = await receiver.trace(caller.traceId, ({ name }) => name === processTurnPath);
    expect(formatSpanTree(spans)).toEqual([`SERVER ${processTurnPath} ERROR`, '  session.load ERROR']);
    expect(spans.find(({ name }) => name === processTurnPath)?.parentSpanId).toBe(caller.spanId);
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual(['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE']);
    await redis.start();
  });
});

describe('a stream of turns', () => {
  let redis: RedisServer;
  let server: BuiltServer;
  let client: Client;
  beforeAll(async () => {
    redis = await startRedisServer();
    server = await startBuiltServer({
      ORCHESTRATOR__REDIS__URL: redis.url,
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    client = new Client(server.address, credentials.createInsecure());
  });
  afterAll(async () => {
    client?.close();
    await server?.stop();
    await redis?.stop();
  });

  it('is one trace: the span of the stream, and a span of its own for each turn', async () => {
    const caller = aCaller();
    const good = aTurn(20);
    const refused = { ...good, turnId: aTurn(20).turnId, agentId: good.sessionId };
    const stream = new TurnStream({ client }, { metadata: { traceparent: caller.traceparent } });
    stream.send(turnRequest(good), turnRequest(refused));
    const [, failed] = await stream.answers(2);
    stream.halfClose();
    await stream.ended;
    const spans = await receiver.trace(caller.traceId, ({ name }) => name === processTurnsPath);
    expect(formatSpanTree(spans.filter(({ kind }) => kind !== clientKind))).toEqual([
      `SERVER ${processTurnsPath}`,
      `  ${turnSpan}`,
      '    session.load',
      '    catalogue.load',
      ...phases.map((phase) => `  ${phase}`),
      '    session.commit',
      `  ${turnSpan} ERROR`,
      '    session.load',
    ]);
    const turns = spans.filter(({ name }) => name === turnSpan);
    expect(turns.map(({ attributes }) => [attributes['orchestrator.turn_id'], attributes['error.type']])).toEqual([
      [good.turnId, undefined],
      [undefined, 'AGENT_MISMATCH'],
    ]);
    expect(spans.find(({ name }) => name === processTurnsPath)?.attributes).not.toHaveProperty('error.type');
    const [info] = failed === undefined ? [] : errorIn(failed).details;
    expect(info && ErrorInfo.decode(info.value).metadata['trace_id']).toBe(caller.traceId);
  });

  it('ends its span also where its caller gives up while a turn is at work', async () => {
    const caller = aCaller();
    const stream = new TurnStream({ client }, { metadata: { traceparent: caller.traceparent } });
    stream.send(turnRequest(aTurn(21)));
    await stream.answers(1);
    redis.pause();
    stream.send(turnRequest(aTurn(22)));
    // Refused at once, by the same connection, and sent after: the turn is at work by then.
    await failureOf(callRaw({ client }, OrchestratorServiceService.processTurn.path, new Uint8Array()));
    stream.cancel();
    await stream.ended;
    // A client of Node.js half-closes before it resets. A turn that is answered in between ends the stream well, so none is: Redis
    // rests until the span has come.
    const spans = await receiver
      .trace(caller.traceId, ({ name }) => name === processTurnsPath)
      .finally(() => redis.resume());
    const root = spans.find(({ name }) => name === processTurnsPath);
    expect(root?.attributes).toMatchObject({ 'rpc.grpc.status_code': 1, 'error.type': 'CANCELLED' });
  });
});

describe('on the embedded store, over HTTP', () => {
  it('spans and metrics that were not sent yet are sent when the service stops', async () => {
    const server = await startBuiltServer({
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'http'),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.httpEndpoint,
      OTEL_SERVICE_NAME: 'by another name',
      OTEL_BSP_SCHEDULE_DELAY: '3600000',
    });
    const caller = aCaller();
    const client = connect(server.address, { ...patient, metadata: { traceparent: caller.traceparent } });
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn: aTurn(9) }));
    client.close();
    expect(await server.stop()).toBe(0);
    const spans = await receiver.trace(caller.traceId, ({ name }) => name === processTurnPath);
    expect(formatSpanTree(spans)).toEqual([
      `SERVER ${processTurnPath}`,
      '  session.load',
      '  catalogue.load',
      ...phases,
      '  session.commit',
    ]);
    expect(spans[0]?.resource).toMatchObject({ 'service.name': 'by another name' });
    expect([...receiver.metricNames()]).toEqual(
      expect.arrayContaining(['orchestrator.turn.duration', 'rpc.server.call.duration', 'nodejs.eventloop.delay.p99']),
    );
  });
});

describe('a collector that does not answer', () => {
  let deaf: Server;
  let port: number;
  beforeAll(async () => {
    deaf = createServer(() => {});
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const address = deaf.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => {
    deaf.close();
  });

  it('keeps nobody from stopping: the service says that something is lost and ends with 0', async () => {
    const server = await startBuiltServer({
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'deaf'),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    const client = connect(server.address, patient);
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn: aTurn(10) }));
    client.close();
    expect(await server.stop()).toBe(0);
    expect(server.stdout()).toContain('the last spans or metrics were not delivered');
  });
});

it('no method of the contract has a name that the instrumentation is told to leave out', () => {
  const own = [OrchestratorServiceService, ScenarioServiceService, SessionServiceService].flatMap((service) =>
    Object.values(service).map(({ path }) => path.split('/').at(-1)?.toLowerCase()),
  );
  for (const name of untracedMethods) expect(own).not.toContain(name.toLowerCase());
});
