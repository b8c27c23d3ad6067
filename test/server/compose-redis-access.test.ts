import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { openSecretFile } from '../../src/server/compose-redis-access';
import { openStores, type Stores } from '../../src/server/compose-stores';
import { loadConfig } from '../../src/server/config';
import type { Logger } from '../../src/server/ports/logger';
import { FileReloader } from '../../src/server/runtime';
import { noopMetrics } from '../../src/server/telemetry';
import { findFreePort } from '../../tools/redis/free-port';
import { RedisCluster } from '../../tools/redis/redis-cluster';
import { RedisProcess } from '../../tools/redis/redis-process';
import { unboundedCall } from '../support/calls';
import { eventually } from '../support/eventually';
import { SentinelSetup } from '../support/redis-sentinel';
import { uuid } from '../support/session-builder';
import { silentLog } from '../support/silent-log';
import { applyTurn } from './stores/contract/turn-driver';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'redis-access-'));
const opened: Stores[] = [];
let files: FileReloader;
let problems: unknown[];
beforeEach(() => {
  problems = [];
  const error: Logger['error'] = (fields) => problems.push(fields['problem']);
  files = new FileReloader({ ...silentLog, error });
});
afterEach(() => Promise.all(opened.splice(0).map((stores) => stores.close())));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the stores as the service does. */
async function open(keys: Readonly<Record<string, string>>): Promise<Stores> {
  const env = Object.entries(keys).map(([key, value]) => [`ORCHESTRATOR__REDIS__${key.toUpperCase()}`, value]);
  const config = loadConfig({ ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '30000', ...Object.fromEntries(env) });
  const stores = await openStores(config, { clock: Date, log: silentLog, metrics: noopMetrics, files });
  opened.push(stores);
  return stores;
}

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Overwrites a file. A change takes effect at the second check. */
async function change(name: string, content: string): Promise<void> {
  write(name, content);
  await files.checkForChanges();
  await files.checkForChanges();
}

const acceptsWrites = (stores: Stores) => () =>
  stores.sessions.probe(unboundedCall).then(
    () => true,
    () => false,
  );

const setPassword = (client: Redis, password: string) =>
  client.call('ACL', 'SETUSER', 'me', 'on', 'resetpass', `>${password}`, '~*', '&*', '+@all');

/** Closes all connections of the user, including subscriptions. Returns their number. */
const killConnections = async (client: Redis) => Number(await client.call('CLIENT', 'KILL', 'USER', 'me'));

describe('a changed password file', () => {
  it('is used for the next connections to a single Redis, including the one for subscriptions', async () => {
    const redis = await RedisProcess.start();
    const withAdmin = <Reply>(work: (client: Redis) => Promise<Reply>) => redis.withClient(work);
    await withAdmin((client) => setPassword(client, 'first'));
    const stores = await open({
      url: `redis://me@127.0.0.1:${redis.port}/2`,
      password_file: write('single', 'first\n'),
    });
    const key = { tenantId: uuid(1), sessionId: uuid(3) };
    let notifications = 0;
    stores.sessions.onChange(key, () => {
      notifications += 1;
    });
    await eventually(async () => notifications > 0);
    await withAdmin((client) => setPassword(client, 'second'));
    await change('single', 'second\n');
    expect(await withAdmin(killConnections)).toBe(2);
    await eventually(acceptsWrites(stores));
    const before = notifications;
    let turn = 0;
    await eventually(async () => {
      turn += 1;
      await applyTurn(stores.sessions, key, uuid(turn));
      return notifications > before + 1;
    });
    await redis.stop();
  });

  it('is used for the next connections to a Cluster', async () => {
    const cluster = await RedisCluster.start();
    for (const { admin } of cluster.members) await setPassword(admin, 'first');
    const stores = await open({
      cluster: cluster.seeds.map(({ host, port }) => `${host}:${port}`).join(),
      username: 'me',
      password_file: write('cluster', 'first'),
    });
    await eventually(acceptsWrites(stores));
    for (const { admin } of cluster.members) await setPassword(admin, 'second');
    await change('cluster', 'second');
    for (const { admin } of cluster.members) expect(await killConnections(admin)).toBeGreaterThan(0);
    const key = { tenantId: uuid(1), sessionId: uuid(3) };
    await eventually(acceptsWrites(stores));
    await eventually(async () => (await applyTurn(stores.sessions, key, uuid(1)).catch(() => undefined)) !== undefined);
    await cluster.stop();
  });

  it('is used for the next questions to the Sentinels', async () => {
    const setup = await SentinelSetup.start();
    const setSentinelPassword = async (password: string) => {
      for (const sentinel of setup.sentinels) await sentinel.withClient((client) => setPassword(client, password));
    };
    await setSentinelPassword('first');
    await setup.master.withClient((client) => setPassword(client, 'other'));
    const stores = await open({
      sentinels: setup.addresses.map(({ host, port }) => `${host}:${port}`).join(),
      sentinel_name: setup.name,
      sentinel_username: 'me',
      sentinel_password_file: write('sentinel', 'first'),
      username: 'me',
      password: 'other',
    });
    await eventually(acceptsWrites(stores));
    await setSentinelPassword('second');
    await change('sentinel', 'second');
    expect(await setup.master.withClient(killConnections)).toBeGreaterThan(0);
    await eventually(acceptsWrites(stores));
    await setup.stop();
  });

  it('that is empty is ignored, and reported', async () => {
    const secret = openSecretFile(files, 'redis.password_file', write('empty', 'first\n'));
    await change('empty', '\n');
    expect(secret?.current).toBe('first');
    expect(problems).toEqual(['the file is empty']);
    await change('empty', 'second');
    expect(secret?.current).toBe('second');
  });
});

describe('changed TLS files', () => {
  const shared = (name: string) => readFileSync(join(__dirname, '..', 'support', name), 'utf8');
  const getPath = (name: string) => join(__dirname, '..', 'support', 'tls', name);

  it('are used for the next connection, unless they do not match', async () => {
    const port = await findFreePort();
    const redis = await RedisProcess.start([
      ...['--tls-port', String(port), '--tls-ca-cert-file', getPath('ca.pem'), '--tls-auth-clients', 'yes'],
      ...['--tls-cert-file', getPath('server.pem'), '--tls-key-file', getPath('server.key')],
    ]);
    const stores = await open({
      url: `rediss://127.0.0.1:${port}`,
      tls_server_name: 'redis.test',
      tls_ca_file: write('ca.pem', shared('pki/other-ca.pem')),
      tls_cert_file: write('client.pem', shared('pki/tenant.pem')),
      tls_key_file: write('client.key', shared('pki/tenant.key')),
    });
    await stores.waitForFirstAttempt();
    expect(await acceptsWrites(stores)()).toBe(false);
    await change('client.pem', shared('tls/client.pem'));
    expect(problems).toEqual([expect.stringContaining('key values mismatch')]);
    await change('client.key', shared('tls/client.key'));
    await change('ca.pem', shared('tls/ca.pem'));
    await eventually(acceptsWrites(stores));
    await redis.stop();
  });
});
