import type { Clock } from '../../ports/clock';

export interface StoreClocks {
  /** The time of day. It may be set forward or back at any moment. */
  readonly clock: Clock;
  /** Milliseconds since any moment. It is never set back, for example `performance`. */
  readonly monotonicClock: Clock;
}

/**
 * The time by which sessions expire, in milliseconds since 1970. It is the time of day, but it never goes back. If the clock is
 * set back, it continues at the speed of the monotonic clock until the clock has caught up. So a session never ends earlier or
 * later than its time to live after its last turn, and an expired session does not return.
 *
 * If the clock is set forward, time follows, because a machine that was suspended looks the same.
 */
export class StoreTime {
  private measuredAt: number;

  /** @param latest the latest time that an earlier process has recorded; 0 if there is none. */
  constructor(
    private readonly clocks: StoreClocks,
    private latest: number,
  ) {
    this.measuredAt = clocks.monotonicClock.now();
  }

  now(): number {
    const measuredAt = this.clocks.monotonicClock.now();
    const elapsed = Math.max(0, measuredAt - this.measuredAt);
    this.measuredAt = measuredAt;
    this.latest = Math.max(this.clocks.clock.now(), this.latest + elapsed);
    return Math.floor(this.latest);
  }
}
