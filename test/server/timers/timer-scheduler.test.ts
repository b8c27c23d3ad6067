import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { eventLoopShare } from '../../../src/server/application/event-loop-share';
import { withEventLoopShare } from '../../../src/server/application/shared-store';
import type { UseCases } from '../../../src/server/application/use-cases';
import type { SessionStore } from '../../../src/server/ports/session-store';
import type { TimerStore } from '../../../src/server/ports/timer-store';
import { noopMetrics } from '../../../src/server/telemetry';
import type { TimerScheduler } from '../../../src/server/timers';
import { unboundedCall } from '../../support/calls';
import { FakeClock } from '../../support/fake-clock';
import { createService, openEmbeddedStores, type ServiceUnderTest } from '../../support/service-under-test';
import {
  createScheduler,
  fireAllDue,
  listTurns,
  minute,
  putSurvey,
  startSurvey,
  toKey,
} from '../../support/timers-under-test';
import { readPage } from '../stores/contract/timers.contract';

const week = 7 * 24 * 60 * minute;

describe('the timers of a node', () => {
  let clock: FakeClock;
  let timers: TimerStore;
  let service: ServiceUnderTest;
  let useCases: UseCases;
  let scheduler: TimerScheduler;
  let start: number;
  /** Called before each commit of a TIMER turn. */
  let beforeCommit: () => Promise<void>;

  beforeEach(async () => {
    clock = new FakeClock();
    const stores = openEmbeddedStores(clock, { sessionTtlMs: 10 * week });
    timers = stores.timers;
    beforeCommit = () => Promise.resolve();
    const store: SessionStore = {
      ...withEventLoopShare(stores.store, eventLoopShare, () => 0),
      commit: async (commit, call) => {
        if (commit.summary.trigger === 'TIMER') await beforeCommit();
        return stores.store.commit(commit, call);
      },
    };
    service = createService({ ...stores, store }, { clock });
    useCases = service.useCases;
    scheduler = createScheduler({ timers, useCases, clock });
    start = clock.now();
    await putSurvey(useCases);
  });
  afterEach(async () => {
    await scheduler.stop(60_000);
    await service.close();
  });

  const advance = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    await fireAllDue(scheduler);
  };

  it('14: a reminder, and then a transition with `after`, fire once, at their times', async () => {
    await startSurvey(useCases, 1, start);
    await advance(5 * minute - 1_000);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK']);
    await advance(1_000);
    await advance(1_000);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 5 ASK']);
    await advance(55 * minute - 1_000);
    await advance(week);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 5 ASK', 'TIMER 60 INFORM']);
    expect((await useCases.getSession(toKey(1), unboundedCall)).nextTimerAt).toBeUndefined();
  });

  it('a message moves the timer, and its session is not disturbed at the earlier time', async () => {
    await startSurvey(useCases, 1, start);
    clock.advance(4 * minute);
    await startSurvey(useCases, 1, clock.now());
    await advance(2 * minute);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'MESSAGE 4 ASK']);
    await advance(3 * minute);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'MESSAGE 4 ASK', 'TIMER 9 ASK']);
  });

  it('14: after an outage, each timer fires late, with the time at which it fires, so that reminders do not come all at once', async () => {
    const late: number[] = [];
    const metrics = { ...noopMetrics, recordTimerFired: (lateMs: number) => void late.push(lateMs) };
    scheduler = createScheduler({ timers, useCases, clock }, { metrics });
    await startSurvey(useCases, 1, start);
    await advance(30 * minute);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 30 ASK']);
    await advance(30 * minute);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 30 ASK', 'TIMER 60 INFORM']);
    expect(late).toEqual([25 * minute, 0]);
  });

  it('a deleted session has no timer any more', async () => {
    await startSurvey(useCases, 1, start);
    await useCases.deleteSession(toKey(1), unboundedCall);
    await advance(week);
    expect(await readPage(timers, 0, 10)).toMatchObject({
      dueCount: 0,
    });
  });

  it('fires any number of due timers, however few are read at a time', async () => {
    scheduler = createScheduler({ timers, useCases, clock }, {}, { batchSize: 3, concurrency: 2 });
    for (let session = 1; session <= 20; session += 1) await startSurvey(useCases, session, start);
    await advance(5 * minute);
    for (let session = 1; session <= 20; session += 1) {
      expect(await listTurns(useCases, session, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 5 ASK']);
    }
  });

  it.each([
    { callers: 'no callers', hasCallers: false, concurrency: 8, expected: 8 },
    { callers: 'callers', hasCallers: true, concurrency: 8, expected: 2 },
    { callers: 'callers', hasCallers: true, concurrency: 1, expected: 1 },
  ])(
    'processes at most $expected turns at the same time with $callers and concurrency $concurrency',
    async ({ hasCallers, concurrency, expected }) => {
      let running = 0;
      let most = 0;
      scheduler = createScheduler(
        { timers, useCases, clock },
        {
          hasCallers: () => hasCallers,
          fireTimer: async (command, call) => {
            running += 1;
            most = Math.max(most, running);
            const outcome = await useCases.fireTimer(command, call);
            running -= 1;
            return outcome;
          },
        },
        { concurrency },
      );
      for (let session = 1; session <= 12; session += 1) await startSurvey(useCases, session, start);
      await advance(5 * minute);
      expect(most).toBe(expected);
    },
  );

  describe('a turn that fails', () => {
    const attempts: number[] = [];
    const failures: string[] = [];
    const isPoison = (sessionId: string): boolean => sessionId === toKey(1).sessionId;
    let error: Error;

    beforeEach(() => {
      error = new OrchestratorError('STORE_UNAVAILABLE', 'unavailable');
      attempts.length = 0;
      failures.length = 0;
      const metrics = { ...noopMetrics, recordTimerFailure: (reason: string) => void failures.push(reason) };
      scheduler = createScheduler(
        { timers, useCases, clock },
        {
          metrics,
          fireTimer: async (command, call) => {
            if (!isPoison(command.key.sessionId)) return useCases.fireTimer(command, call);
            attempts.push((clock.now() - start) / 1_000 - 300);
            throw error;
          },
        },
        { batchSize: 1, concurrency: 1 },
      );
    });

    it('is tried again after 1, 2, 4 ... 300 seconds', async () => {
      await startSurvey(useCases, 1, start);
      clock.advance(5 * minute);
      for (let second = 0; second <= 1_200; second += 1) {
        await fireAllDue(scheduler);
        clock.advance(1_000);
      }
      expect(attempts).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1_111]);
      expect(new Set(failures)).toEqual(new Set(['STORE_UNAVAILABLE']));
    });

    it('does not delay the timers of other sessions of its partition', async () => {
      error = new Error('defect');
      for (let session = 1; session <= 10; session += 1) await startSurvey(useCases, session, start);
      await advance(5 * minute);
      expect(failures).toEqual(['INTERNAL']);
      for (let session = 2; session <= 10; session += 1) {
        expect(await listTurns(useCases, session, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 5 ASK']);
      }
    });

    it('fires when the problem is solved, once', async () => {
      await startSurvey(useCases, 1, start);
      await advance(5 * minute);
      const recovered = createScheduler({ timers, useCases, clock });
      clock.advance(minute);
      await fireAllDue(recovered);
      await fireAllDue(recovered);
      expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 6 ASK']);
      await recovered.stop(60_000);
    });

    it('starts again with the first delay after a success', async () => {
      await startSurvey(useCases, 1, start);
      await advance(5 * minute);
      await advance(1_000);
      expect(attempts).toEqual([0, 1]);
    });
  });

  describe('other turns at the same time', () => {
    it('a message that is committed while the turn is decided wins, and the timer fires at its new time only', async () => {
      await startSurvey(useCases, 1, start);
      let messages = 0;
      beforeCommit = async () => {
        if (messages > 0) return;
        messages += 1;
        // Another node, because a node processes the turns of a session one after the other.
        await startSurvey(service.createUseCases({}), 1, clock.now());
      };
      await advance(5 * minute);
      expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'MESSAGE 5 ASK']);
      await advance(5 * minute);
      expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'MESSAGE 5 ASK', 'TIMER 10 ASK']);
    });

    it('the same timer that is fired many times at once is applied once', async () => {
      await startSurvey(useCases, 1, start);
      clock.advance(5 * minute);
      const command = { key: toKey(1), at: clock.now(), now: clock.now() };
      const others = [1, 2, 3].map(() => service.createUseCases({}));
      const outcomes = await Promise.all(
        [useCases, ...others, useCases, ...others].map((each) => each.fireTimer(command, unboundedCall)),
      );
      expect(outcomes.filter(({ kind }) => kind === 'fired').length).toBeGreaterThanOrEqual(1);
      expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 5 ASK']);
    });
  });

  it('a clock that is set back fires no timer twice', async () => {
    await startSurvey(useCases, 1, start);
    await advance(5 * minute);
    clock.advance(-10 * minute);
    await fireAllDue(scheduler);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK', 'TIMER 5 ASK']);
    await advance(week);
    expect((await listTurns(useCases, 1, start)).map((turn) => turn.split(' ')[0])).toEqual([
      'MESSAGE',
      'TIMER',
      'TIMER',
    ]);
  });

  it('after `stop`, nothing is fired, and a second stop does nothing', async () => {
    await startSurvey(useCases, 1, start);
    await scheduler.stop(60_000);
    await advance(week);
    expect(await listTurns(useCases, 1, start)).toEqual(['MESSAGE 0 ASK']);
    await scheduler.stop(60_000);
  });
});
