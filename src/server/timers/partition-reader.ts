import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { DuePage, TimerHolder, TimerStore } from '../ports/timer-store';
import type { DueQueue } from './due-queue';
import type { HeldPartitions } from './held-partitions';

/** The number of calls to the store at the same time, and of partitions that are claimed at the same time. */
const concurrentReads = 32;

export interface PartitionReaderOptions {
  readonly store: TimerStore;
  readonly holder: TimerHolder;
  readonly held: HeldPartitions;
  readonly queue: DueQueue;
  /** The maximum number of timers that wait in the queue, except that each partition that is read may add one. */
  readonly batchSize: number;
  readonly monotonicClock: Clock;
  readonly createCall: () => Call;
}

/**
 * Claims, renews and releases the leases of partitions, and reads what is due. Each process holds its share: the partitions divided by the number of
 * processes.
 */
export class PartitionReader {
  /** The partitions that this process may hold. */
  private share = 0;
  private registerAgainAt = Number.NEGATIVE_INFINITY;
  /** The partition from which on the next ones are claimed. */
  private claimFrom: number;
  /** The time of the store minus that of the monotonic clock. */
  private timeOffset: number | undefined;

  constructor(private readonly options: PartitionReaderOptions) {
    // Processes start at different partitions, so that they seldom claim the same ones.
    this.claimFrom = Math.floor(Math.random() * options.store.partitions);
  }

  /** Registers this process, claims and releases partitions, and reads what is due. Rejects with the first error of the store. */
  async read(): Promise<void> {
    const { held, queue, monotonicClock } = this.options;
    await this.register();
    await this.releaseSurplus();
    const getKnown = (partition: number): number => queue.countKnown(partition);
    await this.readAll(held.listToRead(monotonicClock.now(), getKnown));
    await this.claim();
    // What was left of the batch goes to the partitions that have more.
    if (held.hasMore(getKnown)) await this.readAll(held.listToRead(monotonicClock.now(), getKnown));
  }

  /** The time of the store in milliseconds since 1970; undefined if the lease of the partition was lost or has expired. */
  getStoreTime(partition: number): number | undefined {
    const now = this.options.monotonicClock.now();
    if (this.timeOffset === undefined || this.options.held.getLease(partition, now) === undefined) return undefined;
    return Math.floor(now + this.timeOffset);
  }

  /** Releases all leases. Never rejects: those that are not released expire. */
  async releaseAll(): Promise<void> {
    const { held, holder, store, createCall } = this.options;
    const partitions = held.listLeases().map(({ partition }) => partition);
    await this.release(partitions).catch(() => undefined);
    await store.unregister(holder, createCall()).catch(() => undefined);
  }

  private async register(): Promise<void> {
    const { store, holder, monotonicClock, createCall } = this.options;
    const now = monotonicClock.now();
    if (now < this.registerAgainAt) return;
    const holders = await store.register(holder, createCall());
    this.share = Math.ceil(store.partitions / holders);
    this.registerAgainAt = now + holder.leaseMs / 3;
  }

  private async releaseSurplus(): Promise<void> {
    const { held } = this.options;
    if (held.size <= this.share) return;
    const surplus = held.listLeases().slice(this.share);
    await this.release(surplus.map(({ partition }) => partition));
  }

  private async release(partitions: readonly number[]): Promise<void> {
    const { held, holder, queue, store, createCall } = this.options;
    const leases = new Map(held.listLeases().map((lease) => [lease.partition, lease]));
    await forEachConcurrently(partitions, async (partition) => {
      const lease = leases.get(partition);
      if (lease === undefined) return;
      held.drop(partition, 'released');
      queue.drop(partition);
      await store.release(holder, lease, createCall());
    });
  }

  /** Tries free partitions, in groups, until the share is reached or none of a group was free. */
  private async claim(): Promise<void> {
    const { held, store } = this.options;
    for (let tried = 0; held.size < this.share && tried < store.partitions; ) {
      const group: number[] = [];
      const limit = Math.min(concurrentReads, this.share - held.size);
      while (group.length < limit && tried < store.partitions) {
        const partition = (this.claimFrom + tried) % store.partitions;
        tried += 1;
        if (!held.has(partition)) group.push(partition);
      }
      const before = held.size;
      await this.readAll(group);
      if (held.size > before) continue;
      this.claimFrom = (this.claimFrom + tried) % store.partitions;
      return;
    }
  }

  private async readAll(partitions: readonly number[]): Promise<void> {
    const { batchSize, queue, store } = this.options;
    const perPartition = Math.max(1, Math.floor((batchSize - queue.length) / Math.max(1, partitions.length)));
    const groups: (readonly number[])[] = [];
    for (let start = 0; start < partitions.length; start += store.partitionsPerRead) {
      groups.push(partitions.slice(start, start + store.partitionsPerRead));
    }
    await forEachConcurrently(groups, (group) => this.readGroup(group, perPartition));
  }

  private async readGroup(partitions: readonly number[], limit: number): Promise<void> {
    const { store, holder, queue, monotonicClock, createCall } = this.options;
    const sentAt = monotonicClock.now();
    const queries = partitions.map((partition) => ({ partition, limit: queue.countKnown(partition) + limit }));
    const pages = await store.readDue(holder, queries, createCall());
    for (const [index, partition] of partitions.entries()) this.handlePage(partition, pages[index], sentAt);
  }

  private handlePage(partition: number, page: DuePage | undefined, sentAt: number): void {
    const { held, queue, monotonicClock } = this.options;
    if (page === undefined) {
      held.drop(partition, 'lost');
      queue.drop(partition);
      return;
    }
    this.timeOffset = page.now - monotonicClock.now();
    held.onRead(partition, page, sentAt);
    queue.add(partition, page.entries);
  }
}

/** Runs work for all items, some at the same time, also after an error. Rejects with the first one when all have ended. */
async function forEachConcurrently<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const remaining = items.values();
  const errors: unknown[] = [];
  const runRemaining = async (): Promise<void> => {
    for (const item of remaining) await work(item).catch((error: unknown) => errors.push(error));
  };
  await Promise.all(Array.from({ length: concurrentReads }, runRemaining));
  if (errors.length > 0) throw errors[0];
}
