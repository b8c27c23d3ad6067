import { OrchestratorError } from '../../../core/model/orchestrator-error';

/** Retry delay in milliseconds that is sent to the client when a limit is reached. */
export const retryAfterMs = 100;

/** Limits how many tasks run concurrently. */
export class ConcurrencyLimiter {
  private runningCount = 0;
  private readonly max: number;
  private readonly message: string;

  /** `message` is the error message for tasks above the limit. */
  constructor(max: number, message: string) {
    this.max = max;
    this.message = message;
  }

  /** Number of tasks that are running. */
  get inUse(): number {
    return this.runningCount;
  }

  /**
   * Starts the task immediately. The task counts until its promise settles.
   *
   * @throws OrchestratorError TOO_MANY_CALLS if the limit is reached.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.runningCount >= this.max) throw new OrchestratorError('TOO_MANY_CALLS', this.message, { retryAfterMs });
    this.runningCount++;
    try {
      return await task();
    } finally {
      this.runningCount--;
    }
  }
}

/** Limits how many tasks of each tenant run concurrently, so that one tenant cannot use the capacity of the others. */
export class TenantConcurrencyLimiter {
  private readonly runningCounts = new Map<string, number>();
  private readonly max: number;
  private readonly message: string;

  /** `message` is the error message for tasks above the limit. */
  constructor(max: number, message: string) {
    this.max = max;
    this.message = message;
  }

  /**
   * Starts the task immediately. The task counts for its tenant until its promise settles. Without a tenant, the task does not
   * count.
   *
   * @throws OrchestratorError TENANT_TOO_MANY_CALLS if the tenant's limit is reached.
   */
  async run<T>(tenantId: string | undefined, task: () => Promise<T>): Promise<T> {
    if (tenantId === undefined) return await task();
    const count = this.runningCounts.get(tenantId) ?? 0;
    if (count >= this.max) throw new OrchestratorError('TENANT_TOO_MANY_CALLS', this.message, { retryAfterMs });
    this.runningCounts.set(tenantId, count + 1);
    try {
      return await task();
    } finally {
      this.release(tenantId);
    }
  }

  private release(tenantId: string): void {
    const count = (this.runningCounts.get(tenantId) ?? 0) - 1;
    if (count > 0) this.runningCounts.set(tenantId, count);
    else this.runningCounts.delete(tenantId);
  }
}
