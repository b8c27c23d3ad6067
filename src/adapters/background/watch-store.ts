import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import { boundedCall } from './bounded-call';
import { type Repetition, repeat } from './repeat';

/** How a store is watched. */
export interface WatchOptions {
  /** Proves that the store takes writes; rejects where it does not. */
  readonly probe: (call: Call) => Promise<void>;
  readonly clock: Clock;
  /** Milliseconds between the end of a probe and the next one. */
  readonly intervalMs: number;
  /** Milliseconds that a probe may take; then the store counts as away. */
  readonly timeoutMs: number;
  /** Told after the first probe, and then when the store comes or goes; `error` says why it is away. */
  readonly onChange: (ready: boolean, error?: unknown) => void;
}

/** Probes a store over and over. Once it is stopped nothing is told any more. */
export function watchStore({ probe, clock, intervalMs, timeoutMs, onChange }: WatchOptions): Repetition {
  let ready: boolean | undefined;
  let stopped = false;
  const tell = (now: boolean, error?: unknown): void => {
    if (stopped || now === ready) return;
    ready = now;
    onChange(now, error);
  };
  const watching = repeat(intervalMs, () =>
    boundedCall(clock, timeoutMs, probe).then(
      () => tell(true),
      (error: unknown) => tell(false, error),
    ),
  );
  return {
    first: watching.first,
    stop() {
      stopped = true;
      watching.stop();
    },
  };
}
