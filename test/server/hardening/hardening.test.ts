import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { healthOf } from '../../support/health';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { getCallOutcome } from './call-outcome';
import { type Mutation, mutations } from './mutations';
import { type ProtocolMisuse, protocolMisuses } from './protocol-misuses';
import { sampleRequest } from './sample-requests';

const seed = 20_260_105;
const roundSize = 100;
const warmUpCalls = 300;
const allowedGrowth = 50 * 1_048_576;

/** Something to send, and the name under which docs/hardening.md tells how it is answered. */
interface Attack {
  readonly name: string;
  readonly send: () => Promise<string>;
}

const classes: readonly (Mutation | ProtocolMisuse)[] = [...mutations, ...protocolMisuses];
const random = new SeededRandom(seed);

let redis: RedisServer;
let server: BuiltServer;
let client: Client;
let residentBefore: number;
/** By class, every answer that came, and how many requests were sent. */
const answers = new Map<string, Set<string>>();
let sent = 0;
/** The answers to the good calls, one after each round. */
const goodAnswers: string[] = [];

beforeAll(async () => {
  await ensureBuilt();
  redis = await startRedisServer();
  // Freed memory given back as in the image; few sessions in memory, which would count as what the requests left there; places for what
  // is sent beside a flood; a busy machine takes its time.
  server = await startBuiltServer({
    NODE_OPTIONS: `--require ${join(__dirname, '..', '..', 'support', 'collect-garbage.cjs')}`,
    MALLOC_TRIM_THRESHOLD_: '131072',
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
  // What is compiled, pooled and cached on the first use of anything is there before it is measured.
  for (let calls = 0; calls < warmUpCalls; calls += roundSize) {
    await Promise.all(Array.from({ length: roundSize }, () => getCallOutcome(client, sampleRequest(random))));
  }
  for (const one of classes) await attackOf(one, random.fork()).send();
  residentBefore = await residentBytes();
  const attacks = shuffled(everyAttack());
  for (let at = 0; at < attacks.length; at += roundSize) {
    await Promise.all(attacks.slice(at, at + roundSize).map(note));
    goodAnswers.push(await getCallOutcome(client, sampleRequest(random)));
  }
}, 1_800_000);

afterAll(async () => {
  client?.close();
  await server?.stop();
  await redis?.stop();
});

/** Every attack, each with choices of its own, so that what it does depends on nothing but the seed. */
function everyAttack(): Attack[] {
  return classes.flatMap((one) => Array.from({ length: one.count }, () => attackOf(one, random.fork())));
}

function attackOf(one: Mutation | ProtocolMisuse, own: SeededRandom): Attack {
  const send = () =>
    'createRequest' in one ? getCallOutcome(client, one.createRequest(own)) : one.send(server.address, own);
  return { name: one.name, send };
}

function shuffled<T>(list: T[]): readonly T[] {
  for (let rest = list.length; rest > 1; rest -= 1) {
    const [picked] = list.splice(random.below(rest), 1);
    if (picked !== undefined) list.push(picked);
  }
  return list;
}

async function note({ name, send }: Attack): Promise<void> {
  const answer = await send();
  const known = answers.get(name) ?? new Set();
  answers.set(name, known.add(answer));
  sent += 1;
}

/** Memory that the server has in use, as the system counts it, after it has collected its garbage. */
async function residentBytes(): Promise<number> {
  server.process.kill('SIGUSR2');
  await healthOf(server.address);
  const kibibytes = execFileSync('ps', ['-o', 'rss=', '-p', String(server.process.pid)], { encoding: 'utf8' });
  return Number(kibibytes) * 1_024;
}

/** What the page says of each class: how many are sent, and the answers. */
function documented(): ReadonlyMap<string, { readonly count: number; readonly answers: readonly string[] }> {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'hardening.md'), 'utf8');
  const rows = [...page.matchAll(/^\| ([^|]+) \| ([\d,]+) \| ([^|]*)\|$/gm)];
  return new Map(
    rows.map(([, name = '', count = '', told = '']) => [
      name,
      {
        count: Number(count.replace(',', '')),
        answers: [...told.matchAll(/`([^`]+)`/g)].map(([, answer = '']) => answer),
      },
    ]),
  );
}

test('10,000 hostile requests are sent, of the classes that the documentation names', () => {
  expect(sent).toBe(10_000);
  expect(new Map([...documented()].map(([name, { count }]) => [name, count]))).toEqual(
    new Map(classes.map(({ name, count }) => [name, count])),
  );
});

test.each(classes)('$name: is answered as documented, and in no other way', ({ name }) => {
  expect([...(answers.get(name) ?? [])].sort()).toEqual([...(documented().get(name)?.answers ?? [])].sort());
});

test('a good call is answered after each hundred', () => {
  expect(goodAnswers).toEqual(Array.from({ length: 100 }, () => 'OK'));
});

test('the server still serves, and found no defect in itself', async () => {
  expect(await healthOf(server.address)).toBe('SERVING');
  expect(server.stderr().trim().split('\n')).toEqual([expect.stringContaining('listens on')]);
  expect(server.stdout()).not.toContain('by a defect');
});

test('its memory is back within 50 MB of where it began', async () => {
  await eventually(async () => (await residentBytes()) < residentBefore + allowedGrowth);
}, 120_000);
