import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, insecure } from 'scenario-orchestrator-client';
import {
  OrchestratorServiceService,
  ProcessTurnRequest,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { SessionServiceService, WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { listenOnLoopback } from '../../../tools/redis/free-port';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { type BuiltServer, ensureBuilt, ServerStartError, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { getHealth, waitForHealth } from '../../support/health';
import { openUnfinishedCall, openUnreadCall } from '../../support/http2-frames';
import { TurnStream } from '../../support/turn-stream';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'service-'));
const servers: BuiltServer[] = [];

beforeAll(ensureBuilt, 180_000);
afterAll(async () => {
  for (const server of servers) server.process.kill('SIGKILL');
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

let folders = 0;
function createFolder(): string {
  folders += 1;
  return join(folder, String(folders));
}

async function start(env: NodeJS.ProcessEnv): Promise<BuiltServer> {
  const server = await startBuiltServer(env);
  servers.push(server);
  return server;
}

const embedded = (path = createFolder()) => start({ ORCHESTRATOR__EMBEDDED__PATH: path });

/** Starts a server that must fail to start, and returns the error. */
async function getStartError(env: NodeJS.ProcessEnv): Promise<ServerStartError> {
  return await start(env).then(
    () => Promise.reject(new Error('the service started')),
    (error: unknown) => (error instanceof ServerStartError ? error : Promise.reject(error)),
  );
}

function createTurn(turnId: string): ProcessTurnRequest {
  return ProcessTurnRequest.fromPartial({
    turn: {
      tenantId: '00000000-0000-4000-8000-000000000001',
      agentId: '00000000-0000-4000-8000-000000000002',
      sessionId: '00000000-0000-4000-8000-000000000003',
      turnId,
    },
  });
}

const firstTurn = createTurn('00000000-0000-4000-8000-000000000004');

describe('on the embedded store', () => {
  it('prints its address and data folder, and serves calls', async () => {
    const path = createFolder();
    const server = await embedded(path);
    expect(server.getStderr()).toBe(
      `scenario-orchestrator listens on ${server.address}; sessions and scenarios are in the folder ${path}, which only ` +
        'this process may use; use Redis for several nodes.\n',
    );
    const services = [
      '',
      ...['Orchestrator', 'Session', 'Scenario'].map((name) => `focal.orchestration.v1.${name}Service`),
    ];
    expect(await Promise.all(services.map((service) => getHealth(server.address, service)))).toEqual(
      services.map(() => 'SERVING'),
    );
    const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
    expect((await client.processTurn(firstTurn)).response.revision).toBe(1);
    client.close();
  });

  it('exits with code 0 on SIGTERM, and has its data after a restart', async () => {
    const path = createFolder();
    const first = await embedded(path);
    const before = connect(first.address, { credentials: insecure(), timeoutMs: 60_000 });
    const answer = await before.processTurn(firstTurn);
    before.close();
    expect(await first.stop()).toBe(0);
    const client = connect((await embedded(path)).address, { credentials: insecure(), timeoutMs: 60_000 });
    expect(await client.processTurn(firstTurn)).toEqual({ ...answer, replayed: true });
    client.close();
  });

  it('logs one line per turn, without a trace id if tracing is disabled', async () => {
    const server = await embedded();
    const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
    await client.processTurn(firstTurn);
    client.close();
    await server.stop();
    const lines = server.getStdout().trim().split('\n');
    const turns = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'turn decided');
    expect(turns).toEqual([expect.objectContaining({ level: 'info', 'orchestrator.revision': 1 })]);
    expect(turns[0]).not.toHaveProperty('trace_id');
  });
});

describe('the health check of the image', () => {
  const script = join(__dirname, '..', '..', '..', 'scripts', 'health.mjs');

  /** Runs the health check for a local port. Returns its exit code and its error output. */
  function runHealthCheck(port: string | undefined): Promise<{ exitCode: number; stderr: string }> {
    const env = { PATH: process.env['PATH'], ORCHESTRATOR__SERVER__PORT: port };
    return new Promise((resolve) => {
      execFile(process.execPath, [script], { env }, (error, _stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : 1, stderr }),
      );
    });
  }

  it('passes for a serving service, and reports why it fails otherwise', async () => {
    const server = await start({
      ORCHESTRATOR__EMBEDDED__PATH: createFolder(),
      ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: '300000',
    });
    const [, port] = server.address.split(':');
    // Repeated, because the script has a short timeout and the machine may be slow.
    await eventually(async () => isDeepStrictEqual(await runHealthCheck(port), { exitCode: 0, stderr: '' }));
    void server.stop();
    await waitForHealth('NOT_SERVING', server.address);
    const notServing = { exitCode: 1, stderr: `health: ${server.address} is not serving\n` };
    await eventually(async () => isDeepStrictEqual(await runHealthCheck(port), notServing));
    server.process.kill('SIGKILL');
    await server.stop();
    expect(await runHealthCheck(port)).toEqual({ exitCode: 1, stderr: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('the service', () => {
  it('does not start with an invalid configuration, and reports every problem', async () => {
    const { exitCode, stderr } = await getStartError({
      ORCHESTRATOR__SERVER__HOST: '0.0.0.0',
      ORCHESTRATOR__LIMITS__SESSION_TTL: 'long',
      ORCHESTRATOR__REDIS__URI: 'redis://localhost',
    });
    expect(exitCode).toBe(1);
    expect(stderr.split('\n').map((line) => line.trim().split(' ')[0])).toEqual([
      'scenario-orchestrator:',
      'redis.uri',
      'limits.session_ttl',
      'server.host',
      '',
    ]);
  });

  it('does not start with a folder that another process uses', async () => {
    const path = createFolder();
    await embedded(path);
    const { exitCode, stderr } = await getStartError({ ORCHESTRATOR__EMBEDDED__PATH: path });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`The folder ${path} is in use by process`);
  });

  it('does not start with a port in use', async () => {
    const { address } = await embedded();
    const [, port] = address.split(':');
    const { exitCode, stderr } = await getStartError({
      ORCHESTRATOR__EMBEDDED__PATH: createFolder(),
      ORCHESTRATOR__SERVER__PORT: port,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('EADDRINUSE');
  });

  it('does not start with an unknown trace exporter', async () => {
    const { exitCode, stderr } = await getStartError({ OTEL_TRACES_EXPORTER: 'zipkin' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('OTEL_TRACES_EXPORTER: "zipkin" is not supported');
  });
});

describe('on a shutdown signal', () => {
  it('reports NOT_SERVING and serves calls during the grace period', async () => {
    const server = await start({
      ORCHESTRATOR__EMBEDDED__PATH: createFolder(),
      ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: '300000',
    });
    const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
    await client.waitForReady(30_000);
    void server.stop();
    await waitForHealth('NOT_SERVING', server.address);
    expect((await client.processTurn(firstTurn)).replayed).toBe(false);
    client.close();
    server.process.kill('SIGKILL');
    await server.stop();
  });

  it('ends streams of turns after the responses to turns already read', async () => {
    const server = await start({
      ORCHESTRATOR__EMBEDDED__PATH: createFolder(),
      ORCHESTRATOR__SERVER__DRAIN_TIMEOUT_MS: '600000',
    });
    const client = new Client(server.address, credentials.createInsecure());
    const stream = new TurnStream({ client });
    stream.send(Buffer.from(ProcessTurnRequest.encode(firstTurn).finish()));
    const [answer] = await stream.waitForResponses(1);
    expect(answer).toMatchObject({ turnId: firstTurn.turn?.turnId, result: { value: { revision: 1 } } });
    expect(await server.stop()).toBe(0);
    expect(server.getStdout()).not.toContain('calls in flight were canceled');
    expect((await stream.ended)?.reason).toBe('SHUTTING_DOWN');
    client.close();
  });

  it.each([
    [['SIGTERM']],
    [['SIGINT']],
    [['SIGTERM', 'SIGINT']], // `npm start` forwards a signal that the terminal has sent already: it counts once
  ] as const)('%j exits with code 0', async (signals) => {
    const server = await embedded();
    for (const signal of signals) server.process.kill(signal);
    const [code] = await once(server.process, 'exit');
    expect(code).toBe(0);
  });

  it.each(['never responds', 'rejects connections'])(
    'exits with code 0 with unfinished requests, clients that read nothing, and a collector that %s',
    async (how) => {
      const collector = createServer(() => {});
      const port = await listenOnLoopback(collector);
      if (how === 'rejects connections') collector.close();
      const server = await start({
        ORCHESTRATOR__EMBEDDED__PATH: createFolder(),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      });
      const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
      await client.processTurn(firstTurn);
      client.close();
      const ids = {
        tenantId: '00000000-0000-4000-8000-000000000001',
        sessionId: '00000000-0000-4000-8000-000000000003',
      };
      const watchRequest = WatchSessionRequest.fromPartial({ ...ids, afterRevision: 0 });
      const turn = ProcessTurnRequest.encode(createTurn('00000000-0000-4000-8000-000000000005')).finish();
      const sockets = await Promise.all([
        openUnfinishedCall(server.address, OrchestratorServiceService.processTurn.path),
        openUnreadCall(server.address, OrchestratorServiceService.streamTurn.path, turn),
        openUnreadCall(
          server.address,
          SessionServiceService.watchSession.path,
          WatchSessionRequest.encode(watchRequest).finish(),
        ),
      ]);
      expect(await server.stop()).toBe(0);
      expect(server.getStdout()).toContain('calls in flight were canceled');
      for (const socket of sockets) socket.destroy();
      collector.close();
    },
  );

  it('exits immediately on a second signal', async () => {
    const server = await start({
      ORCHESTRATOR__EMBEDDED__PATH: createFolder(),
      ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: '300000',
    });
    const exit = server.stop();
    await waitForHealth('NOT_SERVING', server.address);
    await sleep(600);
    await server.stop();
    expect(await exit).toBe(1);
  });
});

it('starts without Redis, and is ready while Redis accepts writes', async () => {
  const redis = await RedisProcess.start();
  await redis.shutDown();
  try {
    const server = await start({
      ORCHESTRATOR__REDIS__URL: redis.url,
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '300',
      ORCHESTRATOR__SERVER__PROBE_INTERVAL_MS: '100',
      ORCHESTRATOR__SERVER__PROBE_TIMEOUT_MS: '300',
    });
    expect(server.getStderr()).toContain(`are in Redis at 127.0.0.1:${redis.port}`);
    expect(await getHealth(server.address)).toBe('NOT_SERVING');
    await redis.start();
    await waitForHealth('SERVING', server.address);
    redis.pause();
    await waitForHealth('NOT_SERVING', server.address);
    redis.resume();
    await waitForHealth('SERVING', server.address);
    await redis.kill();
    await waitForHealth('NOT_SERVING', server.address);
    expect(await server.stop()).toBe(0);
  } finally {
    await redis.stop();
  }
});
