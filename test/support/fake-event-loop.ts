import type { EventLoop } from '../../src/server/application/event-loop-share';

interface FakeTimer {
  readonly at: number;
  readonly callback: () => void;
}

/** An event loop whose iterations a test runs, with a clock that advances only when a test or its work advances it. */
export class FakeEventLoop implements EventLoop {
  private time = 0;
  private callbacks: (() => void)[] = [];
  private readonly timers = new Set<FakeTimer>();

  now(): number {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }

  runInNextIteration(callback: () => void): void {
    this.callbacks.push(callback);
  }

  startTimer(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { at: this.time + delayMs, callback };
    this.timers.add(timer);
    return { cancel: () => void this.timers.delete(timer) };
  }

  /** Whether nothing is left to run. */
  get isIdle(): boolean {
    return this.callbacks.length === 0 && this.timers.size === 0;
  }

  /** Runs one iteration: timers that are due, then the callbacks of earlier iterations. If there are none, the time advances to the next timer. */
  async runIteration(): Promise<void> {
    if (this.callbacks.length === 0 && this.timers.size > 0) {
      this.time = Math.max(this.time, Math.min(...[...this.timers].map(({ at }) => at)));
    }
    for (const timer of [...this.timers]) {
      if (timer.at > this.time || !this.timers.delete(timer)) continue;
      await run(timer.callback);
    }
    const due = this.callbacks;
    this.callbacks = [];
    for (const callback of due) await run(callback);
  }

  /** Runs iterations until only timers are left. */
  async runUntilWaiting(): Promise<void> {
    while (this.callbacks.length > 0) await this.runIteration();
  }

  async runUntilIdle(): Promise<void> {
    while (!this.isIdle) await this.runIteration();
  }
}

/** Runs a callback and then, as Node.js does, everything that follows it without input or output. */
async function run(callback: () => void): Promise<void> {
  callback();
  await new Promise(setImmediate);
}
