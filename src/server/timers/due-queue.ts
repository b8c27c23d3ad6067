import type { DueSession } from '../ports/timer-store';

/** An entry that was read of a partition. */
export interface QueuedTimer {
  /** Identifies the session in this process. */
  readonly id: string;
  readonly partition: number;
  readonly entry: DueSession;
}

/** The due timers that were read, in the order of their times. Each session is in it once, also while its timer is fired. */
export class DueQueue {
  private waiting: QueuedTimer[] = [];
  private readonly known = new Set<string>();
  private readonly counts = new Map<number, number>();

  /** The number of timers that wait. */
  get length(): number {
    return this.waiting.length;
  }

  /** Returns how many timers of a partition wait or are being fired. */
  countKnown(partition: number): number {
    return this.counts.get(partition) ?? 0;
  }

  add(partition: number, entries: readonly DueSession[]): void {
    const added: QueuedTimer[] = [];
    for (const entry of entries) {
      const id = `${entry.key.tenantId} ${entry.key.sessionId}`;
      if (this.known.has(id)) continue;
      this.known.add(id);
      added.push({ id, partition, entry });
    }
    if (added.length === 0) return;
    this.counts.set(partition, this.countKnown(partition) + added.length);
    this.waiting = this.waiting.concat(added).sort((first, second) => first.entry.at - second.entry.at);
  }

  /** Removes and returns the timer that is due for the longest time. It stays known until `forget`. */
  take(): QueuedTimer | undefined {
    return this.waiting.shift();
  }

  forget({ id, partition }: QueuedTimer): void {
    if (!this.known.delete(id)) return;
    const count = this.countKnown(partition) - 1;
    if (count > 0) this.counts.set(partition, count);
    else this.counts.delete(partition);
  }

  /** Drops the timers of a partition, or all of them, that were not taken. */
  drop(partition?: number): void {
    const isDropped = (timer: QueuedTimer): boolean => partition === undefined || timer.partition === partition;
    for (const timer of this.waiting) if (isDropped(timer)) this.forget(timer);
    this.waiting = this.waiting.filter((timer) => !isDropped(timer));
  }
}
