import type { TimerScheduler } from './timer-scheduler';

export interface TimerLoop {
  /** Ends the rounds and stops the scheduler. Never rejects. */
  stop(timeoutMs: number): Promise<void>;
}

/**
 * Runs the rounds of a scheduler: an interval after the end of the last one, or at once if more is due than was read. `onError` receives the error
 * of a round, after which the next one waits for the interval.
 */
export function startTimerLoop(
  scheduler: Pick<TimerScheduler, 'runRound' | 'onMoreDue' | 'stop'>,
  intervalMs: number,
  onError: (error: unknown) => void,
): TimerLoop {
  let isStopped = false;
  let isRunning = false;
  let hasFailed = false;
  let isMoreDue = false;
  let timer: NodeJS.Timeout | undefined;
  const schedule = (): void => {
    clearTimeout(timer);
    if (isStopped || isRunning) return;
    timer = setTimeout(() => void run(), isMoreDue && !hasFailed ? 0 : intervalMs).unref();
  };
  const run = async (): Promise<void> => {
    isRunning = true;
    isMoreDue = false;
    hasFailed = false;
    try {
      await scheduler.runRound();
    } catch (error) {
      hasFailed = true;
      if (!isStopped) onError(error);
    }
    isRunning = false;
    schedule();
  };
  scheduler.onMoreDue(() => {
    if (isMoreDue) return;
    isMoreDue = true;
    schedule();
  });
  void run();
  return {
    stop(timeoutMs) {
      isStopped = true;
      clearTimeout(timer);
      return scheduler.stop(timeoutMs);
    },
  };
}
