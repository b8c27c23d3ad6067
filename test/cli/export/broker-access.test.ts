import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type Sink, SinkUnavailableError } from '../../../src/cli/export/sink';
import { createNatsSink, type NatsSinkOptions } from '../../../src/cli/export/sinks/nats-sink';
import { createRedisSink, type RedisSinkOptions } from '../../../src/cli/export/sinks/redis-sink';
import { findFreePort } from '../../../tools/redis/free-port';
import { eventually } from '../../support/eventually';
import { createEvent } from '../../support/exported-events';
import { hasNatsServer } from '../../support/sinks/nats-under-test';

// Users, passwords and TLS of brokers.

const pki = (name: string) => join(__dirname, '..', '..', 'support', 'pki', name);
const ca = readFileSync(pki('ca.pem'), 'utf8');

let folder: string;
const servers: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brokers-'));
});
afterAll(async () => {
  for (const server of servers) {
    if (server.exitCode !== null) continue;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  }
  rmSync(folder, { recursive: true, force: true });
});

async function startServer(program: string, args: readonly string[], port: number): Promise<void> {
  const server = spawn(program, args, { stdio: 'ignore' });
  servers.push(server);
  process.once('exit', () => server.kill('SIGKILL'));
  await eventually(async () => {
    const socket = connectSocket(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  });
}

/** Writes one event. Resolves to "" or the message of the error. */
async function write(sink: Sink): Promise<string> {
  try {
    await sink.write([createEvent('a', 'session')]);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(SinkUnavailableError);
    return String(error);
  } finally {
    await sink.close();
  }
}

test('Redis gets the user, the password and TLS', async () => {
  const port = await findFreePort();
  const files = [
    '--tls-cert-file',
    pki('server.pem'),
    '--tls-key-file',
    pki('server.key'),
    '--tls-ca-cert-file',
    pki('ca.pem'),
  ];
  const user = ['--user', 'exporter', 'on', '>secret', '~feed', '+@all'];
  const args = [
    '--port',
    '0',
    '--tls-port',
    String(port),
    '--tls-auth-clients',
    'no',
    ...files,
    '--dir',
    folder,
    '--save',
    '',
    ...user,
  ];
  await startServer('redis-server', args, port);
  const create = (options: Partial<RedisSinkOptions>, url = `rediss://localhost:${port}`) =>
    createRedisSink({
      url: new URL(url),
      username: 'exporter',
      password: 'secret',
      ca,
      key: 'feed',
      maxLength: 0,
      timeoutMs: 30_000,
      ...options,
    });
  expect(await write(create({}))).toBe('');
  expect(
    await write(create({ username: undefined, password: undefined }, `rediss://exporter:secret@localhost:${port}/0`)),
  ).toBe('');
  expect(await write(create({ password: 'wrong' }))).toContain('WRONGPASS');
  expect(await write(create({ key: 'other' }))).toContain('NOPERM');
  expect(await write(create({ ca: undefined }))).toMatch(/certificate/);
});

const testNats = hasNatsServer() ? test : test.skip;

testNats('NATS gets the user, the password and TLS, and a missing stream is reported', async () => {
  const port = await findFreePort();
  const tls = ['--tls', '--tlscert', pki('server.pem'), '--tlskey', pki('server.key')];
  const args = [
    '-a',
    '127.0.0.1',
    '-p',
    String(port),
    '-js',
    '-sd',
    folder,
    '--user',
    'exporter',
    '--pass',
    'secret',
    ...tls,
  ];
  await startServer('nats-server', args, port);
  const access = { username: 'exporter', password: 'secret', ca, credentials: undefined };
  const create = (options: Partial<NatsSinkOptions>) =>
    createNatsSink({
      servers: [`localhost:${port}`],
      subject: 'feed',
      usesTls: true,
      timeoutMs: 30_000,
      ...access,
      ...options,
    });
  expect(await write(create({}))).toContain('No stream has the subject feed.>: create one');

  const connection = await connect({ servers: `localhost:${port}`, user: 'exporter', pass: 'secret', tls: { ca } });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'feed', subjects: ['feed.>'], max_msg_size: 400 });
  await connection.close();
  expect(await write(create({}))).toBe('');
  expect(await write(create({ password: 'wrong' }))).toMatch(/[Aa]uthorization/);
  expect(await write(create({ ca: undefined }))).toMatch(/certificate/);
  const sink = create({});
  await expect(sink.write([{ ...createEvent('b', 'session'), data: { text: 'x'.repeat(500) } }])).rejects.toThrow(
    'exceeds maximum',
  );
  await expect(sink.write([{ ...createEvent('c', 'session'), data: { text: 'x'.repeat(1_100_000) } }])).rejects.toThrow(
    'max_payload',
  );
  await sink.close();
});
