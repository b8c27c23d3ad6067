import type { Logger } from '../ports/logger';
import type { Metrics } from '../ports/metrics';
import type { DuePage, TimerLease } from '../ports/timer-store';

/** A partition whose timers this process fires. Times are those of the monotonic clock, in milliseconds. */
interface HeldPartition {
  fence: number;
  /** The time at which the lease expires at the earliest. */
  expiresAt: number;
  /** The time from which it is read again. */
  readAgainAt: number;
  dueCount: number;
}

export interface HeldPartitionsOptions {
  readonly leaseMs: number;
  readonly pollIntervalMs: number;
  readonly metrics: Pick<Metrics, 'recordTimersDue' | 'recordTimerPartitions'>;
  readonly log: Logger;
}

/** The leases of this process, and what it has last read of their partitions. */
export class HeldPartitions {
  private readonly held = new Map<number, HeldPartition>();

  constructor(private readonly options: HeldPartitionsOptions) {}

  get size(): number {
    return this.held.size;
  }

  has(partition: number): boolean {
    return this.held.has(partition);
  }

  /** The lease of a partition; undefined if it has expired or is not held. */
  getLease(partition: number, now: number): TimerLease | undefined {
    const held = this.held.get(partition);
    return held === undefined || held.expiresAt <= now ? undefined : { partition, fence: held.fence };
  }

  listLeases(): readonly TimerLease[] {
    return Array.from(this.held, ([partition, { fence }]) => ({ partition, fence }));
  }

  /** Lists the partitions that are to be read at a time. `getKnown` returns how many of their entries are being fired or will be. */
  listToRead(now: number, getKnown: (partition: number) => number): readonly number[] {
    return Array.from(this.held)
      .filter(([partition, { readAgainAt, dueCount }]) => readAgainAt <= now || dueCount > getKnown(partition))
      .map(([partition]) => partition);
  }

  /** Whether a partition has due entries that were not read. */
  hasMore(getKnown: (partition: number) => number): boolean {
    for (const [partition, { dueCount }] of this.held) if (dueCount > getKnown(partition)) return true;
    return false;
  }

  /** Records what was read of a partition, with a lease that was claimed or renewed at `sentAt` or later. */
  onRead(partition: number, { fence, dueCount }: DuePage, sentAt: number): void {
    const { leaseMs, pollIntervalMs, metrics, log } = this.options;
    const previous = this.held.get(partition);
    // A lease is renewed when a third of it has passed, so two thirds are left at least.
    const expiresAt = sentAt + (leaseMs * 2) / 3;
    this.held.set(partition, { fence, expiresAt, readAgainAt: sentAt + pollIntervalMs, dueCount });
    metrics.recordTimersDue(dueCount - (previous?.dueCount ?? 0));
    if (previous === undefined) metrics.recordTimerPartitions(1);
    if (previous?.fence !== fence) log.debug({ partition, fence }, 'claimed the timers of a partition');
  }

  /** Counts an entry that is not due any more. */
  onDone(partition: number): void {
    const held = this.held.get(partition);
    if (held === undefined || held.dueCount === 0) return;
    held.dueCount -= 1;
    this.options.metrics.recordTimersDue(-1);
  }

  /** Forgets a partition. */
  drop(partition: number, reason: 'lost' | 'released'): void {
    const held = this.held.get(partition);
    if (held === undefined) return;
    this.held.delete(partition);
    const { metrics, log } = this.options;
    metrics.recordTimersDue(-held.dueCount);
    metrics.recordTimerPartitions(-1);
    log.debug({ partition, fence: held.fence }, `${reason} the timers of a partition`);
  }
}
