import type { SingleRedis } from '../../../../src/server/stores/redis/redis-endpoint';
import { TcpProxy } from '../../../../tools/chaos/tcp-proxy';
import { ServerStartError, startBuiltServer } from '../../../support/built-server';
import { callUntil, unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { ClientsUnderTest } from './clients-under-test';
import { RedisUnderTest } from './redis-under-test';

// A proxy writes an older version into the replies of a real Redis.

let redis: RedisUnderTest;
let proxy: TcpProxy;
let clients: ClientsUnderTest;
let shownVersion: string | undefined;

const throughProxy = (): SingleRedis => ({
  kind: 'single',
  address: { host: '127.0.0.1', port: proxy.port },
  database: 0,
});

beforeAll(async () => {
  redis = await RedisUnderTest.start();
  proxy = await TcpProxy.start(redis.server.port);
  proxy.createFilter = () => (chunk) => {
    const start = chunk.indexOf('redis_version:') + 'redis_version:'.length;
    const end = chunk.indexOf('\r', start);
    // The replacement has the same length, which the reply states before its text.
    if (chunk.includes('redis_version:') && shownVersion !== undefined) {
      chunk.write(shownVersion.padEnd(end - start, '1').slice(0, end - start), start);
    }
    return 'pass';
  };
  clients = new ClientsUnderTest({ endpoint: throughProxy() });
}, 60_000);
afterAll(async () => {
  await clients.close();
  await proxy.stop();
  await redis.close();
});

it.each(['6.0.', '5.0.', '2.8.'])('Redis %s is refused, and nothing is written', async (version) => {
  shownVersion = version;
  const connection = clients.startConnecting();
  await connection.waitForReady(callUntil(Date.now() + 10_000));
  await expect(connection.requireUsableServer()).rejects.toThrow(
    new RegExp(`^Redis ${version.replaceAll('.', '\\.')}\\d* is too old\\. Use Redis 6\\.2 or later\\.$`),
  );
  await expect(connection.probe(unboundedCall, 'refused:')).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  expect(await redis.admin.keys('refused:*')).toEqual([]);
});

it.each(['6.2.', '7.0.', '10.0'])('Redis %s is accepted', async (version) => {
  shownVersion = version;
  const connection = clients.startConnecting();
  await connection.waitForReady(callUntil(Date.now() + 10_000));
  await connection.requireUsableServer();
  await connection.probe(unboundedCall, 'accepted:');
});

it('a connection is accepted after the server was upgraded', async () => {
  shownVersion = '6.0.';
  const connection = clients.startConnecting();
  await connection.waitForReady(callUntil(Date.now() + 10_000));
  await expect(connection.requireUsableServer()).rejects.toThrow('too old');
  shownVersion = undefined;
  proxy.cut();
  await eventually(() =>
    connection.probe(unboundedCall, 'upgraded:').then(
      () => true,
      () => false,
    ),
  );
});

it('a user without the permission for INFO is accepted, because the version is unknown', async () => {
  shownVersion = '6.0.';
  await redis.admin.acl('SETUSER', 'limited', 'on', '>password', '~*', '&*', '+@all', '-info');
  const endpoint = { ...throughProxy(), login: { username: 'limited', password: 'password' } };
  const connection = clients.startConnecting({ endpoint });
  await connection.waitForReady(callUntil(Date.now() + 10_000));
  await connection.requireUsableServer();
});

it('the service does not start with Redis 6.0, and its message names the version', async () => {
  shownVersion = '6.0.';
  const env = { ORCHESTRATOR__REDIS__URL: `redis://127.0.0.1:${proxy.port}` };
  const error: unknown = await startBuiltServer(env).then(
    async (server) => `the service started, and ended with ${await server.stop()}`,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ServerStartError);
  expect(error).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/Redis 6\.0\.\d+ is too old\. Use Redis 6\.2/),
  });
}, 60_000);
