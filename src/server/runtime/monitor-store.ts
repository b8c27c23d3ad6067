import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import { callWithTimeout } from './call-with-timeout';
import { type Poller, poll } from './poll';

/** How a store is watched. */
export interface StoreMonitorOptions {
  /** Proves that the store takes writes; rejects where it does not. */
  readonly probe: (call: Call) => Promise<void>;
  readonly clock: Clock;
  /** Milliseconds between the end of a probe and the next one. */
  readonly intervalMs: number;
  /** Milliseconds that a probe may take; then the store counts as away. */
  readonly timeoutMs: number;
  /** Told after the first probe, and then when the store comes or goes; `error` says why it is away. */
  readonly onReadinessChange: (ready: boolean, error?: unknown) => void;
}

/** Probes a store over and over. Once it is stopped nothing is told any more. */
export function monitorStore({
  probe,
  clock,
  intervalMs,
  timeoutMs,
  onReadinessChange: onChange,
}: StoreMonitorOptions): Poller {
  let ready: boolean | undefined;
  let stopped = false;
  const tell = (now: boolean, error?: unknown): void => {
    if (stopped || now === ready) return;
    ready = now;
    onChange(now, error);
  };
  const watching = poll(intervalMs, () =>
    callWithTimeout(clock, timeoutMs, probe).then(
      () => tell(true),
      (error: unknown) => tell(false, error),
    ),
  );
  return {
    firstRun: watching.firstRun,
    stop() {
      stopped = true;
      watching.stop();
    },
  };
}
