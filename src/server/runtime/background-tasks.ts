import { type Call, createCall } from '../ports/call';
import type { Clock } from '../ports/clock';

/** Work that runs repeatedly. */
export interface Poller {
  /** Resolves when the first run has finished. Never rejects. */
  readonly firstRun: Promise<void>;
  /** Prevents further runs. */
  stop(): void;
}

/**
 * Runs work repeatedly. The interval starts when a run ends, so runs never overlap. `work` must handle its own errors. The timer does
 * not keep the process alive.
 */
export function poll(intervalMs: number, work: () => Promise<void>): Poller {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    await work();
    if (!isStopped) timer = setTimeout(() => void run(), intervalMs).unref();
  };
  return {
    firstRun: run(),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** A higher share of the time since the last run in which the event loop was busy, from 0 to 1, postpones work that is not urgent. */
const maxUtilization = 0.5;

/**
 * Runs work that is not urgent repeatedly, except after an interval in which the event loop was busy for more than half of the time, so that
 * it does not take time from calls. `getUtilization` returns the share of the time since its last call, from 0 to 1.
 */
export function pollWhenNotBusy(
  intervalMs: number,
  work: () => void,
  getUtilization: () => number = createUtilizationMeter(),
): Poller {
  return poll(intervalMs, async () => {
    if (getUtilization() <= maxUtilization) work();
  });
}

function createUtilizationMeter(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, last);
    last = current;
    return utilization;
  };
}

/** Runs work that is not part of a client's call, with a deadline. Rejects at the deadline even if the work ignores it. */
export async function callWithTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`Timed out after ${timeoutMs} ms.`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(createCall(clock.now() + timeoutMs, controller.signal)), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

export interface StoreMonitorOptions {
  /** Writes to the store; rejects if the store does not accept writes. */
  readonly probe: (call: Call) => Promise<void>;
  readonly clock: Clock;
  /** Milliseconds between the end of a probe and the next one. */
  readonly intervalMs: number;
  /** Timeout of a probe in milliseconds. A probe that times out counts as failed. */
  readonly timeoutMs: number;
  /** Called after the first probe and whenever the result changes. `error` is that of a failed probe. */
  readonly onReadinessChange: (isReady: boolean, error?: unknown) => void;
}

/** Probes a store repeatedly. After `stop`, changes are no longer reported. */
export function monitorStore({ probe, clock, intervalMs, timeoutMs, onReadinessChange }: StoreMonitorOptions): Poller {
  let wasReady: boolean | undefined;
  let isStopped = false;
  const report = (isReady: boolean, error?: unknown): void => {
    if (isStopped || isReady === wasReady) return;
    wasReady = isReady;
    onReadinessChange(isReady, error);
  };
  const poller = poll(intervalMs, () =>
    callWithTimeout(clock, timeoutMs, probe).then(
      () => report(true),
      (error: unknown) => report(false, error),
    ),
  );
  return {
    firstRun: poller.firstRun,
    stop() {
      isStopped = true;
      poller.stop();
    },
  };
}
