import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { DeleteSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { openEmbedded } from '../../../src/server/stores/embedded/open-embedded';
import { execute, run } from '../../cli/command-line';
import { type BuiltServer, ensureBuilt, ServerStartError, startBuiltServer } from '../../support/built-server';
import { canIsolate, isolation } from '../../support/container-isolation';
import { eventually } from '../../support/eventually';
import { getHealth, waitForHealth } from '../../support/health';
import { uuid } from '../../support/session-builder';
import { canMountDisks, mountSmallDisk, type SmallDisk } from '../../support/small-disk';
import { applyTurn } from '../stores/contract/turn-driver';

jest.setTimeout(120_000);

const servers: BuiltServer[] = [];
const clients: OrchestratorClient[] = [];
let folder: string;
let path: string;

beforeAll(ensureBuilt, 180_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-store-'));
  path = join(folder, 'data');
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  const started = servers.splice(0);
  for (const server of started) server.process.kill('SIGKILL');
  await Promise.all(started.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(env: NodeJS.ProcessEnv = {}) {
  const server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: path, ...env });
  servers.push(server);
  const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
  clients.push(client);
  const key = (session: number) => ({ tenantId: uuid(1), sessionId: uuid(session) });
  return {
    server,
    address: server.address,
    applyTurn: async (session: number, message = 'Hello') => {
      const turn = { ...key(session), agentId: uuid(2), turnId: randomUUID(), situation: { message } };
      return (await client.processTurn(ProcessTurnRequest.fromPartial({ turn }))).response;
    },
    deleteSession: async (session: number) => {
      return (await client.deleteSession(DeleteSessionRequest.fromPartial(key(session)))).existed;
    },
  };
}

const databaseContains = (text: string) => readFileSync(join(path, 'data.mdb')).includes(text);

it('is refused for a second service, and the first one continues', async () => {
  const first = await start();
  await first.applyTurn(3);
  const error: unknown = await start().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ServerStartError);
  expect(error).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`The folder ${path} is in use by process`),
  });
  expect((await first.applyTurn(3)).revision).toBe(2);
  expect(await getHealth(first.address)).toBe('SERVING');
});

it('erases deleted values when the service starts again', async () => {
  const marker = `marker-${randomUUID()}`;
  const first = await start();
  await first.applyTurn(3, marker);
  await first.applyTurn(4, 'another customer');
  expect(await first.deleteSession(3)).toBe(true);
  expect(databaseContains(marker)).toBe(true);
  await first.server.stop();
  const second = await start();
  expect(databaseContains(marker)).toBe(false);
  expect((await second.applyTurn(4)).revision).toBe(2);
});

it('erases deleted values with the command, if the start does not', async () => {
  const marker = `marker-${randomUUID()}`;
  const env = { ORCHESTRATOR__EMBEDDED__PATH: path, ORCHESTRATOR__EMBEDDED__COMPACT_AT_START: 'false' };
  const first = await start(env);
  await first.applyTurn(3, marker);
  await first.deleteSession(3);
  const refused = await run(['compact'], env);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`The folder ${path} is in use`) });
  await first.server.stop();
  const second = await start(env);
  expect(databaseContains(marker)).toBe(true);
  await second.server.stop();
  const { code, stdout } = await run(['compact'], env);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('deleted values are erased') });
  expect(databaseContains(marker)).toBe(false);
});

it.each([
  [
    'a folder without a store',
    { ORCHESTRATOR__EMBEDDED__PATH: '/nowhere' },
    'The folder /nowhere has no embedded store.',
  ],
  ['Redis', { ORCHESTRATOR__REDIS__URL: 'redis://127.0.0.1:1' }, 'The settings use Redis.'],
  ['invalid settings', { ORCHESTRATOR__EMBEDDED__PAHT: 'x' }, 'embedded.paht is unknown'],
])('the command is refused for %s', async (_case, env, message) => {
  expect(await run(['compact'], env)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(message),
  });
});

it('removes all expired sessions of any number in one run', async () => {
  const sessions = Array.from({ length: 2_500 }, (_, index) => uuid(index + 1));
  const past = { now: () => Date.now() - 120_000 };
  const options = { path, sessionTtlMs: 60_000, turnLimits: { recordedTurns: 10 }, clock: past, monotonicClock: past };
  const { sessionStore } = openEmbedded(options);
  await Promise.all(sessions.map((sessionId) => applyTurn(sessionStore, { tenantId: uuid(1), sessionId }, uuid(9))));
  await sessionStore.close();
  await start({ ORCHESTRATOR__EMBEDDED__COMPACT_AT_START: 'false' });
  const root = open({ path, noSubdir: false, maxDbs: 32, readOnly: true });
  const table = root.openDB({ name: 'sessions', encoding: 'binary' });
  await eventually(async () => table.getKeysCount() === 0);
  await root.close();
});

(canMountDisks() ? describe : describe.skip)('on a full disk', () => {
  let disk: SmallDisk;
  beforeAll(() => {
    disk = mountSmallDisk(64);
  });
  afterAll(() => disk.remove());

  it('is not ready, deletes sessions, and recovers without a restart', async () => {
    path = join(disk.path, 'data');
    const service = await start();
    await service.applyTurn(3);
    expect(await getHealth(service.address)).toBe('SERVING');
    disk.fill();
    await waitForHealth('NOT_SERVING', service.address);
    expect(await getHealth(service.address, 'liveness')).toBe('SERVING');
    await expect(service.applyTurn(4)).rejects.toMatchObject({ reason: 'STORE_FULL' });
    expect(await service.deleteSession(3)).toBe(true);
    disk.clear();
    await waitForHealth('SERVING', service.address);
    expect((await service.applyTurn(4)).revision).toBe(1);
    await service.server.stop();
  });
});

(canIsolate() ? describe : describe.skip)('of two containers with one volume', () => {
  it('is refused for the second one', async () => {
    const env = { ORCHESTRATOR__EMBEDDED__PATH: path, ORCHESTRATOR__SERVER__PORT: '0' };
    const first = await start();
    const second = await execute('unshare', [...isolation.slice(1), 'node', 'dist/src/server/main.js'], env);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('is in use by process') });
    expect((await first.applyTurn(3)).revision).toBe(1);
  });
});
