import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { defaultPartitions, getSessionKeys } from '../../../src/server/stores/redis/redis-keys';
import { eventually } from '../../support/eventually';
import { callMethod, callRaw, type GrpcUnderTest } from '../../support/grpc-under-test';
import { startRedisNode } from '../../support/redis-node';
import { turnRequest } from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';
import { WatchStream } from '../../support/watch-stream';
import { RedisUnderTest } from '../stores/redis/redis-under-test';

jest.setTimeout(60_000);

const key = { tenantId: uuid(1), sessionId: uuid(3) };
const { processTurn } = OrchestratorServiceService;
const range = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('WatchSession on two nodes with one Redis', () => {
  let redis: RedisUnderTest;
  let keyPrefix: string;
  let a: GrpcUnderTest;
  let b: GrpcUnderTest;

  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  afterAll(() => redis.close());

  const start = async (recordedTurns = 1_000) => {
    keyPrefix = redis.nextPrefix();
    [a, b] = await Promise.all([
      startRedisNode(redis, { keyPrefix, turnLimits: { recordedTurns } }),
      startRedisNode(redis, { keyPrefix, turnLimits: { recordedTurns } }),
    ]);
  };
  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
  });

  const turn = (node: GrpcUnderTest, number: number) =>
    callRaw(node, processTurn.path, turnRequest({ turnId: uuid(1_000 + number) }));
  const countSubscribers = async () => {
    const channel = getSessionKeys({ prefix: keyPrefix, partitions: defaultPartitions }, key).session;
    return Number((await redis.admin.pubsub('NUMSUB', channel))[1]);
  };

  /** Reads `count` turns from cursor to cursor, a few at a time and alternately from both nodes. */
  const readInParts = async (count: number): Promise<WatchStream['turns']> => {
    const turns: WatchStream['turns'] = [];
    for (let part = 0; turns.length < count; part += 1) {
      const last = turns.at(-1);
      const watching = new WatchStream(part % 2 ? a : b, {
        afterRevision: last?.revision ?? 0,
        afterTurnId: last?.turnId ?? '',
      });
      await watching.waitForTurns(1 + (part % 3));
      turns.push(...watching.turns);
      await watching.cancel();
    }
    return turns;
  };

  it('sends every turn once and in order while both nodes commit and clients disconnect and resume', async () => {
    await start();
    const count = 60;
    const whole = [a, b, a].map((node) => new WatchStream(node, { afterRevision: 0 }));
    const committing = Promise.all(range(count).map((number) => turn(number % 2 ? a : b, number)));
    const parts = await Promise.all([readInParts(count - 3), readInParts(count - 3)]);
    await committing;
    for (const watching of whole) await watching.waitForTurns(count);
    for (const watching of whole) expect(watching.revisions).toEqual(range(count));
    for (const part of parts) expect(part.map(({ revision }) => revision)).toEqual(range(part.length));
    const [first] = whole;
    const ids = first?.turns.map(({ turnId }) => turnId) ?? [];
    expect([...ids].sort()).toEqual(range(count).map((number) => uuid(1_000 + number)));
    for (const part of parts) expect(part.map(({ turnId }) => turnId)).toEqual(ids.slice(0, part.length));
    expect(first?.turns.map(({ response }) => response?.revision)).toEqual(range(count));
    for (const watching of whole) await watching.cancel();
    await eventually(async () => (await countSubscribers()) === 0);
  });

  it('continues without a gap after the connection for notifications was closed', async () => {
    await start();
    const watching = new WatchStream(a, { afterRevision: 0 });
    for (let number = 1; number <= 9; number += 1) {
      if (number % 3 === 0) await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await turn(b, number);
      await watching.waitForTurns(number);
    }
    expect(watching.revisions).toEqual(range(9));
    await watching.cancel();
  });

  it('ends for a cursor that is too old, and for a deleted session', async () => {
    await start(5);
    for (const number of range(12)) await turn(number % 2 ? a : b, number);
    expect(await new WatchStream(a, { afterRevision: 3 }).ended).toMatchObject({
      status: 'OUT_OF_RANGE',
      reason: 'CURSOR_TOO_OLD',
      metadata: { cursor: '3', oldest_cursor: '7' },
    });
    const watching = new WatchStream(a, { afterRevision: 7 });
    await watching.waitForTurns(5);
    await callMethod(b, SessionServiceService.deleteSession, key);
    expect(await watching.ended).toMatchObject({ status: 'NOT_FOUND', metadata: { cursor: '12' } });
    const restarted = new WatchStream(a, { afterRevision: 0 });
    await turn(b, 1);
    await restarted.waitForTurns(1);
    expect(restarted.revisions).toEqual([1]);
    await restarted.cancel();
  });
});
