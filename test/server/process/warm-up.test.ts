import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { findFreePort } from '../../../tools/redis/free-port';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { ensureBuilt, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { getHealth } from '../../support/health';
import { startOtlpReceiver } from '../../support/otlp-receiver';
import { parseSeries, scrape } from '../../support/scraped-metrics';
import { uuid } from '../../support/session-builder';

const folder = mkdtempSync(join(tmpdir(), 'warm-up-'));
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(ensureBuilt, 180_000);
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('reports NOT_SERVING but is live until it is warm, and stops immediately on SIGTERM', async () => {
  const port = await findFreePort();
  const address = `127.0.0.1:${port}`;
  const starting = startBuiltServer({
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    ORCHESTRATOR__SERVER__PORT: String(port),
    ORCHESTRATOR__SERVER__WARM_UP_TURNS: '100000',
    ORCHESTRATOR__SERVER__WARM_UP_TIMEOUT_MS: '600000',
    ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: '300000',
  });
  await eventually(() =>
    getHealth(address, 'liveness').then(
      (status) => status === 'SERVING',
      () => false,
    ),
  );
  expect(await getHealth(address, 'readiness')).toBe('NOT_SERVING');
  expect(await getHealth(address)).toBe('NOT_SERVING');
  const owner: { readonly pid: number } = JSON.parse(readFileSync(join(folder, 'data', 'owner.lock'), 'utf8'));
  process.kill(owner.pid, 'SIGTERM');
  const server = await starting; // The warm-up has ended, long before 100,000 turns.
  expect(server.getStdout()).not.toContain('warmed up');
  server.process.kill('SIGKILL');
  await server.stop();
});

it('leaves no trace in Redis, logs, metrics and spans', async () => {
  const redis = await RedisProcess.start();
  cleanups.push(() => redis.stop());
  const receiver = await startOtlpReceiver();
  cleanups.push(() => receiver.close());
  const port = await findFreePort();
  const server = await startBuiltServer({
    ORCHESTRATOR__REDIS__URL: redis.url,
    ORCHESTRATOR__SERVER__WARM_UP_TURNS: '50',
    ORCHESTRATOR__SERVER__WARM_UP_TIMEOUT_MS: '600000',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
  });
  cleanups.push(() => server.stop());
  expect(server.getStdout().match(/"msg":"[^"]*(warm|turn)[^"]*"/g)).toEqual(['"msg":"warmed up"']);
  const keys = await redis.withClient((client) => client.keys('*'));
  // The node has written the layout of the store when it connected.
  expect(keys.filter((key) => !key.includes('probe'))).toEqual(['so:store']);
  // A turn of a client is the only one that is recorded, so the spans and metrics of an earlier one would have been, too.
  const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
  cleanups.push(() => Promise.resolve(client.close()));
  const turn = { tenantId: uuid(1), agentId: uuid(2), sessionId: uuid(3), turnId: uuid(4) };
  await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
  await eventually(() => Promise.resolve(receiver.getSpans().some(({ name }) => name.endsWith('/ProcessTurn'))));
  expect(receiver.getSpans().filter(({ name }) => name.includes('focal.orchestration'))).toHaveLength(1);
  const scraped = await scrape(`http://127.0.0.1:${port}/metrics`);
  const calls = parseSeries(scraped, 'rpc_server_call_duration_count');
  expect(Object.values(calls)).toEqual([1]);
  const turns = parseSeries(scraped, 'orchestrator_turn_duration_count');
  expect(Object.values(turns)).toEqual([1]);
});
