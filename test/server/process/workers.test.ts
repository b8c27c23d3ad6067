import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelOptions } from '@grpc/grpc-js';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ListTurnsRequest, type TurnRecord } from '../../../gen/focal/orchestration/v1/session_service';
import { findFreePort, listenOnLoopback } from '../../../tools/redis/free-port';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { anApiKey } from '../../support/api-keys';
import { type BuiltServer, ensureBuilt, ServerStartError, startBuiltServer } from '../../support/built-server';
import { readEvents } from '../../support/event-stream';
import { eventually } from '../../support/eventually';
import { getHealth, waitForHealth } from '../../support/health';
import { parseSeries, scrape } from '../../support/scraped-metrics';
import { uuid } from '../../support/session-builder';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'workers-'));
const servers: BuiltServer[] = [];
const clients: OrchestratorClient[] = [];
let redis: RedisProcess;

beforeAll(async () => {
  await ensureBuilt();
  redis = await RedisProcess.start();
}, 180_000);
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  const stopped = servers.splice(0);
  for (const server of stopped) server.process.kill('SIGKILL');
  // Resolves when the output is closed, so also when the workers have ended.
  await Promise.all(stopped.map((server) => server.stop()));
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a node with two workers. */
async function start(env: NodeJS.ProcessEnv = {}): Promise<BuiltServer> {
  const server = await startBuiltServer({
    ORCHESTRATOR__REDIS__URL: redis.url,
    ORCHESTRATOR__SERVER__WORKERS: '2',
    ORCHESTRATOR__SERVER__PROBE_INTERVAL_MS: '100',
    ...env,
  });
  servers.push(server);
  return server;
}

async function getStartError(env: NodeJS.ProcessEnv): Promise<ServerStartError> {
  return await start(env).then(
    () => Promise.reject(new Error('the service started')),
    (error: unknown) => (error instanceof ServerStartError ? error : Promise.reject(error)),
  );
}

/** Opens a connection. The supervisor hands connections to the workers in turn. */
function openClient({ address }: BuiltServer, channelOptions: ChannelOptions = {}): OrchestratorClient {
  const client = connect(address, {
    credentials: insecure(),
    timeoutMs: 60_000,
    channelOptions: { 'grpc.use_local_subchannel_pool': 1, ...channelOptions },
  });
  clients.push(client);
  return client;
}

const aTurn = (sessionId: string, turnId: string) =>
  ProcessTurnRequest.fromPartial({ turn: { tenantId: uuid(1), agentId: uuid(2), sessionId, turnId } });

let ids = 1_000;
function nextId(): string {
  ids += 1;
  return uuid(ids);
}

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly worker?: number;
  readonly pid?: number;
  readonly worker_pid?: number;
}

function readLines(server: BuiltServer, message?: string): readonly Line[] {
  const lines: Line[] = server
    .getStdout()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  return lines.filter(({ msg }) => message === undefined || msg === message);
}

/** The process ids of the workers that have started, in the order of their start. */
const listPids = (server: BuiltServer) =>
  readLines(server, 'a worker has started').map(({ worker_pid: pid = 0 }) => pid);

/** The line of every turn that was decided. Resolves when there are as many as expected. */
async function waitForTurns(server: BuiltServer, count: number): Promise<readonly Line[]> {
  await eventually(async () => readLines(server, 'turn decided').length === count);
  return readLines(server, 'turn decided');
}

const listNumbers = (lines: readonly Line[]) => [...new Set(lines.map(({ worker = 0 }) => worker))].sort();

/** Whether a process runs. One that has ended may stay in the list of processes until its parent has noticed it. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Sends a signal to the running worker with this index in the order of their start. */
function killWorker(server: BuiltServer, index: number, signal: NodeJS.Signals): void {
  const pid = listPids(server).filter(isRunning)[index];
  if (pid === undefined) throw new Error(`worker ${index} does not run; started: ${listPids(server)}`);
  process.kill(pid, signal);
}

async function sendTurns(client: OrchestratorClient, count: number): Promise<void> {
  const session = nextId();
  for (let index = 0; index < count; index += 1) await client.processTurn(aTurn(session, nextId()));
}

describe('two workers', () => {
  test('answer HTTP on one port, and end event streams when the node stops', async () => {
    const node = await start({ ORCHESTRATOR__HTTP__ENABLED: 'true', ORCHESTRATOR__HTTP__PORT: '0' });
    await waitForHealth('SERVING', node.address);
    const url = `http://${node.httpAddress}`;
    const session = nextId();
    const headers = { 'content-type': 'application/json', connection: 'close' };
    for (let count = 0; count < 6; count += 1) {
      const turn = { tenantId: uuid(1), agentId: uuid(2), sessionId: session, turnId: nextId() };
      const body = JSON.stringify({ turn });
      const path = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';
      expect((await fetch(url + path, { method: 'POST', headers, body })).status).toBe(200);
    }
    expect(listNumbers(await waitForTurns(node, 6))).toEqual([1, 2]);
    const query = new URLSearchParams({ tenantId: uuid(1), sessionId: session, afterRevision: '0' });
    const stream = await fetch(`${url}/focal.orchestration.v1.SessionService/WatchSession?${query}`, {
      headers: { accept: 'text/event-stream' },
    });
    const events = readEvents(stream);
    expect(await node.stop()).toBe(0);
    const types = (await events).map(({ type }) => type);
    expect(types).toEqual([...Array.from({ length: 6 }, () => undefined), 'failed']);
  });

  it('listen on one port, share the connections, and announce the node once', async () => {
    const server = await start();
    expect(await getHealth(server.address)).toBe('SERVING');
    for (const client of Array.from({ length: 4 }, () => openClient(server))) await sendTurns(client, 1);
    const turns = await waitForTurns(server, 4);
    expect(listNumbers(turns)).toEqual([1, 2]);
    expect(server.getStderr()).toBe(
      `scenario-orchestrator listens on ${server.address}; sessions and scenarios are in Redis at 127.0.0.1:${redis.port}, ` +
        'database 0, with the key prefix "so:".\n',
    );
    const started = readLines(server, 'a worker has started');
    for (const { worker, pid } of turns) {
      expect(started).toContainEqual(expect.objectContaining({ worker, worker_pid: pid }));
    }
  });

  it('have one metrics endpoint, which adds up their counts and keeps those of a worker that has ended', async () => {
    const port = await findFreePort();
    const server = await start({ OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: String(port) });
    const readMetrics = () => scrape(`http://127.0.0.1:${port}/metrics`);
    const countTurns = async () => {
      const series = parseSeries(await readMetrics(), 'orchestrator_turn_duration_count');
      return Object.values(series).reduce((sum, count) => sum + count, 0);
    };
    for (const client of Array.from({ length: 4 }, () => openClient(server))) await sendTurns(client, 5);
    expect(listNumbers(await waitForTurns(server, 20))).toEqual([1, 2]);
    expect(await countTurns()).toBe(20);
    const scraped = await readMetrics();
    expect(Object.keys(parseSeries(scraped, 'nodejs_eventloop_delay_p99')).sort()).toEqual([
      'worker="1"',
      'worker="2"',
    ]);
    expect(scraped).not.toMatch(/^(.+\{.*\}) .*\n\1 /m); // no series twice
    killWorker(server, 0, 'SIGKILL');
    await eventually(async () => listPids(server).length === 3);
    expect(await countTurns()).toBe(20);
    await sendTurns(openClient(server), 3);
    expect(await countTurns()).toBe(23);
  });

  it('reload changed files together', async () => {
    const keysFile = join(folder, 'keys.toml');
    const [first, second] = [anApiKey('first'), anApiKey('second')];
    writeFileSync(keysFile, first.entry);
    const server = await start({
      ORCHESTRATOR__AUTH__API_KEYS_FILE: keysFile,
      ORCHESTRATOR__SERVER__RELOAD_INTERVAL_MS: '100',
    });
    writeFileSync(keysFile, second.entry);
    await eventually(async () => readLines(server, 'changed files were reloaded').length === 2);
    expect(
      readLines(server, 'changed files were reloaded')
        .map(({ worker }) => worker)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('are not serving while Redis is unavailable, and are serving afterwards', async () => {
    const ownRedis = await RedisProcess.start();
    try {
      const server = await start({
        ORCHESTRATOR__REDIS__URL: ownRedis.url,
        ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '300',
        ORCHESTRATOR__SERVER__PROBE_TIMEOUT_MS: '300',
      });
      ownRedis.pause();
      await waitForHealth('NOT_SERVING', server.address);
      expect(await getHealth(server.address, 'liveness')).toBe('SERVING');
      ownRedis.resume();
      await waitForHealth('SERVING', server.address);
    } finally {
      await ownRedis.stop();
    }
  });
});

describe('at the start', () => {
  it('invalid settings are reported once', async () => {
    const { exitCode, stderr } = await getStartError({ ORCHESTRATOR__LIMITS__SESSION_TTL: 'long' });
    expect(exitCode).toBe(1);
    expect(stderr.match(/limits\.session_ttl/g)).toHaveLength(1);
  });

  it('a port in use is reported once', async () => {
    const other = createServer();
    const port = await listenOnLoopback(other);
    const { exitCode, stderr } = await getStartError({ ORCHESTRATOR__SERVER__PORT: String(port) });
    other.close();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^scenario-orchestrator: [^\n]*EADDRINUSE[^\n]*\n$/);
  });

  it('an unusable file is reported once', async () => {
    const { exitCode, stderr } = await getStartError({
      ORCHESTRATOR__AUTH__API_KEYS_FILE: join(folder, 'missing.toml'),
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^scenario-orchestrator: auth\.api_keys_file [^\n]*ENOENT[^\n]*\n$/);
  });

  it('an unknown trace exporter is reported once', async () => {
    const { exitCode, stderr } = await getStartError({ OTEL_TRACES_EXPORTER: 'zipkin' });
    expect(exitCode).toBe(1);
    expect(stderr.match(/OTEL_TRACES_EXPORTER: "zipkin" is not supported/g)).toHaveLength(1);
  });

  it('several workers with the embedded store are an error that says what to do', async () => {
    const { exitCode, stderr } = await getStartError({ ORCHESTRATOR__REDIS__URL: '' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('server.workers must be 1 or "auto" with the embedded store');
    expect(stderr).toContain('set redis.url to run several workers, or server.workers = 1; found 2');
  });

  it('"auto" is one process with the embedded store', async () => {
    const server = await start({
      ORCHESTRATOR__REDIS__URL: '',
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
      ORCHESTRATOR__SERVER__WORKERS: 'auto',
    });
    expect(readLines(server)[0]?.msg).toContain('server.workers = "auto" is 1 with the embedded store');
    expect(listPids(server)).toEqual([]);
  });
});

describe('on a shutdown signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s drains all workers and exits with code 0', async (signal) => {
    const server = await start();
    server.process.kill(signal);
    expect(await server.stop()).toBe(0);
    expect(
      readLines(server, 'stopped')
        .map(({ worker }) => worker)
        .sort(),
    ).toEqual([1, 2]);
    expect(listPids(server).filter(isRunning)).toEqual([]);
  });

  it('all workers report NOT_SERVING and serve calls during the grace period, and a second signal ends all at once', async () => {
    const server = await start({ ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: '300000' });
    const open = [openClient(server), openClient(server)];
    for (const client of open) await sendTurns(client, 1);
    const exit = server.stop();
    for (let count = 0; count < 4; count += 1) await waitForHealth('NOT_SERVING', server.address);
    for (const client of open) await sendTurns(client, 1);
    await sleep(600);
    await server.stop();
    expect(await exit).toBe(1);
    await eventually(async () => !listPids(server).some(isRunning));
  });

  it('one worker drains and is replaced, while the other one serves', async () => {
    const server = await start();
    killWorker(server, 0, 'SIGTERM');
    await eventually(async () => listPids(server).length === 3);
    expect(readLines(server, 'a worker was stopped: it is replaced')).toHaveLength(1);
    expect(await getHealth(server.address)).toBe('SERVING');
    expect(await server.stop()).toBe(0);
  });
});

describe('a kill', () => {
  let hasEnded: boolean;
  beforeEach(() => {
    hasEnded = false;
  });
  afterEach(() => {
    hasEnded = true;
  });

  it('of the supervisor ends the workers', async () => {
    const server = await start();
    const pids = listPids(server);
    expect(pids.filter(isRunning)).toHaveLength(2);
    server.process.kill('SIGKILL');
    await eventually(async () => pids.every((pid) => !isRunning(pid)));
  });

  it('of workers under load loses no turn, and every turn is applied exactly once', async () => {
    const server = await start({
      ORCHESTRATOR__LIMITS__REPLAYABLE_TURNS: '10000',
      ORCHESTRATOR__LIMITS__RECORDED_TURNS: '100000',
      ORCHESTRATOR__LIMITS__RECORDED_BYTES: '1073741824',
    });
    const sessions = Array.from({ length: 6 }, () => ({ sessionId: nextId(), turnIds: [] as string[] }));
    let acknowledged = 0;
    let repeated = 0;
    let isStopped = false;
    const load = sessions.map(async ({ sessionId, turnIds }) => {
      const client = openClient(server, { 'grpc.enable_retries': 0 });
      while (!isStopped) {
        const turnId = nextId();
        turnIds.push(turnId);
        while (!(await isAcknowledged(client, aTurn(sessionId, turnId)))) {
          if (hasEnded) return;
          repeated += 1;
          await sleep(10); // A client without a connection rejects at once. Without this wait, it would never connect again.
        }
        acknowledged += 1;
      }
    });
    const killWorkers = async (): Promise<void> => {
      for (let kills = 0; kills < 4; kills += 1) {
        const before = acknowledged;
        await eventually(async () => acknowledged >= before + 20);
        const count = listPids(server).length;
        killWorker(server, kills % 2, 'SIGKILL');
        await eventually(async () => listPids(server).length === count + 1);
      }
    };
    await killWorkers();
    isStopped = true;
    await Promise.all(load);
    expect(repeated).toBeGreaterThan(0);
    expect(readLines(server, 'a worker has ended: it is replaced')).toHaveLength(4);
    const client = openClient(server);
    for (const { sessionId, turnIds } of sessions) {
      const turns = await listTurns(client, sessionId);
      expect(turns.map(({ request }) => request?.turn?.turnId)).toEqual(turnIds);
      expect(turns.map(({ response }) => response?.revision)).toEqual(turnIds.map((_, index) => index + 1));
    }
    expect(await server.stop()).toBe(0);
  });
});

async function isAcknowledged(client: OrchestratorClient, turn: ProcessTurnRequest): Promise<boolean> {
  return client.processTurn(turn).then(
    () => true,
    () => false,
  );
}

/** Returns all recorded turns of a session, from the first one. */
async function listTurns(client: OrchestratorClient, sessionId: string): Promise<readonly TurnRecord[]> {
  const turns: TurnRecord[] = [];
  let pageToken = '';
  do {
    const request = ListTurnsRequest.fromPartial({ tenantId: uuid(1), sessionId, pageSize: 100, pageToken });
    const page = await client.listTurns(request);
    turns.push(...page.turns);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return turns;
}
