import { randomUUID } from 'node:crypto';
import { eventLoopShare } from './application/event-loop-share';
import type { UseCases } from './application/use-cases';
import type { Stores } from './compose-stores';
import type { Config } from './config';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import { getProcessMetrics, getProcessTelemetry, limitRepeats } from './telemetry';
import { startTimerLoop, type TimerLoop, TimerScheduler } from './timers';

/** Interval in milliseconds in which one line is logged for each kind of problem with timers. */
const logIntervalMs = 60_000;

export interface TimerParts {
  readonly stores: Pick<Stores, 'timers'>;
  readonly useCases: Pick<UseCases, 'fireTimer'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Starts to fire timers in this process; undefined if the settings do not enable it, or disable orchestration. */
export function startTimers(
  { timers: settings, server, pipeline }: Config,
  { stores, useCases, clock, log }: TimerParts,
): TimerLoop | undefined {
  if (!settings.enabled || !pipeline.scenario_orchestration.enabled) return undefined;
  const warn = limitRepeats((fields, message) => log.warn(fields, message), logIntervalMs);
  const scheduler = new TimerScheduler(
    {
      store: stores.timers,
      fireTimer: (command, call) => useCases.fireTimer(command, call),
      hasCallers: () => eventLoopShare.hasRecentCalls(),
      holderId: randomUUID(),
      clock,
      monotonicClock: performance,
      telemetry: getProcessTelemetry(),
      metrics: getProcessMetrics(),
      log,
      warn,
    },
    {
      pollIntervalMs: settings.poll_interval_ms,
      leaseMs: settings.lease_ms,
      batchSize: settings.batch_size,
      concurrency: settings.concurrency,
      turnTimeoutMs: server.turn_timeout_ms,
    },
  );
  return startTimerLoop(scheduler, settings.poll_interval_ms, (error) => warn({ error }, 'due timers were not read'));
}
