import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { TurnRecord } from '../../ports/session-store';
import {
  defaultPackingLimits,
  type PackingLimits,
  type PackingOccasion,
  type PackingRange,
  toPackingRange,
} from '../../ports/turn-limits';
import { IdleSessions } from './idle-sessions';
import { PackingQueue } from './packing-queue';

export interface TurnPackerOptions {
  readonly packingLimits?: Partial<PackingLimits>;
  readonly clock: Clock;
  readonly onPackingError?: (error: unknown) => void;
}

/** A session, and the last turn that this node committed in it. */
export interface PackableSession<Key> {
  readonly id: string;
  readonly key: Key;
  /** When the turn was committed, in milliseconds since 1970. */
  readonly committedAt: number;
}

/**
 * Packs one block of a session. Resolves to whether there may be more to pack. Changes nothing if the turns have changed meanwhile, for
 * example because another node has packed them.
 */
export type PackBlock<Key> = (session: PackableSession<Key>, range: PackingRange, call: Call) => Promise<boolean>;

/**
 * Packs older turns into blocks in the background: while a session is in use, when there are enough turns for a block, and what is left when
 * it is idle. The node that committed the last turn does it.
 */
export class TurnPacker<Key> {
  private readonly ranges: Readonly<Record<PackingOccasion, PackingRange>>;
  private readonly queue: PackingQueue<{ readonly session: PackableSession<Key>; readonly range: PackingRange }>;
  private readonly sessions: IdleSessions<PackableSession<Key>>;
  private readonly clock: Clock;

  constructor(
    { packingLimits, clock, onPackingError = () => undefined }: TurnPackerOptions,
    packBlock: PackBlock<Key>,
  ) {
    const limits = { ...defaultPackingLimits, ...packingLimits };
    this.ranges = {
      first: toPackingRange(limits, 'first'),
      later: toPackingRange(limits, 'later'),
      idle: toPackingRange(limits, 'idle'),
    };
    this.clock = clock;
    this.sessions = new IdleSessions(limits.idleMs);
    this.queue = new PackingQueue({
      pack: ({ session, range }, call) => packBlock(session, range, call),
      clock,
      onError: onPackingError,
    });
  }

  /** Called after a commit with the number of turns that are not in a block. Returns at once. */
  onCommit(id: string, key: Key, { revision, committedAt }: TurnRecord, unpackedTurns: number): void {
    const session = { id, key, committedAt };
    const { idle: idleRange, [unpackedTurns === revision ? 'first' : 'later']: range } = this.ranges;
    if (unpackedTurns >= range.minUnpacked) this.queue.add(id, { session, range });
    if (unpackedTurns < idleRange.minUnpacked) return;
    const idle = this.sessions.use(id, session, this.clock.now());
    if (idle !== undefined) this.queue.add(idle.id, { session: idle, range: idleRange });
  }

  /** Starts to pack the idle sessions. Call it periodically. */
  packIdle(): void {
    for (const session of this.sessions.takeIdle(this.clock.now()))
      this.queue.add(session.id, { session, range: this.ranges.idle });
  }

  waitUntilIdle(): Promise<void> {
    return this.queue.waitUntilIdle();
  }

  close(): Promise<void> {
    return this.queue.close();
  }
}
