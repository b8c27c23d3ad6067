import type { Clock } from '../../src/server/ports/clock';

/** A clock that advances only when a test advances it. */
export class FakeClock implements Clock {
  private time = 1_700_000_000_000;

  now(): number {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}
