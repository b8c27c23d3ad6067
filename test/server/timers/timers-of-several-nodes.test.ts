import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import type { Clock } from '../../../src/server/ports/clock';
import type { TimerStore } from '../../../src/server/ports/timer-store';
import { RedisTimerStore } from '../../../src/server/stores/redis/redis-timer-store';
import type { TimerScheduler, TimerSettings } from '../../../src/server/timers/timer-scheduler';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { unboundedCall } from '../../support/calls';
import { eventually } from '../../support/eventually';
import { FakeClock } from '../../support/fake-clock';
import { MemoryCatalogue } from '../../support/memory-catalogue';
import { createService, type ServiceUnderTest } from '../../support/service-under-test';
import {
  createScheduler,
  fireAllDue,
  listTurns,
  minute,
  putSurvey,
  startSurvey,
} from '../../support/timers-under-test';
import { readPage } from '../stores/contract/timers.contract';
import { RedisUnderTest } from '../stores/redis/redis-under-test';

const partitions = 8;
const sessions = 24;

/** Nodes with their own connections to one Redis. */
describe('the timers of several nodes', () => {
  let redis: RedisUnderTest;
  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  afterAll(() => redis.close());

  let keyPrefix: string;
  let scenarios: MemoryCatalogue;
  let monotonicClock: FakeClock;
  let services: ServiceUnderTest[];
  let schedulers: TimerScheduler[];
  let start: number;

  beforeEach(async () => {
    keyPrefix = redis.nextPrefix();
    scenarios = new MemoryCatalogue();
    monotonicClock = new FakeClock();
    services = [];
    schedulers = [];
    start = Date.now() - 5 * minute - 1;
  });
  afterEach(async () => {
    for (const scheduler of schedulers) await scheduler.stop(60_000);
    for (const service of services) await service.close();
  });

  /** Starts a node whose clock differs from that of Redis. */
  const startNode = async (
    holderId: string,
    { clockOffsetMs = 0, ...settings }: Partial<TimerSettings> & { readonly clockOffsetMs?: number } = {},
  ) => {
    const clock = { now: () => Date.now() + clockOffsetMs };
    const connection = await connect(clock);
    const store = redis.clients.createStoreOn(connection, { keyPrefix, partitions, clock });
    const timers = new RedisTimerStore(connection, { prefix: keyPrefix, partitions }, 60_000);
    const service = createService({ store, scenarios, close: () => store.close() }, { clock });
    services.push(service);
    if (services.length === 1) await putSurvey(service.useCases);
    const scheduler = createScheduler(
      { timers, useCases: service.useCases, clock },
      { holderId, monotonicClock },
      settings,
    );
    schedulers.push(scheduler);
    return { useCases: service.useCases, scheduler };
  };
  /** Connects with a clock that differs from that of this process. */
  const connect = async (clock: Clock) => {
    const connection = redis.clients.startConnecting({ clock });
    await connection.waitForReady(unboundedCall);
    return connection;
  };
  const listHolders = async () => {
    const holders: (string | null)[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      holders.push(await redis.admin.hget(`${keyPrefix}{p${partition}}:timers`, 'holder'));
    }
    return holders;
  };
  const countHeld = async (holderId: string) => (await listHolders()).filter((holder) => holder === holderId).length;
  /** Lets time pass for the schedulers, so that they read and register again. */
  const runRounds = async () => {
    monotonicClock.advance(5_000);
    for (const scheduler of schedulers) await fireAllDue(scheduler);
  };

  it('one node holds all partitions, two nodes hold half of them each, and one that stops leaves them to the other', async () => {
    const first = await startNode('first');
    await first.scheduler.runRound();
    expect(await countHeld('first')).toBe(8);
    const second = await startNode('second');
    await runRounds();
    await runRounds();
    await runRounds();
    expect([await countHeld('first'), await countHeld('second')]).toEqual([4, 4]);
    await first.scheduler.stop(60_000);
    await runRounds();
    await runRounds();
    expect(await countHeld('second')).toBe(8);
    await second.scheduler.stop(60_000);
    expect(await listHolders()).toEqual(Array.from({ length: 8 }, () => ''));
  });

  it('the partitions of a node that was killed are taken over when its leases have expired, with higher fences', async () => {
    const killed = await startNode('killed', { leaseMs: 300 });
    await startSurvey(killed.useCases, 1, start);
    await killed.scheduler.runRound();
    await killed.scheduler.waitUntilIdle();
    schedulers = [];
    const survivor = await startNode('survivor', { leaseMs: 300 });
    await eventually(async () => {
      await runRounds();
      return (await countHeld('survivor')) === 8;
    });
    for (let partition = 0; partition < partitions; partition += 1) {
      expect(await redis.admin.hget(`${keyPrefix}{p${partition}}:timers`, 'fence')).toBe('2');
    }
    expect(await listTurns(survivor.useCases, 1, start)).toHaveLength(2);
  });

  it('a node that lost its lease changes no entry, and fires nothing that it has read before', async () => {
    const { useCases } = await startNode('one');
    await startSurvey(useCases, 1, start);
    const timers = new RedisTimerStore(await redis.connect(), { prefix: keyPrefix, partitions }, 60_000);
    const [old, other] = [
      { id: 'old', leaseMs: 100 },
      { id: 'other', leaseMs: 60_000 },
    ];
    const pages = await Promise.all(
      Array.from({ length: partitions }, (_, partition) => readPage(timers, partition, 9, old)),
    );
    const partition = pages.findIndex((page) => page?.entries.length === 1);
    const [entry] = pages[partition]?.entries ?? [];
    if (entry === undefined) throw new Error('Nothing is due.');
    await eventually(async () => (await readPage(timers, partition, 9, other)) !== undefined);
    expect(await readPage(timers, partition, 9, old)).toBeUndefined();
    await timers.reschedule(old, { partition, fence: 1 }, entry, undefined, unboundedCall);
    await timers.reschedule({ ...other }, { partition, fence: 1 }, entry, undefined, unboundedCall);
    await timers.release(old, { partition, fence: 1 }, unboundedCall);
    expect(await readPage(timers, partition, 9, other)).toMatchObject({
      fence: 2,
      entries: [entry],
    });
  });

  it('a lease and a registration that end too late, because the clock of Redis was set back, do not count', async () => {
    const later = Date.now() + 3_600_000;
    for (let partition = 0; partition < partitions; partition += 1) {
      const lease = { holder: 'dead', fence: 7, until: later, ms: 10_000 };
      await redis.admin.hset(`${keyPrefix}{p${partition}}:timers`, lease);
    }
    await redis.admin.zadd(`${keyPrefix}timers`, later, 'dead');
    const { scheduler } = await startNode('live');
    await scheduler.runRound();
    expect(await countHeld('live')).toBe(8);
  });

  it.each([-10 * minute, 10 * minute])(
    'a node whose clock is off by %d ms fires timers when they are due by the clock of Redis',
    async (clockOffsetMs) => {
      const { scheduler, useCases } = await startNode('one', { clockOffsetMs, turnTimeoutMs: 60 * minute });
      await startSurvey(useCases, 1, start);
      await startSurvey(useCases, 2, start + 2 * minute);
      await fireAllDue(scheduler);
      expect(await listTurns(useCases, 1, start)).toHaveLength(2);
      expect(await listTurns(useCases, 2, start)).toHaveLength(1);
    },
  );

  it('a partition that cannot be read delays only its own timers', async () => {
    const connection = await redis.connect();
    const store = redis.clients.createStoreOn(connection, { keyPrefix, partitions });
    const timers = new RedisTimerStore(connection, { prefix: keyPrefix, partitions }, 60_000);
    const service = createService({ store, scenarios, close: () => store.close() });
    services.push(service);
    await putSurvey(service.useCases);
    for (let session = 1; session <= sessions; session += 1) await startSurvey(service.useCases, session, start);
    let isUnavailable = true;
    // As in a Cluster of which one master does not respond.
    const partlyUnavailable: TimerStore = {
      partitions,
      partitionsPerRead: 1,
      register: (...args) => timers.register(...args),
      unregister: (...args) => timers.unregister(...args),
      reschedule: (...args) => timers.reschedule(...args),
      release: (...args) => timers.release(...args),
      readDue: async (holder, queries, call) => {
        if (isUnavailable && queries.some(({ partition }) => partition === 0)) {
          throw new OrchestratorError('STORE_UNAVAILABLE', 'A master does not respond.');
        }
        return timers.readDue(holder, queries, call);
      },
    };
    const parts = { timers: partlyUnavailable, useCases: service.useCases, clock: Date };
    const scheduler = createScheduler(parts, { holderId: 'one', monotonicClock });
    schedulers.push(scheduler);
    await expect(scheduler.runRound()).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await scheduler.waitUntilIdle();
    const unavailable = await redis.admin.zcount(`${keyPrefix}{p0}:due`, '-inf', Date.now());
    const countFired = async () => {
      const turns = Array.from({ length: sessions }, (_, index) => listTurns(service.useCases, index + 1, start));
      return (await Promise.all(turns)).filter(({ length }) => length === 2).length;
    };
    expect(unavailable).toBeGreaterThan(0);
    expect(await countFired()).toBe(sessions - unavailable);
    isUnavailable = false;
    await runRounds();
    expect(await countFired()).toBe(sessions);
  });

  it('an entry of a session that has expired is removed', async () => {
    const { useCases } = await startNode('one');
    await startSurvey(useCases, 1, start);
    for (const key of await redis.admin.keys(`${keyPrefix}{p*}:s:*`)) await redis.admin.del(key);
    // The first round finds that the cached session is outdated.
    await runRounds();
    await runRounds();
    expect(await redis.admin.keys(`${keyPrefix}{p*}:due`)).toEqual([]);
  });

  it.each([1, 2, 3, 4])(
    'each timer fires once, however nodes start, stop, die and read the same partitions (seed %d)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const settings = { leaseMs: 100, batchSize: 1 + random.nextInt(10), concurrency: 1 + random.nextInt(4) };
      const { useCases } = await startNode('node 1', settings);
      for (let session = 1; session <= sessions; session += 1) await startSurvey(useCases, session, start);
      for (let step = 2; step <= 9; step += 1) {
        const choice = random.nextInt(3);
        if (choice === 0 || schedulers.length === 0) await startNode(`node ${step}`, settings);
        // A node that is dropped here goes on with what it has read, as one that was suspended does.
        else if (choice === 1) schedulers.splice(random.nextInt(schedulers.length), 1);
        else await schedulers.splice(random.nextInt(schedulers.length), 1)[0]?.stop(60_000);
        monotonicClock.advance(random.nextInt(2) * 1_000);
        await Promise.all(schedulers.map((scheduler) => scheduler.runRound()));
      }
      await startNode('last', { ...settings, concurrency: 4 });
      await eventually(async () => {
        await runRounds();
        const keys = await redis.admin.keys(`${keyPrefix}{p*}:due`);
        const due = await Promise.all(keys.map((key) => redis.admin.zcount(key, '-inf', Date.now())));
        return due.every((count) => count === 0);
      });
      for (let session = 1; session <= sessions; session += 1) {
        const turns = await listTurns(useCases, session, start);
        expect(turns.map((turn) => turn.split(' ')[0])).toEqual(['MESSAGE', 'TIMER']);
      }
    },
  );
});
