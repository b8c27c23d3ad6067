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
import { listenOnLoopback } from '../../../tools/chaos/free-port';
import { type BuiltServer, DidNotStart, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { healthOf, untilHealthIs } from '../../support/health';
import { openUnfinishedCall, openUnreadCall } from '../../support/http2-frames';
import { startRedisServer } from '../../support/redis-server';
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
function aFolder(): string {
  folders += 1;
  return join(folder, String(folders));
}

async function start(env: NodeJS.ProcessEnv): Promise<BuiltServer> {
  const server = await startBuiltServer(env);
  servers.push(server);
  return server;
}

const embedded = (path = aFolder()) => start({ ORCHESTRATOR__EMBEDDED__PATH: path });

/** How a start that fails ends. */
async function refusal(env: NodeJS.ProcessEnv): Promise<DidNotStart> {
  return await start(env).then(
    () => Promise.reject(new Error('it started')),
    (error: unknown) => (error instanceof DidNotStart ? error : Promise.reject(error)),
  );
}

function aTurn(turnId: string): ProcessTurnRequest {
  return ProcessTurnRequest.fromPartial({
    turn: {
      tenantId: '00000000-0000-4000-8000-000000000001',
      agentId: '00000000-0000-4000-8000-000000000002',
      sessionId: '00000000-0000-4000-8000-000000000003',
      turnId,
    },
  });
}

const firstTurn = aTurn('00000000-0000-4000-8000-000000000004');

describe('on the embedded store', () => {
  it('says where it listens, where its data lies and who may use it, and takes calls', async () => {
    const path = aFolder();
    const server = await embedded(path);
    expect(server.stderr()).toBe(
      `scenario-orchestrator listens on ${server.address}; sessions and scenarios are in the folder ${path}, which only ` +
        'this process may use; use Redis for several nodes.\n',
    );
    const services = [
      '',
      ...['Orchestrator', 'Session', 'Scenario'].map((name) => `focal.orchestration.v1.${name}Service`),
    ];
    expect(await Promise.all(services.map((service) => healthOf(server.address, service)))).toEqual(
      services.map(() => 'SERVING'),
    );
    const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
    expect((await client.processTurn(firstTurn)).response.revision).toBe(1);
    client.close();
  });

  it('ends with 0 when it is told to stop, and goes on with its data when it is started again', async () => {
    const path = aFolder();
    const first = await embedded(path);
    const before = connect(first.address, { credentials: insecure(), timeoutMs: 60_000 });
    const answer = await before.processTurn(firstTurn);
    before.close();
    expect(await first.stop()).toBe(0);
    const client = connect((await embedded(path)).address, { credentials: insecure(), timeoutMs: 60_000 });
    expect(await client.processTurn(firstTurn)).toEqual({ ...answer, replayed: true });
    client.close();
  });

  it('writes a line a turn, and no trace where none is asked for', async () => {
    const server = await embedded();
    const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
    await client.processTurn(firstTurn);
    client.close();
    await server.stop();
    const lines = server.stdout().trim().split('\n');
    const turns = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'turn decided');
    expect(turns).toEqual([expect.objectContaining({ level: 'info', 'orchestrator.revision': 1 })]);
    expect(turns[0]).not.toHaveProperty('trace_id');
  });
});

describe('the health check of the image', () => {
  const script = join(__dirname, '..', '..', '..', 'scripts', 'health.mjs');

  /** Exit code and words of the check of a service on a port of this machine. */
  function check(port: string | undefined): Promise<{ exitCode: number; stderr: string }> {
    const env = { PATH: process.env['PATH'], ORCHESTRATOR__SERVER__PORT: port };
    return new Promise((resolve) => {
      execFile(process.execPath, [script], { env }, (error, _stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : 1, stderr }),
      );
    });
  }

  it('passes for a service that serves, and says why it fails for one that does not', async () => {
    const server = await start({
      ORCHESTRATOR__EMBEDDED__PATH: aFolder(),
      ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: '300000',
    });
    const [, port] = server.address.split(':');
    // It gives up after a moment, also where it is the machine that is slow.
    await eventually(async () => isDeepStrictEqual(await check(port), { exitCode: 0, stderr: '' }));
    void server.stop();
    await untilHealthIs('NOT_SERVING', server.address);
    const notServing = { exitCode: 1, stderr: `health: ${server.address} is not serving\n` };
    await eventually(async () => isDeepStrictEqual(await check(port), notServing));
    server.process.kill('SIGKILL');
    await server.stop();
    expect(await check(port)).toEqual({ exitCode: 1, stderr: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('does not start', () => {
  it('where the configuration has problems, and names them all', async () => {
    const { exitCode, stderr } = await refusal({
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

  it('where another process has the folder', async () => {
    const path = aFolder();
    await embedded(path);
    const { exitCode, stderr } = await refusal({ ORCHESTRATOR__EMBEDDED__PATH: path });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`The folder ${path} is in use by process`);
  });

  it('where the port is taken', async () => {
    const { address } = await embedded();
    const [, port] = address.split(':');
    const { exitCode, stderr } = await refusal({
      ORCHESTRATOR__EMBEDDED__PATH: aFolder(),
      ORCHESTRATOR__SERVER__PORT: port,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('EADDRINUSE');
  });

  it('with an exporter of traces that it does not have', async () => {
    const { exitCode, stderr } = await refusal({ OTEL_TRACES_EXPORTER: 'zipkin' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('OTEL_TRACES_EXPORTER: "zipkin" is not supported');
  });
});

describe('told to stop', () => {
  it('says NOT_SERVING and goes on answering for as long as the grace lasts', async () => {
    const server = await start({
      ORCHESTRATOR__EMBEDDED__PATH: aFolder(),
      ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: '300000',
    });
    const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
    await client.waitForReady(30_000);
    void server.stop();
    await untilHealthIs('NOT_SERVING', server.address);
    expect((await client.processTurn(firstTurn)).replayed).toBe(false);
    client.close();
    server.process.kill('SIGKILL');
    await server.stop();
  });

  it('ends the streams of turns as soon as what was read is answered', async () => {
    const server = await start({
      ORCHESTRATOR__EMBEDDED__PATH: aFolder(),
      ORCHESTRATOR__SERVER__DRAIN_TIMEOUT_MS: '600000',
    });
    const client = new Client(server.address, credentials.createInsecure());
    const stream = new TurnStream({ client });
    stream.send(Buffer.from(ProcessTurnRequest.encode(firstTurn).finish()));
    const [answer] = await stream.answers(1);
    expect(answer).toMatchObject({ turnId: firstTurn.turn?.turnId, result: { value: { revision: 1 } } });
    expect(await server.stop()).toBe(0);
    expect(server.stdout()).not.toContain('calls in flight were canceled');
    expect((await stream.ended)?.reason).toBe('SHUTTING_DOWN');
    client.close();
  });

  it.each([
    [['SIGTERM']],
    [['SIGINT']],
    [['SIGTERM', 'SIGINT']], // as `npm start` passes on what the terminal has sent already: one signal
  ] as const)('by %j ends with 0', async (signals) => {
    const server = await embedded();
    for (const signal of signals) server.process.kill(signal);
    const [code] = await once(server.process, 'exit');
    expect(code).toBe(0);
  });

  it.each(['never answers', 'refuses'])(
    'ends with 0 also where a request never ends, nobody reads a turn or a session, and the collector %s',
    async (how) => {
      const collector = createServer(() => {});
      const port = await listenOnLoopback(collector);
      if (how === 'refuses') collector.close();
      const server = await start({
        ORCHESTRATOR__EMBEDDED__PATH: aFolder(),
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
      const followed = WatchSessionRequest.fromPartial({ ...ids, afterRevision: 0 });
      const turn = ProcessTurnRequest.encode(aTurn('00000000-0000-4000-8000-000000000005')).finish();
      const stuck = await Promise.all([
        openUnfinishedCall(server.address, OrchestratorServiceService.processTurn.path),
        openUnreadCall(server.address, OrchestratorServiceService.streamTurn.path, turn),
        openUnreadCall(
          server.address,
          SessionServiceService.watchSession.path,
          WatchSessionRequest.encode(followed).finish(),
        ),
      ]);
      expect(await server.stop()).toBe(0);
      expect(server.stdout()).toContain('calls in flight were canceled');
      for (const socket of stuck) socket.destroy();
      collector.close();
    },
  );

  it('a second time ends at once', async () => {
    const server = await start({
      ORCHESTRATOR__EMBEDDED__PATH: aFolder(),
      ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: '300000',
    });
    const exit = server.stop();
    await untilHealthIs('NOT_SERVING', server.address);
    await sleep(600);
    await server.stop();
    expect(await exit).toBe(1);
  });
});

it('starts without its Redis, and is ready as soon as and as long as that takes writes', async () => {
  const redis = await startRedisServer();
  await redis.shutDown();
  try {
    const server = await start({
      ORCHESTRATOR__REDIS__URL: redis.url,
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '300',
      ORCHESTRATOR__SERVER__PROBE_INTERVAL_MS: '100',
      ORCHESTRATOR__SERVER__PROBE_TIMEOUT_MS: '300',
    });
    expect(server.stderr()).toContain(`are in Redis at 127.0.0.1:${redis.port}`);
    expect(await healthOf(server.address)).toBe('NOT_SERVING');
    await redis.start();
    await untilHealthIs('SERVING', server.address);
    redis.pause();
    await untilHealthIs('NOT_SERVING', server.address);
    redis.resume();
    await untilHealthIs('SERVING', server.address);
    await redis.kill();
    await untilHealthIs('NOT_SERVING', server.address);
    expect(await server.stop()).toBe(0);
  } finally {
    await redis.stop();
  }
});
