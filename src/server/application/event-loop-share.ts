import type { Call } from '../ports/call';
import { FairQueue } from './fair-queue';
import { TenantLoads, unitsPerMs } from './tenant-loads';

/** The units of work that run in one iteration of the event loop, about five milliseconds. Longer work pauses. */
export const unitsPerIteration = 50_000;

/** Bytes of a session, a turn or a request that take a unit of work to decode, encode and send, about: 1 MiB takes five milliseconds. */
export const bytesPerUnit = 20;

/**
 * While calls of tenants within their share are in flight, the event loop serves only them for this many times as long as the last work of another
 * tenant took. Such a call takes a few iterations of the event loop, so it meets that work once and not in each of them.
 */
const pauseFactor = 2;

/** The longest pause in milliseconds. A part can seem to take long because the process was suspended. */
const maxPauseMs = 100;

/** Time in milliseconds after the start of a call in which further calls are expected. */
const recentCallMs = 1_000;

/** The tenant of work that is done for no tenant. */
export const noTenant = '';

interface Timer {
  cancel(): void;
}

/** The event loop and the monotonic clock, in milliseconds. */
export interface EventLoop {
  now(): number;
  /** Calls back in the next iteration, after input and output, in the order of the calls. */
  runInNextIteration(callback: () => void): void;
  /** Calls back after a time in milliseconds, unless the timer is canceled. */
  startTimer(delayMs: number, callback: () => void): Timer;
}

const processEventLoop: EventLoop = {
  now: () => performance.now(),
  runInNextIteration: (callback) => void setImmediate(callback),
  startTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

type Resolve = () => void;

/**
 * Shares the event loop between calls. Work that has used its share of an iteration waits until input and output were handled. In each later
 * iteration one waiting part runs, so that many calls at the same time do not block the event loop for longer than one of them.
 *
 * Tenants share the event loop as well. Work of tenants within their share comes first. The others take turns, and pause after each part while
 * calls of tenants within their share are in flight. So they always have a third of the event loop, and all of it if no other tenant uses it. Time
 * only decides when work runs, never its result.
 */
export class EventLoopShare {
  private used = 0;
  private isScheduled = false;
  private readonly withinShare = new FairQueue<Resolve>();
  private readonly aboveShare = new FairQueue<Resolve>();
  private readonly loads: TenantLoads;
  /** The time at which the pause of the tenants above their share ends. */
  private pausedUntil = 0;
  private lastCallAt = Number.NEGATIVE_INFINITY;
  /** Runs while tenants above their share pause. */
  private timer: Timer | undefined;
  private useListener: ((tenantId: string, units: number) => void) | undefined;

  constructor(private readonly loop: EventLoop) {
    this.loads = new TenantLoads(() => loop.now());
  }

  /** Counts a call of a tenant as in flight until `endCall`. */
  startCall(tenantId: string): void {
    this.lastCallAt = this.loop.now();
    this.loads.startCall(tenantId);
  }

  endCall(tenantId: string): void {
    this.loads.endCall(tenantId);
    if (this.timer !== undefined && !this.loads.hasCallsWithinShare()) this.schedule();
  }

  /** Whether a call has started in the last second, so that work which is not urgent should leave time for others. */
  hasRecentCalls(): boolean {
    return this.loop.now() - this.lastCallAt < recentCallMs;
  }

  /** Whether a tenant delays others: it has used more than its share in the last minute, and tenants within their share have made calls. */
  delaysOthers(tenantId: string): boolean {
    return this.loads.hasExceededShare(tenantId) && this.loads.hasOtherCallers(tenantId);
  }

  /** Calls back with the work that is recorded or charged for a tenant from now on, in units. */
  onUse(listener: (tenantId: string, units: number) => void): void {
    this.useListener = listener;
  }

  /** Undefined if the work can start at once. The returned promise also resolves when the call is canceled. */
  waitForShare(tenantId: string, call?: Call): Promise<void> | undefined {
    if (!this.loads.exceedsShare(tenantId)) {
      const canStart = this.used < unitsPerIteration && this.withinShare.isEmpty;
      return canStart ? undefined : this.wait(this.withinShare, tenantId, call);
    }
    const canStart = this.used < unitsPerIteration && this.isIdle() && !this.loads.hasCallsWithinShare();
    return canStart ? undefined : this.wait(this.aboveShare, tenantId, call);
  }

  /** Resolves in a later iteration of the event loop, or when the call is canceled. */
  waitForNextIteration(tenantId: string, call?: Call): Promise<void> {
    return this.wait(this.loads.exceedsShare(tenantId) ? this.aboveShare : this.withinShare, tenantId, call);
  }

  /** Records work that was done in this iteration. */
  record(tenantId: string, units: number): void {
    this.charge(tenantId, units);
    this.pauseAfter(units / unitsPerMs);
    this.used += units;
    if (this.used >= unitsPerIteration) this.schedule();
  }

  /** Charges a tenant for work that is not done in this iteration, or not known to be. */
  charge(tenantId: string, units: number): void {
    this.loads.record(tenantId, units);
    this.useListener?.(tenantId, units);
  }

  private isIdle(): boolean {
    return this.withinShare.isEmpty && this.aboveShare.isEmpty;
  }

  private wait(queue: FairQueue<Resolve>, tenantId: string, call: Call | undefined): Promise<void> {
    return new Promise((resolve) => {
      const signal = call?.signal;
      const cancel = (): void => {
        queue.remove(tenantId, start);
        resolve();
      };
      const start = (): void => {
        signal?.removeEventListener('abort', cancel);
        resolve();
      };
      if (signal?.aborted) {
        resolve();
        return;
      }
      signal?.addEventListener('abort', cancel, { once: true });
      queue.add(tenantId, start);
      if (this.timer === undefined || queue === this.withinShare) this.schedule();
    });
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.timer?.cancel();
    this.timer = undefined;
    this.loop.runInNextIteration(() => {
      this.used = 0;
      const start = this.withinShare.take();
      start?.();
      if (start === undefined && !this.aboveShare.isEmpty && this.getPauseMs() <= 0) this.runAboveShare();
      else this.scheduleNext();
    });
  }

  /**
   * Runs a part of a tenant above its share one iteration later. Calls that have arrived meanwhile have then started, so that the next part waits
   * for them.
   */
  private runAboveShare(): void {
    const { loop } = this;
    let startedAt: number | undefined;
    loop.runInNextIteration(() => {
      if (!this.withinShare.isEmpty || this.getPauseMs() > 0) return;
      startedAt = loop.now();
      this.used = 0;
      this.aboveShare.take()?.();
    });
    // Runs when the part has ended, with everything that follows it without input or output.
    loop.runInNextIteration(() => {
      if (startedAt !== undefined) this.pauseAfter(loop.now() - startedAt);
      this.scheduleNext();
    });
  }

  /** Makes the tenants above their share pause after work that took some milliseconds. */
  private pauseAfter(durationMs: number): void {
    const pauseMs = Math.min(maxPauseMs, pauseFactor * durationMs);
    this.pausedUntil = Math.max(this.pausedUntil, this.loop.now() + pauseMs);
  }

  private scheduleNext(): void {
    this.isScheduled = false;
    if (this.isIdle()) return;
    const pauseMs = this.withinShare.isEmpty ? this.getPauseMs() : 0;
    if (pauseMs <= 0) this.schedule();
    else this.timer = this.loop.startTimer(pauseMs, () => this.schedule());
  }

  /** Milliseconds for which tenants above their share have to pause; 0 or less if they need not. */
  private getPauseMs(): number {
    return this.loads.hasCallsWithinShare() ? this.pausedUntil - this.loop.now() : 0;
  }
}

/** The share of this process, which has one event loop. */
export const eventLoopShare = new EventLoopShare(processEventLoop);
