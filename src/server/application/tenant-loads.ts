/** Units of work in a millisecond, about. */
export const unitsPerMs = 10_000;

/** The part of the event loop that a tenant can use permanently without exceeding its share. */
const share = 1 / 3;

/** The units that a tenant can use at once without exceeding its share, about five milliseconds. */
const burst = 50_000;

/** Bound of the use that is remembered, so that a tenant is within its share 150 ms after its last use. */
const maxUse = 10 * burst;

/** Number of remembered tenants from which idle ones are removed. */
const minSweepSize = 1_000;

interface TenantLoad {
  calls: number;
  /** Units that were used and have not drained. */
  use: number;
  /** The time at which `use` was last drained, in milliseconds. */
  drainedAt: number;
}

/** The calls in flight of each tenant, and its recent use of the event loop as a leaky bucket. */
export class TenantLoads {
  private readonly loads = new Map<string, TenantLoad>();
  private sweepSize = minSweepSize;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(private readonly now: () => number) {}

  startCall(tenantId: string): void {
    this.getLoad(tenantId).calls += 1;
  }

  endCall(tenantId: string): void {
    this.getLoad(tenantId).calls -= 1;
  }

  /** Records work that was done for a tenant. */
  record(tenantId: string, units: number): void {
    const load = this.getLoad(tenantId);
    load.use = Math.min(maxUse, load.use + units);
  }

  /** Whether a tenant uses more than its share. */
  exceedsShare(tenantId: string): boolean {
    const load = this.loads.get(tenantId);
    return load !== undefined && this.drain(load).use > burst;
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
    const load = { calls: 0, use: 0, drainedAt: this.now() };
    this.loads.set(tenantId, load);
    return load;
  }

  private drain(load: TenantLoad): TenantLoad {
    const now = this.now();
    load.use = Math.max(0, load.use - (now - load.drainedAt) * unitsPerMs * share);
    load.drainedAt = now;
    return load;
  }

  /** Removes the tenants that have no calls in flight and no use. Each removal is preceded by as many additions as tenants remain. */
  private removeIdle(): void {
    for (const [tenantId, load] of this.loads) {
      if (load.calls === 0 && this.drain(load).use === 0) this.loads.delete(tenantId);
    }
    this.sweepSize = Math.max(minSweepSize, 2 * this.loads.size);
  }
}
