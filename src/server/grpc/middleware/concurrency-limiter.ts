import { OrchestratorError } from '../../../core/model/orchestrator-error';

/** After this a caller who was one too many may try again. Milliseconds. */
export const retryAfterMs = 100;

/** A bounded number of places, each taken for as long as some work runs. */
export class ConcurrencyLimiter {
  private active = 0;
  private readonly most: number;
  private readonly refusal: string;

  /** `refusal` is what a caller is told for whom there is none. */
  constructor(most: number, refusal: string) {
    this.most = most;
    this.refusal = refusal;
  }

  get inUse(): number {
    return this.active;
  }

  /**
   * Begins the work at once, in a place that it has until it settles.
   *
   * @throws OrchestratorError TOO_MANY_CALLS where every place is taken.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.active >= this.most) {
      throw new OrchestratorError('TOO_MANY_CALLS', this.refusal, { retryAfterMs });
    }
    this.active++;
    try {
      return await work();
    } finally {
      this.active--;
    }
  }
}
