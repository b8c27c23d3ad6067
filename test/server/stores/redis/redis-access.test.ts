import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../../../src/server/ports/logger';
import type { RedisTls } from '../../../../src/server/stores/redis/redis-endpoint';
import { RedisLegacySessionStore } from '../../../../src/server/stores/redis/redis-legacy-session-store';
import { findFreePort } from '../../../../tools/redis/free-port';
import { createLocalEndpoint } from '../../../../tools/redis/redis-process';
import { callUntil, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { startReplica } from '../../../support/redis-replica';
import { uuid } from '../../../support/session-builder';
import { silentLog } from '../../../support/silent-log';
import { ClientsUnderTest } from './clients-under-test';
import { listDocumentedCommands, orchestratorUser, readDocumentedAcl, runFullWorkload } from './full-workload';
import { RedisUnderTest } from './redis-under-test';

/** Creates a logger that records its warnings with their fields. */
function createWarningLog(): { readonly log: Logger; readonly warnings: string[] } {
  const warnings: string[] = [];
  const warn: Logger['warn'] = (fields, message) => warnings.push(`${message} ${JSON.stringify(fields)}`);
  return { log: { ...silentLog, warn }, warnings };
}

describe('an ACL user', () => {
  let redis: RedisUnderTest;
  let clients: ClientsUnderTest;
  beforeAll(async () => {
    redis = await RedisUnderTest.start(['--repl-diskless-sync-delay', '0']);
    clients = new ClientsUnderTest({ endpoint: { ...redis.server.endpoint, login: orchestratorUser } });
    await redis.admin.call('ACL', ...readDocumentedAcl());
  });
  afterAll(async () => {
    await clients.close();
    await redis.close();
  });

  it('needs only the documented permissions', async () => {
    await runFullWorkload(clients);
    expect(await redis.admin.acl('LOG')).toEqual([]);
  });

  it('needs only the documented permissions with replication and another database, and needs all of them', async () => {
    const replica = await startReplica(redis.server);
    const replicated = new ClientsUnderTest({
      endpoint: { ...redis.server.endpoint, database: 1, login: orchestratorUser },
      replication: { replicas: 1, timeoutMs: 30_000 },
    });
    await redis.admin.config('RESETSTAT');
    await redis.admin.script('FLUSH');
    await runFullWorkload(replicated);
    expect(await redis.admin.acl('LOG')).toEqual([]);
    const used = [...(await redis.admin.info('commandstats')).matchAll(/^cmdstat_([\w|]+):/gm)].map(([, name]) => name);
    const clusterOnly = ['cluster|slots', 'cluster|info', 'asking', 'exists'];
    expect(listDocumentedCommands().filter((name) => !used.includes(name) && !clusterOnly.includes(name))).toEqual([]);
    await replicated.close();
    await replica.stop();
  });

  it('needs only the documented permissions for legacy sessions', async () => {
    await redis.admin.call('ACL', ...readDocumentedAcl(), '+getrange', '~conversation:*');
    const keyTemplate = 'conversation:{tenant_id}:{session_id}';
    const options = { keyTemplate, sessionTtlMs: 1_000, clock: Date, log: silentLog };
    const store = new RedisLegacySessionStore(await clients.connect(), options);
    const session = { tenantId: uuid(1), sessionId: uuid(3) };
    await store.find(session, unboundedCall);
    await store.delete(session, unboundedCall);
    expect(await redis.admin.acl('LOG')).toEqual([]);
  });

  it.each([
    ['without permission to select it', 1, ['-select'], 'NOPERM'],
    ['that does not exist', 99, [], 'out of range'],
  ])('never uses database 0 instead of a database %s', async (_, database, change, reason) => {
    await redis.admin.call('ACL', ...readDocumentedAcl(), ...change);
    await redis.admin.flushall();
    const errors: string[] = [];
    const error: Logger['error'] = (fields, message) => errors.push(`${message} ${JSON.stringify(fields)}`);
    const endpoint = { ...redis.server.endpoint, database, login: orchestratorUser };
    const connection = clients.startConnecting({ endpoint, log: { ...silentLog, error } });
    const store = clients.createStoreOn(connection);
    await eventually(async () => errors.length > 0);
    const connections = await countConnections();
    // The client reconnects, and is refused again.
    await eventually(async () => {
      await expect(store.probe(unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
      return (await countConnections()) > connections + 1;
    });
    expect(await redis.admin.dbsize()).toBe(0);
    expect(errors).toEqual([expect.stringMatching(`not serving; grant \\+select.*${reason}.*"database":${database}`)]);
    await connection.close();
    await redis.admin.call('ACL', ...readDocumentedAcl());
    await redis.admin.acl('LOG', 'RESET');
  });

  const countConnections = async () =>
    Number(/total_connections_received:(\d+)/.exec(await redis.admin.info('stats'))?.[1]);

  it('is rejected with a wrong password, and the log does not contain the password', async () => {
    const { log, warnings } = createWarningLog();
    const login = { ...orchestratorUser, password: 'wr0ng' };
    const connection = clients.startConnecting({ endpoint: { ...redis.server.endpoint, login }, log });
    await eventually(async () => warnings.length > 0);
    const ready = connection.waitForReady(callUntil(Date.now() + 50));
    await expect(ready).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    expect(warnings.join()).toContain('WRONGPASS');
    expect(warnings.join()).not.toContain('wr0ng');
  });
});

describe('TLS', () => {
  const readPem = (name: string) => readFileSync(join(__dirname, '..', '..', '..', 'support', 'tls', name), 'utf8');
  const getPath = (name: string) => join(__dirname, '..', '..', '..', 'support', 'tls', name);
  const trusted: RedisTls = {
    ca: readPem('ca.pem'),
    cert: readPem('client.pem'),
    key: readPem('client.key'),
    serverName: 'redis.test',
  };
  let redis: RedisUnderTest;
  let port: number;
  let clients: ClientsUnderTest;
  beforeAll(async () => {
    port = await findFreePort();
    redis = await RedisUnderTest.start([
      ...['--tls-port', String(port), '--tls-ca-cert-file', getPath('ca.pem')],
      ...[
        '--tls-cert-file',
        getPath('server.pem'),
        '--tls-key-file',
        getPath('server.key'),
        '--tls-auth-clients',
        'yes',
      ],
    ]);
    clients = new ClientsUnderTest({ endpoint: { ...createLocalEndpoint(port), tls: trusted } });
  });
  afterAll(async () => {
    await clients.close();
    await redis.close();
  });

  it('works with a client certificate and a server certificate of the expected name', async () => {
    const store = await clients.createStore();
    await store.probe(unboundedCall);
  });

  it.each<[string, Partial<RedisTls>, string]>([
    ['a server with another name', { serverName: 'another.test' }, 'altnames'],
    ['an untrusted CA', { ca: '' }, 'certificate'],
  ])('is rejected for %s', async (_, change, reason) => {
    const { log, warnings } = createWarningLog();
    const endpoint = { ...createLocalEndpoint(port), tls: { ...trusted, ...change } };
    clients.startConnecting({ endpoint, log });
    await eventually(async () => warnings.length > 0);
    expect(warnings[0]).toContain(reason);
  });
});

describe('the eviction policy', () => {
  it.each([
    ['allkeys-lru', '100mb', true],
    ['volatile-ttl', '100mb', true],
    ['noeviction', '100mb', false],
    ['allkeys-lru', '0', false],
  ])('%s with maxmemory %s logs a warning at connect: %s', async (policy, maxMemory, isLogged) => {
    const redis = await RedisUnderTest.start(['--maxmemory-policy', policy, '--maxmemory', maxMemory]);
    const { log, warnings } = createWarningLog();
    const connection = await redis.clients.connect({ log });
    // Redis replies to the INFO command of the connection first, so the warning is logged when this read resolves.
    await connection.read(unboundedCall, (client) => client.get('key'));
    expect(warnings).toEqual(isLogged ? [expect.stringMatching(`may evict sessions.*${policy}`)] : []);
    await redis.close();
  });
});
