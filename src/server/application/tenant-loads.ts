/** Units of work in a millisecond, about. */
export const unitsPerMs = 10_000;

/** The part of the event loop that a tenant can use permanently without exceeding its share. */
const share = 1 / 3;

/** The units that a tenant can use at once without exceeding its share, about five milliseconds. */
const burst = 50_000;

/** Bound of the use that is remembered, so that a tenant is within its share 150 ms after its last use. */
const maxUse = 10 * burst;

/** Time in milliseconds for which it is remembered that a tenant has exceeded its share, or has made a call. */
const rememberedMs = 60_000;

/** Number of remembered tenants from which idle ones are removed. */
const minSweepSize = 1_000;

interface TenantLoad {
  calls: number;
  /** Units that were used and have not drained. */
  use: number;
  /** The time at which `use` was last drained, in milliseconds. */
  drainedAt: number;
  /** The time until which the tenant counts as one that has exceeded its share, in milliseconds. */
  rememberedUntil: number;
}

interface Caller {
  readonly tenantId: string;
  /** Milliseconds. */
  readonly calledAt: number;
}

/** The calls in flight of each tenant, and its recent use of the event loop as a leaky bucket. */
export class TenantLoads {
  private readonly loads = new Map<string, TenantLoad>();
  private sweepSize = minSweepSize;
  /** The last calls of two tenants within their share. Two are enough to know whether a tenant is the only one. */
  private lastCaller: Caller | undefined;
  private callerBefore: Caller | undefined;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(private readonly now: () => number) {}

  startCall(tenantId: string): void {
    this.getLoad(tenantId).calls += 1;
    if (this.hasExceededShare(tenantId)) return;
    if (this.lastCaller?.tenantId !== tenantId) this.callerBefore = this.lastCaller;
    this.lastCaller = { tenantId, calledAt: this.now() };
  }

  endCall(tenantId: string): void {
    this.getLoad(tenantId).calls -= 1;
  }

  /** Records work that was done for a tenant. */
  record(tenantId: string, units: number): void {
    const load = this.getLoad(tenantId);
    load.use = Math.min(maxUse, load.use + units);
    if (load.use > burst) load.rememberedUntil = load.drainedAt + rememberedMs;
  }

  /** Whether a tenant uses more than its share. */
  exceedsShare(tenantId: string): boolean {
    const load = this.loads.get(tenantId);
    return load !== undefined && this.drain(load).use > burst;
  }

  /** Whether a tenant has used more than its share in the last minute. */
  hasExceededShare(tenantId: string): boolean {
    const load = this.loads.get(tenantId);
    return load !== undefined && this.now() < load.rememberedUntil;
  }

  /** Whether another tenant, one within its share, has made a call in the last minute. */
  hasOtherCallers(tenantId: string): boolean {
    const since = this.now() - rememberedMs;
    const isOther = (caller: Caller | undefined): boolean =>
      caller !== undefined && caller.tenantId !== tenantId && caller.calledAt > since;
    return isOther(this.lastCaller) || isOther(this.callerBefore);
  }

  /** Whether calls of tenants within their share are in flight. */
  hasCallsWithinShare(): boolean {
    for (const load of this.loads.values()) {
      if (load.calls > 0 && this.drain(load).use <= burst) return true;
    }
    return false;
  }

  /** The number of tenants that are remembered. */
  get size(): number {
    return this.loads.size;
  }

  private getLoad(tenantId: string): TenantLoad {
    const existing = this.loads.get(tenantId);
    if (existing !== undefined) return this.drain(existing);
    if (this.loads.size >= this.sweepSize) this.removeIdle();
    const load = { calls: 0, use: 0, drainedAt: this.now(), rememberedUntil: Number.NEGATIVE_INFINITY };
    this.loads.set(tenantId, load);
    return load;
  }

  private drain(load: TenantLoad): TenantLoad {
    const now = this.now();
    load.use = Math.max(0, load.use - (now - load.drainedAt) * unitsPerMs * share);
    load.drainedAt = now;
    return load;
  }

  /** Removes the tenants that have no calls in flight, no use, and have not exceeded their share lately. Each removal is preceded by as many additions as tenants remain. */
  private removeIdle(): void {
    for (const [tenantId, load] of this.loads) {
      const isIdle = load.calls === 0 && this.drain(load).use === 0;
      if (isIdle && load.rememberedUntil <= load.drainedAt) this.loads.delete(tenantId);
    }
    this.sweepSize = Math.max(minSweepSize, 2 * this.loads.size);
  }
}
