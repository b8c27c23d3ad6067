import type { Clock } from '../../src/server/ports/clock';

/** A clock that only moves when it is told to. */
export class FakeClock implements Clock {
  private time = 1_700_000_000_000;

  now(): number {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}
