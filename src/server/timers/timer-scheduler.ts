import type { FireTimerCommand, FireTimerOutcome } from '../application/fire-timer';
import { type Call, createCall, endWith, withSpan } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';
import type { TimerHolder, TimerStore } from '../ports/timer-store';
import { DueQueue, type QueuedTimer } from './due-queue';
import { toFailureReason } from './failure-reason';
import { HeldPartitions } from './held-partitions';
import { PartitionReader } from './partition-reader';
import { RetryDelays } from './retry-delays';

export interface TimerSettings {
  /** Milliseconds between two reads of a partition without a backlog. */
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  /** The maximum number of due timers that are read ahead. */
  readonly batchSize: number;
  /** The maximum number of TIMER turns that are processed at the same time; a quarter of it, and at least one, while callers use the process. */
  readonly concurrency: number;
  /** The timeout of a TIMER turn in milliseconds. */
  readonly turnTimeoutMs: number;
}

export interface TimerDependencies {
  readonly store: TimerStore;
  readonly fireTimer: (command: FireTimerCommand, call: Call) => Promise<FireTimerOutcome>;
  /** Whether callers use this process. */
  readonly hasCallers: () => boolean;
  /** Identifies this process among those that use the store. */
  readonly holderId: string;
  readonly clock: Clock;
  /** Milliseconds since any moment. It is never set back, for example `performance`. */
  readonly monotonicClock: Clock;
  readonly telemetry: Pick<Telemetry, 'startWork'>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Logs a problem. It may leave out repeated ones. */
  readonly warn: Logger['warn'];
}

/**
 * Fires the timers of the partitions that this process holds. `runRound` reads what is due and starts to fire it. A timer that fails is tried again
 * later, and others are not delayed by it.
 */
export class TimerScheduler {
  private readonly queue = new DueQueue();
  private readonly delays = new RetryDelays();
  private readonly held: HeldPartitions;
  private readonly reader: PartitionReader;
  private readonly holder: TimerHolder;
  private readonly aborted = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private isStopped = false;
  private round: Promise<void> = Promise.resolve();
  private onBacklog: () => void = () => undefined;

  constructor(
    private readonly deps: TimerDependencies,
    private readonly settings: TimerSettings,
  ) {
    const { metrics, log, store, clock, monotonicClock } = deps;
    const { leaseMs, pollIntervalMs, batchSize } = settings;
    this.holder = { id: deps.holderId, leaseMs };
    this.held = new HeldPartitions({ leaseMs, pollIntervalMs, metrics, log });
    this.reader = new PartitionReader({
      store,
      holder: this.holder,
      held: this.held,
      queue: this.queue,
      batchSize,
      monotonicClock,
      createCall: () => createCall(clock.now() + leaseMs, this.aborted.signal),
    });
  }

  /** Reads the due timers, and starts to fire them. Rejects with the first error of the store. */
  async runRound(): Promise<void> {
    if (this.isStopped) return;
    const round = this.reader.read();
    this.round = round.catch(() => undefined);
    try {
      await round;
    } finally {
      this.fireNext();
    }
  }

  /** Resolves when no timer is being fired and none waits. */
  async waitUntilIdle(): Promise<void> {
    while (this.running.size > 0) await Promise.race(this.running);
  }

  /** Calls `listener` when there is room to read more, and more is due. Replaces the previous listener. */
  onMoreDue(listener: () => void): void {
    this.onBacklog = listener;
  }

  /**
   * Starts no more timers, gives up the leases, and waits for those that are being fired. After `timeoutMs` they are canceled. A turn that was
   * sent to the store may still be applied. Never rejects.
   */
  async stop(timeoutMs: number): Promise<void> {
    this.isStopped = true;
    this.queue.drop();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    const released = this.round.then(() => this.reader.releaseAll());
    await Promise.race([Promise.all([released, this.waitUntilIdle()]), timeout]);
    clearTimeout(timer);
    this.aborted.abort();
  }

  private fireNext(): void {
    while (!this.isStopped && this.running.size < this.getLimit()) {
      const timer = this.queue.take();
      if (timer === undefined) break;
      const work: Promise<void> = this.fire(timer).finally(() => {
        this.queue.forget(timer);
        this.running.delete(work);
        this.fireNext();
      });
      this.running.add(work);
    }
    const hasRoom = this.queue.length < this.settings.batchSize / 2;
    if (!this.isStopped && hasRoom && this.held.hasMore((partition) => this.queue.countKnown(partition)))
      this.onBacklog();
  }

  private getLimit(): number {
    const { concurrency } = this.settings;
    return this.deps.hasCallers() ? Math.max(1, Math.floor(concurrency / 4)) : concurrency;
  }

  /** Fires a timer. Never rejects. */
  private async fire(timer: QueuedTimer): Promise<void> {
    const { clock, telemetry, metrics, fireTimer } = this.deps;
    const { entry, partition, id } = timer;
    const storeTime = this.reader.getStoreTime(partition);
    // Another process may hold the partition now, and read the entry.
    if (storeTime === undefined) return;
    // The entry was due when it was read, whatever the clock of the store has done since.
    const now = Math.max(storeTime, entry.at);
    const span = telemetry.startWork('orchestrator.timer');
    const deadline = clock.now() + this.settings.turnTimeoutMs;
    const call = createCall(deadline, this.aborted.signal, span, entry.key.tenantId);
    try {
      const outcome = await endWith(span, async () => {
        const fired = await fireTimer({ ...entry, now }, withSpan(call, span));
        if (fired.kind === 'fired') span.setAttributes({ 'orchestrator.timer.late_ms': fired.lateMs });
        return fired;
      });
      this.delays.clear(id);
      if (outcome.kind === 'fired') metrics.recordTimerFired(outcome.lateMs);
      else if (outcome.kind === 'not due') await this.reschedule(timer, outcome.nextAt);
    } catch (error) {
      if (this.aborted.signal.aborted) return;
      this.report(timer, error);
      await this.reschedule(timer, now + this.delays.next(id));
    } finally {
      this.held.onDone(partition);
    }
  }

  private report({ entry: { key } }: QueuedTimer, error: unknown): void {
    const { metrics, warn } = this.deps;
    const reason = toFailureReason(error);
    metrics.recordTimerFailure(reason);
    const ids = { 'orchestrator.tenant_id': key.tenantId, 'orchestrator.session_id': key.sessionId };
    warn({ ...ids, reason, error }, 'a timer was not fired; it is tried again later');
  }

  /** Moves the entry of a timer. If that fails, the entry is read again as it is. */
  private async reschedule({ partition, entry }: QueuedTimer, nextAt: number | undefined): Promise<void> {
    const { store, clock, monotonicClock, log } = this.deps;
    const lease = this.held.getLease(partition, monotonicClock.now());
    if (lease === undefined) return;
    const call = createCall(clock.now() + this.settings.leaseMs, this.aborted.signal);
    await store.reschedule(this.holder, lease, entry, nextAt, call).catch((error: unknown) => {
      log.debug({ partition, error }, 'the entry of a timer was not changed');
    });
  }
}
