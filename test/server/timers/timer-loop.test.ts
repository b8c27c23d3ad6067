import { startTimerLoop, type TimerLoop } from '../../../src/server/timers';
import { eventually } from '../../support/eventually';

describe('the rounds of a scheduler', () => {
  let loop: TimerLoop;
  afterEach(() => loop.stop(1_000));

  /** A scheduler with the given rounds. Later rounds do nothing. */
  function createScheduler(rounds: readonly ((onMoreDue: () => void) => Promise<void>)[]) {
    let onMoreDue: () => void = () => undefined;
    const scheduler = {
      rounds: 0,
      stops: 0,
      async runRound(): Promise<void> {
        const round = rounds[scheduler.rounds];
        scheduler.rounds += 1;
        await round?.(onMoreDue);
      },
      onMoreDue(listener: () => void): void {
        onMoreDue = listener;
      },
      async stop(): Promise<void> {
        scheduler.stops += 1;
      },
    };
    return scheduler;
  }

  it('follow each other at once while more is due, and otherwise after the interval', async () => {
    const more = async (onMoreDue: () => void): Promise<void> => onMoreDue();
    const later = async (onMoreDue: () => void): Promise<void> => void setTimeout(onMoreDue, 1);
    const scheduler = createScheduler([more, more, later]);
    // An interval that does not pass in a test.
    loop = startTimerLoop(scheduler, 3_600_000, () => undefined);
    await eventually(async () => scheduler.rounds === 4);
  });

  it('go on after an error, at the interval, also if more is due', async () => {
    const errors: unknown[] = [];
    const fail = async (onMoreDue: () => void): Promise<void> => {
      onMoreDue();
      throw new Error('unavailable');
    };
    const scheduler = createScheduler([fail, fail]);
    loop = startTimerLoop(scheduler, 1, (error) => errors.push(error));
    await eventually(async () => scheduler.rounds > 3);
    expect(errors).toEqual([new Error('unavailable'), new Error('unavailable')]);
    const failing = createScheduler([fail]);
    const waiting = startTimerLoop(failing, 3_600_000, () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(failing.rounds).toBe(1);
    await waiting.stop(1_000);
  });

  it('end with `stop`, which stops the scheduler', async () => {
    const scheduler = createScheduler([]);
    loop = startTimerLoop(scheduler, 1, () => undefined);
    await eventually(async () => scheduler.rounds > 1);
    await loop.stop(1_000);
    const { rounds } = scheduler;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([scheduler.rounds - rounds, scheduler.stops]).toEqual([0, 1]);
  });
});
