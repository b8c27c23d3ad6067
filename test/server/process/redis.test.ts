import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { findFreePort, listenOnLoopback } from '../../../tools/redis/free-port';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { getHealth, waitForHealth } from '../../support/health';
import { parseSeries, scrape } from '../../support/scraped-metrics';
import { uuid } from '../../support/session-builder';

jest.setTimeout(120_000);

let redis: RedisProcess;
beforeAll(ensureBuilt, 180_000);
beforeEach(async () => {
  redis = await RedisProcess.start();
});
afterEach(() => redis.stop());

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly omitted_lines?: number;
}

function readLines(server: BuiltServer): readonly Line[] {
  const lines = server.getStdout().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

const listProblems = (server: BuiltServer) => readLines(server).filter(({ level }) => level !== 'info');

function aTurn(sessionId: number, turnId: number) {
  const ids = { tenantId: uuid(1), agentId: uuid(2), sessionId: uuid(sessionId), turnId: uuid(turnId) };
  return ProcessTurnRequest.fromPartial({ turn: ids });
}

/** Starts a server in front of Redis that forwards every reply after a delay in milliseconds. */
async function startSlowProxy(delayMs: number): Promise<{ readonly port: number; readonly proxy: Server }> {
  const proxy = createServer((client: Socket) => {
    const upstream = openSocket(redis.port, '127.0.0.1');
    client.pipe(upstream);
    upstream.on('data', (bytes) => setTimeout(() => client.write(bytes), delayMs));
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
  });
  return { port: await listenOnLoopback(proxy), proxy };
}

it('a start with a Redis that responds slowly is SERVING at the first probe, without a warning or an error', async () => {
  // Connecting takes two round trips, which is longer than the timeout of one command.
  const { port, proxy } = await startSlowProxy(1_000);
  const server = await startBuiltServer({
    ORCHESTRATOR__REDIS__URL: `redis://127.0.0.1:${port}`,
    ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '1900',
    ORCHESTRATOR__SERVER__PROBE_TIMEOUT_MS: '30000',
  });
  expect(await getHealth(server.address)).toBe('SERVING');
  expect(listProblems(server)).toEqual([]);
  expect(readLines(server).map(({ msg }) => msg)).toEqual([
    'redis connected',
    'the store accepts writes: serving',
    'listening',
  ]);
  server.process.kill('SIGKILL');
  await server.stop();
  proxy.close();
});

it('lost data is logged once a minute and counted', async () => {
  const port = await findFreePort();
  const server = await startBuiltServer({
    ORCHESTRATOR__REDIS__URL: redis.url,
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
  });
  const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
  const readCounter = async () => {
    const series = parseSeries(
      await scrape(`http://127.0.0.1:${port}/metrics`),
      'orchestrator_store_lost_revisions_total',
    );
    return Object.values(series);
  };
  for (const session of [3, 4, 5]) await client.processTurn(aTurn(session, 1));
  expect(await readCounter()).toEqual([0]);
  await redis.withClient((admin) => admin.flushall());
  for (const session of [3, 4, 5]) expect((await client.processTurn(aTurn(session, 2))).response.revision).toBe(1);
  expect(await readCounter()).toEqual([3]);
  const losses = listProblems(server);
  expect(losses).toEqual([
    expect.objectContaining({
      msg: expect.stringContaining('redis has lost data'),
      session_id: uuid(3),
      expected_revision: 1,
      stored_revision: 'none',
    }),
  ]);
  client.close();
  await server.stop();
});

it('an outage logs few lines, and counts all calls that failed', async () => {
  const server = await startBuiltServer({ ORCHESTRATOR__REDIS__URL: redis.url });
  const client = connect(server.address, {
    credentials: insecure(),
    timeoutMs: 60_000,
    channelOptions: { 'grpc.enable_retries': 0 },
  });
  await client.processTurn(aTurn(3, 1));
  await redis.shutDown();
  await waitForHealth('NOT_SERVING', server.address);
  const calls = Array.from({ length: 300 }, (_, index) => client.processTurn(aTurn(4, index + 1)));
  const results = await Promise.allSettled(calls);
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  const countCalls = () => {
    const lines = readLines(server).filter(({ msg }) => msg === 'call failed');
    return { lines: lines.length, calls: lines.reduce((sum, line) => sum + 1 + (line.omitted_lines ?? 0), 0) };
  };
  await eventually(async () => countCalls().calls === 300);
  expect(countCalls().lines).toBeLessThan(30);
  client.close();
  await server.stop();
});
