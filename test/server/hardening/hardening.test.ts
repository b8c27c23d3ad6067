import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { readReport } from '../../../tools/bench/hold/read-report';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { findFreePort } from '../../../tools/redis/free-port';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { getHealth } from '../../support/health';
import { getCallOutcome } from './call-outcome';
import { type Mutation, mutations } from './mutations';
import { type ProtocolMisuse, protocolMisuses } from './protocol-misuses';
import { createSampleRequest } from './sample-requests';

const seed = 20_260_105;
const roundSize = 100;
const warmUpCalls = 300;
const maxMeasurements = 30;
const mebibyte = 1_048_576;
const maxUsedGrowthBytes = 5 * mebibyte;
const maxResidentGrowthBytes = 50 * mebibyte;

/** A request to send, and the name of its class in docs/hardening.md. */
interface Attack {
  readonly name: string;
  readonly send: () => Promise<string>;
}

/** Memory of the server after garbage collection, in bytes. */
interface Memory {
  /** Live objects, buffers, and the native memory that Node.js reports to V8, such as that of HTTP/2 sessions. */
  readonly used: number;
  readonly resident: number;
}

const classes: readonly (Mutation | ProtocolMisuse)[] = [...mutations, ...protocolMisuses];
const random = new SeededRandom(seed);

let redis: RedisProcess;
let server: BuiltServer;
let client: Client;
let folder: string;
let baseline: Memory;
/** The received answers by class of attack. */
const answers = new Map<string, Set<string>>();
/** Number of requests that were sent. */
let sentCount = 0;
/** The outcomes of the valid calls, one call after each round. */
const validCallAnswers: string[] = [];

beforeAll(async () => {
  await ensureBuilt();
  redis = await RedisProcess.start();
  folder = await mkdtemp(join(tmpdir(), 'orchestrator-hardening-'));
  // glibc returns freed memory to the system as it does in the image, and also freed blocks of 16 KiB or more, so that its free
  // lists do not count as a leak. The server caches few sessions, because cached sessions would count as a leak. It allows many
  // calls, so that other requests are not rejected during a flood. The timeouts are long, because the machine may be busy.
  const holdMonitorPort = await findFreePort();
  const modules = [
    join(__dirname, '..', '..', 'support', 'report-memory.cjs'),
    join(__dirname, '..', '..', '..', 'dist', 'tools', 'bench', 'hold', 'hold-monitor.js'),
  ];
  server = await startBuiltServer({
    NODE_OPTIONS: modules.map((path) => `--require ${path}`).join(' '),
    HOLD_MONITOR_PORT: String(holdMonitorPort),
    MEMORY_REPORT: getReportPath(),
    MALLOC_TRIM_THRESHOLD_: '131072',
    MALLOC_MMAP_THRESHOLD_: '16384',
    ORCHESTRATOR__REDIS__URL: redis.url,
    ORCHESTRATOR__REDIS__CACHED_SESSIONS: '100',
    ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
    ORCHESTRATOR__SERVER__MAX_CALLS_IN_FLIGHT: '100000',
    ORCHESTRATOR__SERVER__TURN_TIMEOUT_MS: '600000',
    ORCHESTRATOR__SERVER__KEEPALIVE_TIMEOUT_MS: '600000',
  });
  client = new Client(server.address, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
    'grpc.enable_retries': 0,
  });
  // Fills caches and pools before the memory is measured.
  for (let calls = 0; calls < warmUpCalls; calls += roundSize) {
    await Promise.all(Array.from({ length: roundSize }, () => getCallOutcome(client, createSampleRequest(random))));
  }
  for (const attackClass of classes) await createAttack(attackClass, random.fork()).send();
  baseline = await measureMemory();
  await readReport(holdMonitorPort);
  const attacks = shuffle(createAttacks());
  for (let at = 0; at < attacks.length; at += roundSize) {
    await Promise.all(attacks.slice(at, at + roundSize).map(sendAttack));
    validCallAnswers.push(await getCallOutcome(client, createSampleRequest(random)));
  }
  // Printed only, because it depends on the machine.
  const { longestMs, longestCpuMs } = await readReport(holdMonitorPort);
  const figures = `${longestMs.toFixed(0)} ms, ${longestCpuMs.toFixed(0)} ms of CPU time`;
  process.stdout.write(`${sentCount} hostile requests: longest hold of the event loop ${figures}\n`);
}, 1_800_000);

afterAll(async () => {
  client?.close();
  await server?.stop();
  await redis?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** Creates all attacks. Each attack has its own random generator, so that it depends on the seed only. */
function createAttacks(): Attack[] {
  return classes.flatMap((attackClass) =>
    Array.from({ length: attackClass.count }, () => createAttack(attackClass, random.fork())),
  );
}

function createAttack(attackClass: Mutation | ProtocolMisuse, generator: SeededRandom): Attack {
  const send = () =>
    'createRequest' in attackClass
      ? getCallOutcome(client, attackClass.createRequest(generator))
      : attackClass.send(server.address, generator);
  return { name: attackClass.name, send };
}

function shuffle<T>(list: T[]): readonly T[] {
  for (let rest = list.length; rest > 1; rest -= 1) {
    const [picked] = list.splice(random.nextInt(rest), 1);
    if (picked !== undefined) list.push(picked);
  }
  return list;
}

async function sendAttack({ name, send }: Attack): Promise<void> {
  const answer = await send();
  const known = answers.get(name) ?? new Set();
  answers.set(name, known.add(answer));
  sentCount += 1;
}

function getReportPath(): string {
  return join(folder, 'memory.json');
}

/** Measures the memory of the server. The second collection frees what the first one finalized. */
async function measureMemory(): Promise<Memory> {
  await collectGarbage();
  return collectGarbage();
}

async function collectGarbage(): Promise<Memory> {
  rmSync(getReportPath(), { force: true });
  server.process.kill('SIGUSR2');
  await eventually(async () => existsSync(getReportPath()) || server.process.exitCode !== null);
  const { heapUsed, external, rss }: NodeJS.MemoryUsage = JSON.parse(readFileSync(getReportPath(), 'utf8'));
  return { used: heapUsed + external, resident: rss };
}

/**
 * Returns the growth of the memory since the baseline, in bytes. Connections close after the last answers, so it measures again while the
 * growth is not below the limit.
 */
async function measureGrowth(kind: keyof Memory, limit: number): Promise<number> {
  let growth = Number.POSITIVE_INFINITY;
  for (let measurements = 0; measurements < maxMeasurements && growth >= limit; measurements += 1) {
    growth = (await measureMemory())[kind] - baseline[kind];
  }
  return growth;
}

/** Reads the number of requests and the answers of each class from docs/hardening.md. */
function readDocumentedAnswers(): ReadonlyMap<string, { readonly count: number; readonly answers: readonly string[] }> {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'hardening.md'), 'utf8');
  const rows = [...page.matchAll(/^\| ([^|]+) \| ([\d,]+) \| ([^|]*)\|$/gm)];
  return new Map(
    rows.map(([, name = '', count = '', documentedAnswers = '']) => [
      name,
      {
        count: Number(count.replace(',', '')),
        answers: [...documentedAnswers.matchAll(/`([^`]+)`/g)].map(([, answer = '']) => answer),
      },
    ]),
  );
}

test('10,000 malformed requests of the documented classes are sent', () => {
  expect(sentCount).toBe(10_000);
  expect(new Map([...readDocumentedAnswers()].map(([name, { count }]) => [name, count]))).toEqual(
    new Map(classes.map(({ name, count }) => [name, count])),
  );
});

test.each(classes)('$name: all answers are documented, and all documented answers occur', ({ name }) => {
  expect([...(answers.get(name) ?? [])].sort()).toEqual([...(readDocumentedAnswers().get(name)?.answers ?? [])].sort());
});

test('a valid call succeeds after each hundred requests', () => {
  expect(validCallAnswers).toEqual(Array.from({ length: 100 }, () => 'OK'));
});

test('the server keeps serving and logs no internal error', async () => {
  expect(await getHealth(server.address)).toBe('SERVING');
  expect(server.getStderr().trim().split('\n')).toEqual([expect.stringContaining('listens on')]);
  expect(server.getStdout()).not.toContain('internal error');
});

test('the memory in use returns to within 5 MB of the baseline', async () => {
  expect(await measureGrowth('used', maxUsedGrowthBytes)).toBeLessThan(maxUsedGrowthBytes);
}, 120_000);

test('the resident memory returns to within 50 MB of the baseline', async () => {
  expect(await measureGrowth('resident', maxResidentGrowthBytes)).toBeLessThan(maxResidentGrowthBytes);
}, 120_000);
