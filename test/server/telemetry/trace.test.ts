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
import { SessionServiceClient, WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { ErrorInfo } from '../../../gen/google/rpc/error_details';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { callRaw, getCallError } from '../../support/grpc-under-test';
import { getHealth, waitForHealth } from '../../support/health';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver';
import { turnRequest } from '../../support/request-bytes';
import { formatSpanTree, getSessionIds } from '../../support/span-tree';
import { getTurnError, TurnStream } from '../../support/turn-stream';

jest.setTimeout(60_000);

const processTurnPath = 'focal.orchestration.v1.OrchestratorService/ProcessTurn';
const processTurnsPath = 'focal.orchestration.v1.OrchestratorService/ProcessTurns';
const clientKind = 3;
const turnSpanName = 'ProcessTurns turn';
const customerName = 'Lovelace';
/** Client options with a timeout for a busy machine. */
const clientOptions = { credentials: insecure(), timeoutMs: 60_000 };
const phases = [
  '  orchestrator.context',
  '  orchestrator.lifecycle',
  '  orchestrator.transitions',
  '  orchestrator.contributions',
];

let traceCount = 0;
/** Creates the trace context of a caller: the header and the ids in it. */
function createCaller() {
  traceCount += 1;
  const traceId = `0af7651916cd43dd8448eb21${String(traceCount).padStart(8, '0')}`;
  const spanId = 'b7ad6b7169203331';
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

let turnCount = 0;
/** Creates a turn with customer data. */
function createTurn(session: number) {
  turnCount += 1;
  const id = (kind: number, number: number) => `0000000${kind}-0000-4000-8000-${String(number).padStart(12, '0')}`;
  return {
    tenantId: id(1, 1),
    agentId: id(2, 1),
    sessionId: id(3, session),
    turnId: id(4, turnCount),
    situation: { message: customerName, candidateVariables: [{ name: 'name', value: customerName }] },
    customerData: { name: customerName },
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

describe('with Redis, exported over gRPC', () => {
  let redis: RedisProcess;
  let server: BuiltServer;
  beforeAll(async () => {
    redis = await RedisProcess.start();
    server = await startBuiltServer({
      ORCHESTRATOR__REDIS__URL: redis.url,
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
      ORCHESTRATOR__REDIS__CATALOGUE_STALENESS_MS: '60000',
      ORCHESTRATOR__SERVER__PROBE_INTERVAL_MS: '100',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    // Loads the scripts into Redis and the catalogue into the node, so that the tests below start in the steady state.
    await processTurn(createTurn(0));
  });
  afterAll(async () => {
    await server?.stop();
    await redis?.stop();
  });

  /** Processes a turn and returns the spans of its trace. */
  async function processTurn(
    turn: ReturnType<typeof createTurn> & { readonly candidates?: { scenarioId: string; score: number }[] },
  ) {
    const caller = createCaller();
    const client = connect(server.address, { ...clientOptions, metadata: { traceparent: caller.traceparent } });
    const sent = client.processTurn(ProcessTurnRequest.fromPartial({ turn })).finally(() => client.close());
    const { replayed } = await sent;
    const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name === processTurnPath);
    return { caller, replayed, spans, root: spans.find(({ name }) => name === processTurnPath) };
  }

  it('a turn is one trace: load, the four phases and commit, with the Redis commands below', async () => {
    const { caller, spans, root } = await processTurn(createTurn(1));
    expect(formatSpanTree(spans)).toEqual([
      `SERVER ${processTurnPath}`,
      '  session.load',
      '    CLIENT evalsha',
      ...phases,
      '  session.commit',
      '    CLIENT evalsha',
    ]);
    expect(root?.parentSpanId).toBe(caller.spanId);
    expect(getSessionIds(spans)).toEqual([createTurn(1).sessionId]);
    expect(root?.resource).toMatchObject({ 'service.name': 'scenario-orchestrator' });
  });

  it('a cached session is loaded without Redis', async () => {
    const turn = createTurn(2);
    await processTurn(turn);
    const { spans } = await processTurn({ ...turn, turnId: createTurn(2).turnId });
    expect(formatSpanTree(spans)).toEqual([
      `SERVER ${processTurnPath}`,
      '  session.load',
      ...phases,
      '  session.commit',
      '    CLIENT evalsha',
    ]);
  });

  it('the server span has the ids and the outcome of the turn', async () => {
    const turn = createTurn(3);
    const { root } = await processTurn(turn);
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

  it('an uncached catalogue is loaded within the trace of the turn that waits for it', async () => {
    const { spans } = await processTurn({ ...createTurn(13), agentId: '00000002-0000-4000-8000-000000000013' });
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

  it('5.1: a replay has the attribute replayed and a link to the span in which the turn was decided', async () => {
    const turn = createTurn(12);
    const first = await processTurn(turn);
    const again = await processTurn(turn);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(first.root?.links).toEqual([]);
    expect(again.root?.attributes['orchestrator.replayed']).toBe(true);
    expect(again.root?.links).toEqual([{ traceId: first.caller.traceId, spanId: first.root?.spanId }]);
  });

  it('no span has customer data, and Redis spans have only the command name', async () => {
    const { spans } = await processTurn(createTurn(4));
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
    const spansText = JSON.stringify(spans, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(spansText).not.toContain(customerName);
    expect(server.getStdout()).not.toContain(customerName);
  });

  it('Redis spans have the arguments if customer data is allowed', async () => {
    const serverWithCustomerData = await startBuiltServer({
      ORCHESTRATOR__REDIS__URL: redis.url,
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
      ORCHESTRATOR__TELEMETRY__CUSTOMER_DATA: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    const caller = createCaller();
    const client = connect(serverWithCustomerData.address, {
      ...clientOptions,
      metadata: { traceparent: caller.traceparent },
    });
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn: createTurn(14) })).finally(() => client.close());
    const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name === processTurnPath);
    await serverWithCustomerData.stop();
    const commit = spans.filter(({ kind }) => kind === clientKind).at(-1);
    expect(commit?.attributes['db.query.text']).toContain(customerName);
  });

  it('the server span has an event with the reason for every decision', async () => {
    const unknown = { scenarioId: '00000005-0000-4000-8000-000000000001', score: 0.9 };
    const { root } = await processTurn({ ...createTurn(11), candidates: [unknown] });
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

  it('the log lines of a turn have the ids of its trace and its server span', async () => {
    const { caller, root } = await processTurn(createTurn(5));
    const lines = server.getStdout().trim().split('\n');
    const own = lines.map((line) => JSON.parse(line)).filter(({ trace_id }) => trace_id === caller.traceId);
    expect(own).toEqual([expect.objectContaining({ msg: 'turn decided', span_id: root?.spanId })]);
  });

  it('the turn of a StreamTurn call has a span of its own, traced like ProcessTurn, with a link to the call', async () => {
    const caller = createCaller();
    const metadata = new Metadata();
    metadata.set('traceparent', caller.traceparent);
    const client = new OrchestratorServiceClient(server.address, credentials.createInsecure());
    const stream = client.streamTurn(StreamTurnRequest.fromPartial({ turn: createTurn(6) }), metadata);
    await new Promise((resolve, reject) =>
      stream
        .on('data', () => {})
        .on('end', resolve)
        .on('error', reject),
    );
    client.close();
    const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name.endsWith('/StreamTurn'));
    expect(spans.find(({ name }) => name.endsWith('/StreamTurn'))?.parentSpanId).toBe(caller.spanId);
    expect(formatSpanTree(spans)).toEqual([
      'SERVER focal.orchestration.v1.OrchestratorService/StreamTurn',
      '  StreamTurn turn',
      '    session.load',
      '      CLIENT evalsha',
      ...phases.map((phase) => `  ${phase}`),
      '    session.commit',
      '      CLIENT evalsha',
    ]);
    const call = spans.find(({ name }) => name.endsWith('/StreamTurn'));
    const turn = spans.find(({ name }) => name === 'StreamTurn turn');
    expect(turn?.links).toEqual([{ traceId: caller.traceId, spanId: call?.spanId }]);
    expect(turn?.attributes).toMatchObject({ 'orchestrator.replayed': false });
    expect(getSessionIds(spans)).toEqual([createTurn(6).sessionId]);
  });

  it('a WatchSession stream is one span, however often the session is read', async () => {
    const caller = createCaller();
    const metadata = new Metadata();
    metadata.set('traceparent', caller.traceparent);
    const { tenantId, sessionId } = createTurn(15);
    for (let turn = 0; turn < 3; turn += 1) await processTurn(createTurn(15));
    const client = new SessionServiceClient(server.address, credentials.createInsecure());
    const request = WatchSessionRequest.fromPartial({ tenantId, sessionId, afterRevision: 0 });
    const stream = client.watchSession(request, metadata);
    const seen: number[] = [];
    stream.on('error', () => undefined);
    await new Promise<void>((resolve) =>
      stream.on('data', ({ turn }) => {
        seen.push(turn.revision);
        if (seen.length === 4) resolve();
        // A turn that is committed while the stream is open causes another read.
        if (seen.length === 3) void processTurn(createTurn(15));
      }),
    );
    stream.cancel();
    const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name.endsWith('/WatchSession'));
    client.close();
    expect(formatSpanTree(spans)).toEqual(['SERVER focal.orchestration.v1.SessionService/WatchSession ERROR']);
    expect(spans[0]?.attributes).toMatchObject({
      'rpc.grpc.status_code': 1,
      'orchestrator.session_id': sessionId,
      'gen_ai.conversation.id': sessionId,
      'orchestrator.turns_sent': 4,
    });
  });

  it('health checks are not traced', async () => {
    await getHealth(server.address);
    await processTurn(createTurn(7));
    expect(receiver.getSpans().filter(({ name }) => /health|reflection/i.test(name))).toEqual([]);
  });

  it('a turn that fails because Redis is unavailable sets the error on every failed span', async () => {
    await redis.kill();
    await waitForHealth('NOT_SERVING', server.address); // the server has detected the closed connection
    const caller = createCaller();
    const client = connect(server.address, {
      ...clientOptions,
      metadata: { traceparent: caller.traceparent },
      channelOptions: { 'grpc.enable_retries': 0 },
    });
    const turn = ProcessTurnRequest.fromPartial({ turn: createTurn(8) });
    await expect(client.processTurn(turn)).rejects.toMatchObject({ message: expect.any(String) });
    client.close();
    const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name === processTurnPath);
    expect(formatSpanTree(spans)).toEqual([`SERVER ${processTurnPath} ERROR`, '  session.load ERROR']);
    expect(spans.find(({ name }) => name === processTurnPath)?.parentSpanId).toBe(caller.spanId);
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual(['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE']);
    await redis.start();
  });
});

describe('a ProcessTurns stream', () => {
  let redis: RedisProcess;
  let server: BuiltServer;
  let client: Client;
  beforeAll(async () => {
    redis = await RedisProcess.start();
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

  it('is one trace: the span of the stream with a child span for every turn', async () => {
    const caller = createCaller();
    const good = createTurn(20);
    const refused = { ...good, turnId: createTurn(20).turnId, agentId: good.sessionId };
    const stream = new TurnStream({ client }, { metadata: { traceparent: caller.traceparent } });
    stream.send(turnRequest(good), turnRequest(refused));
    const [, failed] = await stream.waitForResponses(2);
    stream.halfClose();
    await stream.ended;
    const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name === processTurnsPath);
    expect(formatSpanTree(spans.filter(({ kind }) => kind !== clientKind))).toEqual([
      `SERVER ${processTurnsPath}`,
      `  ${turnSpanName}`,
      '    session.load',
      '    catalogue.load',
      ...phases.map((phase) => `  ${phase}`),
      '    session.commit',
      `  ${turnSpanName} ERROR`,
      '    session.load',
    ]);
    const turns = spans.filter(({ name }) => name === turnSpanName);
    expect(turns.map(({ attributes }) => [attributes['orchestrator.turn_id'], attributes['error.type']])).toEqual([
      [good.turnId, undefined],
      [undefined, 'AGENT_MISMATCH'],
    ]);
    expect(spans.find(({ name }) => name === processTurnsPath)?.attributes).not.toHaveProperty('error.type');
    const [info] = failed === undefined ? [] : getTurnError(failed).details;
    expect(info && ErrorInfo.decode(info.value).metadata['trace_id']).toBe(caller.traceId);
  });

  it('ends its span when the client cancels while a turn is running', async () => {
    const caller = createCaller();
    const stream = new TurnStream({ client }, { metadata: { traceparent: caller.traceparent } });
    stream.send(turnRequest(createTurn(21)));
    await stream.waitForResponses(1);
    redis.pause();
    stream.send(turnRequest(createTurn(22)));
    // A later invalid request on the same connection is refused immediately. By then the turn is running.
    await getCallError(callRaw({ client }, OrchestratorServiceService.processTurn.path, new Uint8Array()));
    stream.cancel();
    await stream.ended;
    // A grpc-js client half-closes the stream before it resets it. If the turn were answered in between, the stream would end with OK.
    // So Redis stays paused until the span has arrived.
    const spans = await receiver
      .waitForTrace(caller.traceId, ({ name }) => name === processTurnsPath)
      .finally(() => redis.resume());
    const root = spans.find(({ name }) => name === processTurnsPath);
    expect(root?.attributes).toMatchObject({ 'rpc.grpc.status_code': 1, 'error.type': 'CANCELLED' });
  });
});

describe('with the embedded store, exported over HTTP', () => {
  it('pending spans and metrics are exported when the service stops', async () => {
    const server = await startBuiltServer({
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'http'),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.httpEndpoint,
      OTEL_SERVICE_NAME: 'custom-name',
      OTEL_BSP_SCHEDULE_DELAY: '3600000',
    });
    const caller = createCaller();
    const client = connect(server.address, { ...clientOptions, metadata: { traceparent: caller.traceparent } });
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn: createTurn(9) }));
    client.close();
    expect(await server.stop()).toBe(0);
    const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name === processTurnPath);
    expect(formatSpanTree(spans)).toEqual([
      `SERVER ${processTurnPath}`,
      '  session.load',
      '  catalogue.load',
      ...phases,
      '  session.commit',
    ]);
    expect(spans[0]?.resource).toMatchObject({ 'service.name': 'custom-name' });
    expect([...receiver.getMetricNames()]).toEqual(
      expect.arrayContaining(['orchestrator.turn.duration', 'rpc.server.call.duration', 'nodejs.eventloop.delay.p99']),
    );
  });
});

describe('with a collector that does not respond', () => {
  let collector: Server;
  let port: number;
  beforeAll(async () => {
    collector = createServer(() => {});
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const address = collector.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => {
    collector.close();
  });

  it('the service stops with exit code 0 and logs that telemetry was not exported', async () => {
    const server = await startBuiltServer({
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'collector'),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    const client = connect(server.address, clientOptions);
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn: createTurn(10) }));
    client.close();
    expect(await server.stop()).toBe(0);
    expect(server.getStdout()).toContain('pending spans or metrics were not exported');
  });
});
