import type { SessionKey } from '../../core/model/session';
import type { Call } from './call';

/** A session whose timer may be due. */
export interface DueSession {
  readonly key: SessionKey;
  /**
   * The time of the entry in milliseconds since 1970. It is the next timer of the session, or a later time at which the session is to be looked at
   * again.
   */
  readonly at: number;
}

/** The right to fire the timers of a partition, until the lease expires. */
export interface TimerLease {
  readonly partition: number;
  /** Grows each time that the lease passes to another holder, or is taken again after it was lost. */
  readonly fence: number;
}

/** What a holder reads of its partition. */
export interface DuePage {
  /** The fence of its lease, which is another one than before if the lease was lost meanwhile. */
  readonly fence: number;
  /** The time of the store in milliseconds since 1970. */
  readonly now: number;
  /** The number of entries that are due at `now`, also those that `entries` does not have. */
  readonly dueCount: number;
  /** The earliest due entries. */
  readonly entries: readonly DueSession[];
}

export interface DueQuery {
  readonly partition: number;
  /** The maximum number of entries. */
  readonly limit: number;
}

/** Identifies a process that fires timers. */
export interface TimerHolder {
  readonly id: string;
  /** The time in milliseconds after which its leases expire unless they are renewed. */
  readonly leaseMs: number;
}

/**
 * The times of the next timers of all sessions, by partition. The session store writes an entry with the turn that changes the timer, atomically.
 * A lease only prevents that several processes do the same work: what makes a timer fire once is the commit of its turn.
 *
 * Every method rejects as those of SessionStore do. All times are those of the store, so that the clocks of the nodes do not matter.
 */
export interface TimerStore {
  /** The number of partitions, which never changes. */
  readonly partitions: number;
  /** The maximum number of partitions that one call of `readDue` reads. */
  readonly partitionsPerRead: number;

  /** Registers a holder for the time of its lease, and resolves to the number of holders. */
  register(holder: TimerHolder, call: Call): Promise<number>;

  /** Removes a holder. Its leases stay until they are released or expire. */
  unregister(holder: TimerHolder, call: Call): Promise<void>;

  /**
   * Claims or renews the leases of partitions and reads what is due. Resolves to the pages in the order of the queries, undefined for a partition
   * whose lease another holder has.
   */
  readDue(holder: TimerHolder, queries: readonly DueQuery[], call: Call): Promise<readonly (DuePage | undefined)[]>;

  /**
   * Replaces the time of an entry, or removes it if `nextAt` is undefined, unless the entry has changed since it was read or the lease was lost.
   */
  reschedule(
    holder: TimerHolder,
    lease: TimerLease,
    entry: DueSession,
    nextAt: number | undefined,
    call: Call,
  ): Promise<void>;

  /** Gives up a lease, so that another holder can claim it at once. Does nothing if it was lost. */
  release(holder: TimerHolder, lease: TimerLease, call: Call): Promise<void>;
}
