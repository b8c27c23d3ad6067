import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { CloudEvent } from '../../../src/cli/export/cloud-event';
import { findFreePort } from '../../../tools/redis/free-port';
import { eventually } from '../eventually';
import type { SinkUnderTest } from './sink-under-test';

const topic = 'scenarios';
const archives = join(__dirname, '..', '..', '..', 'node_modules', '.cache', 'kafka', 'lib');

/** Whether a broker is present. scripts/kafka.mjs downloads it if there are Java and Maven. If not, logs what is not tested. */
export function hasKafka(): boolean {
  if (existsSync(archives)) return true;
  console.warn(
    'Not tested, because there is no broker (node scripts/ensure-programs.mjs, with Java 17 and Maven): export to Kafka.',
  );
  return false;
}

/** A topic with 3 partitions of a broker, which keeps its records when it is killed. */
export async function startKafka(): Promise<SinkUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-'));
  const [port, controllerPort] = [await findFreePort(), await findFreePort()];
  const address = `127.0.0.1:${port}`;
  const settings = join(folder, 'server.properties');
  writeFileSync(settings, formatSettings(join(folder, 'data'), port, controllerPort));
  const java = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(archives, '*')];
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAA', '-c', settings];
  execFileSync('java', [...java, ...format], { stdio: 'pipe' });
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING });

  let server: ChildProcess;
  const start = async () => {
    server = spawn('java', [...java, 'kafka.Kafka', settings], { stdio: 'ignore' });
    const killed = server;
    process.once('exit', () => killed.kill('SIGKILL'));
    await eventually(async () => (await listOffsets(kafka)) !== undefined);
  };
  const kill = async () => {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  await start();
  return {
    args: ['kafka', '--sink-servers', address, '--topic', topic, '--sink-timeout', '2'],
    env: {},
    outage: { start: kill, end: start },
    read: async () => (await readTopic(kafka)) ?? [],
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function formatSettings(data: string, port: number, controllerPort: number): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.enable': false,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Returns the number of records in the topic, which is created if it does not exist; undefined if the broker is unavailable. */
async function listOffsets(kafka: Kafka): Promise<number | undefined> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  } catch {
    return undefined;
  } finally {
    await admin.disconnect();
  }
}

/** Returns the records of the topic, each partition in order; undefined if the broker is unavailable. */
async function readTopic(kafka: Kafka): Promise<readonly CloudEvent[] | undefined> {
  const count = await listOffsets(kafka);
  if (count === undefined || count === 0) return undefined;
  const consumer = kafka.consumer({ groupId: `test-${Math.random()}`, maxWaitTimeInMs: 100 });
  try {
    const events: CloudEvent[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            const event: CloudEvent = JSON.parse(String(message.value));
            if (String(message.key) !== event.subject) reject(new Error('The key is not the session.'));
            events.push(event);
            if (events.length >= count) resolve();
          },
        })
        .catch(reject);
    });
    return events;
  } finally {
    await consumer.disconnect();
  }
}
