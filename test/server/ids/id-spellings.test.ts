import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DescMethod, fromJson, type JsonObject, type JsonValue, toBinary } from '@bufbuild/protobuf';
import type { ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { ListTurnsResponse } from '../../../gen/focal/orchestration/v1/session_service';
import { loadContract } from '../../../src/server/grpc/validation/contract';
import type { Clock } from '../../../src/server/ports/clock';
import { RedisCatalogue } from '../../../src/server/stores/redis/redis-catalogue';
import { RedisSessionIndex } from '../../../src/server/stores/redis/redis-session-index';
import { RedisTurnFeed } from '../../../src/server/stores/redis/redis-turn-feed';
import { noopTelemetry } from '../../../src/server/telemetry';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { spellIds } from '../../support/id-spellings';
import {
  createService,
  openEmbeddedStores,
  type ServiceUnderTest,
  type StoresUnderTest,
} from '../../support/service-under-test';
import { RedisUnderTest } from '../stores/redis/redis-under-test';

// The examples of the contract, in an order in which they follow from each other. Each is called twice, so that each call that changes
// something is also a retry.

const { registry } = loadContract();
const methods = [...registry].flatMap((type) =>
  type.kind === 'service' && type.typeName.startsWith('focal.') ? type.methods : [],
);
const first = ['PutScenario', 'PutRelationship', 'ProcessTurn'];
const last = [
  'DeleteRelationship',
  'ListRelationships',
  'DeleteSession',
  'DeleteCustomer',
  'GetSession',
  'DeleteScenario',
  'ListScenarios',
];
const others = methods.map(({ name }) => name).filter((name) => ![...first, ...last].includes(name));
const order = [...first, ...others, ...last].flatMap((name) => [name, name]);

interface Example {
  readonly method: DescMethod;
  readonly requests: readonly JsonValue[];
  /** Number of answers to wait for: a stream that does not end is canceled after them. */
  readonly answerCount: number;
}

function readExample(name: string): Example {
  const method = methods.find((each) => each.name === name);
  if (method === undefined) throw new Error(`the contract has no method ${name}`);
  const path = join(__dirname, '..', '..', '..', 'docs', 'contract-examples', `${name}.json`);
  const { request, response } = JSON.parse(readFileSync(path, 'utf8'));
  const requests = Array.isArray(request) ? request : [request];
  // An earlier example may have changed the session since the page was written, so a retry of a turn has one answer as well.
  return { method, requests, answerCount: name.startsWith('Watch') ? response.length : Number.POSITIVE_INFINITY };
}

/** The bytes of a response in hexadecimal, or the status and reason of a failed call. */
function call(grpc: GrpcUnderTest, { method, requests, answerCount }: Example): Promise<readonly string[]> {
  const answers: string[] = [];
  const stream = grpc.client.makeBidiStreamRequest<Uint8Array, Buffer>(
    `/${method.parent.typeName}/${method.name}`,
    Buffer.from,
    (bytes) => bytes,
  );
  for (const request of requests) stream.write(toBinary(method.input, fromJson(method.input, request, { registry })));
  stream.end();
  return new Promise<readonly string[]>((resolve) => {
    stream.on('data', (bytes: Buffer) => {
      answers.push(bytes.toString('hex'));
      if (answers.length === answerCount) resolve(answers);
    });
    stream.on('error', (error: ServiceError) => {
      const { status, reason, message } = new CallError(method.name, error);
      resolve([...answers, `${status} ${reason} ${message}`]);
    });
    // The answers of a stream of requests come in any order.
    stream.on('end', () => resolve(method.methodKind === 'bidi_streaming' ? answers.sort() : answers));
  }).finally(() => stream.cancel());
}

interface Running {
  readonly service: ServiceUnderTest;
  readonly grpc: GrpcUnderTest;
}

async function start(open: (clock: Clock) => Promise<StoresUnderTest>, clock: Clock): Promise<Running> {
  const service = createService(await open(clock), { clock });
  // A call whose deadline has passed on the system clock would be refused.
  const grpc = await startGrpc(service.useCases, { turnTimeoutMs: 600_000 }, noopTelemetry, { clock });
  return { service, grpc };
}

async function openRedisStores(clock: Clock): Promise<StoresUnderTest> {
  const redis = await RedisUnderTest.start();
  const keySpace = { prefix: redis.nextPrefix(), partitions: 1 };
  const store = await redis.createStore({ clock, keyPrefix: keySpace.prefix, partitions: 1 });
  const feed = new RedisTurnFeed(await redis.connect(), keySpace);
  const index = new RedisSessionIndex(await redis.connect(), keySpace, { clock });
  const scenarios = new RedisCatalogue(await redis.connect(), { keyPrefix: redis.nextPrefix() });
  return {
    store,
    feed,
    index,
    scenarios,
    async close() {
      await scenarios.close();
      await redis.close();
    },
  };
}

/**
 * The system clock until it is stopped. From then on no time passes, so that equal calls have equal answers. A clock that stops before
 * Redis has started would be behind that of Redis.
 */
class StoppableClock implements Clock {
  private stoppedAt: number | undefined;

  now(): number {
    return this.stoppedAt ?? Date.now();
  }

  stop(): void {
    this.stoppedAt = Date.now();
  }
}

/**
 * The methods that have a failing call for ids in lower case, too: they are not implemented, their retry has an earlier version, or the
 * session is deleted.
 */
const failing = ['PlanMigration', 'ApplyMigration', 'PutFields', 'GetSession', 'DeleteScenario'];

describe.each([
  ['the embedded store', async (clock: Clock) => openEmbeddedStores(clock)],
  ['Redis', openRedisStores],
])('On %s', (_store, open) => {
  test.each([1, 2, 3])('every method answers and does the same for ids in any spelling (seed %d)', async (seed) => {
    const random = new SeededRandom(seed);
    const clock = new StoppableClock();
    const lower = await start(open, clock);
    const spelled = await start(open, clock);
    clock.stop();
    const failed = new Set<string>();
    try {
      for (const [index, name] of order.entries()) {
        const example = readExample(name);
        const requests = spellIds([...example.requests], () => random.next() < 0.5);
        const expected = await call(lower.grpc, example);
        if (expected.some((answer) => !/^[0-9a-f]*$/.test(answer))) failed.add(name);
        expect({ index, name, answers: await call(spelled.grpc, { ...example, requests }) }).toEqual({
          index,
          name,
          answers: expected,
        });
      }
      expect([...failed]).toEqual(failing);
    } finally {
      for (const { grpc, service } of [lower, spelled]) {
        await grpc.stop();
        await service.close();
      }
    }
  });
});

test('the token of a page is valid for the same list in any spelling', async () => {
  const random = new SeededRandom(4);
  const now = Date.now();
  const { grpc, service } = await start(async (clock) => openEmbeddedStores(clock), { now: () => now });
  try {
    await call(grpc, readExample('PutScenario'));
    const turnExample = readExample('ProcessTurn');
    const { turn = {} } = toObject(turnExample.requests[0] ?? null);
    for (const turn_id of ['aaaaaaaa-0f5c-4f4c-9a39-000000000001', 'aaaaaaaa-0f5c-4f4c-9a39-000000000002']) {
      await call(grpc, { ...turnExample, requests: [{ turn: { ...toObject(turn), turn_id } }] });
    }
    const example = readExample('ListTurns');
    const list = async (pageToken: string, isUpper: () => boolean) => {
      const requests = example.requests.map((request) => ({ ...toObject(request), page_token: pageToken }));
      const [answer = ''] = await call(grpc, { ...example, requests: spellIds(requests, isUpper) });
      return ListTurnsResponse.decode(Buffer.from(answer, 'hex'));
    };
    const first = await list('', () => false);
    expect(first.nextPageToken).not.toBe('');
    const second = await list(first.nextPageToken, () => random.nextBoolean(0.5));
    expect(second).toEqual(await list(first.nextPageToken, () => false));
    expect(second.turns[0]?.revision).toBe(2);
  } finally {
    await grpc.stop();
    await service.close();
  }
});

function toObject(json: JsonValue): JsonObject {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('The request is not an object.');
  return json;
}
