import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { CloudEvent } from '../../../src/cli/export/cloud-event';
import { findFreePort } from '../../../tools/redis/free-port';
import { eventually } from '../eventually';
import type { SinkUnderTest } from './sink-under-test';

const subject = 'scenarios.feed';
const stream = 'feed';

/** Whether nats-server is installed. scripts/ensure-programs.mjs installs it if it can. If not, logs what is not tested. */
export function hasNatsServer(): boolean {
  if (spawnSync('nats-server', ['--version']).status === 0) return true;
  console.warn(
    'Not tested, because nats-server is not installed (Debian: apt-get install nats-server): export to NATS.',
  );
  return false;
}

/** A stream of a nats-server with JetStream, which keeps its messages when the server is killed. */
export async function startNats(): Promise<SinkUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'nats-'));
  const port = await findFreePort();
  const address = `127.0.0.1:${port}`;
  let server: ChildProcess;
  const start = async () => {
    server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], { stdio: 'ignore' });
    const killed = server;
    process.once('exit', () => killed.kill('SIGKILL'));
    await eventually(() => canConnect(address));
  };
  const kill = async () => {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  await start();
  await withConnection(address, async (connection) => {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: stream, subjects: [`${subject}.>`] });
  });
  const readMessages = () =>
    withConnection(address, async (connection) => {
      const manager = await jetstreamManager(connection);
      const { messages } = (await manager.streams.info(stream)).state;
      const consumer = await jetstream(connection).consumers.get(stream);
      const read: CloudEvent[] = [];
      if (messages === 0) return read;
      for await (const message of await consumer.fetch({ max_messages: messages, expires: 10_000 })) {
        read.push(JSON.parse(message.string()));
        if (read.length === messages) break;
      }
      return read;
    });
  return {
    args: ['nats', '--sink-servers', address, '--subject', subject, '--sink-timeout', '2'],
    env: {},
    outage: { start: kill, end: start },
    ignoresRepeats: true,
    // The server may be unavailable.
    read: async () => ((await canConnect(address)) ? readMessages() : []),
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function withConnection<Result>(
  servers: string,
  action: (connection: NatsConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await connect({ servers, reconnect: false });
  try {
    return await action(connection);
  } finally {
    await connection.close();
  }
}

async function canConnect(servers: string): Promise<boolean> {
  return withConnection(servers, async () => true).catch(() => false);
}
