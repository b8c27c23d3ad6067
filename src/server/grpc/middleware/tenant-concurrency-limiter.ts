import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { retryAfterMs } from './concurrency-limiter';

/** The same number of places for every tenant, so that one who takes all of his own leaves the others theirs. */
export class TenantConcurrencyLimiter {
  private readonly inUse = new Map<string, number>();
  private readonly most: number;
  private readonly refusal: string;

  /** `refusal` is what a caller is told for whom there is none. */
  constructor(most: number, refusal: string) {
    this.most = most;
    this.refusal = refusal;
  }

  /**
   * Begins the work at once, in a place of the tenant that it has until it settles; without one where there is no tenant.
   *
   * @throws OrchestratorError TENANT_TOO_MANY_CALLS where every place of the tenant is taken.
   */
  async run<T>(tenantId: string | undefined, work: () => Promise<T>): Promise<T> {
    if (tenantId === undefined) return await work();
    const tenant = tenantId.toLowerCase(); // a UUID spelled otherwise is the same one
    const taken = this.inUse.get(tenant) ?? 0;
    if (taken >= this.most) {
      throw new OrchestratorError('TENANT_TOO_MANY_CALLS', this.refusal, { retryAfterMs });
    }
    this.inUse.set(tenant, taken + 1);
    try {
      return await work();
    } finally {
      this.leave(tenant);
    }
  }

  private leave(tenant: string): void {
    const left = (this.inUse.get(tenant) ?? 0) - 1;
    if (left > 0) this.inUse.set(tenant, left);
    else this.inUse.delete(tenant);
  }
}
