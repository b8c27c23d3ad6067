import { OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import type { SessionKey } from '../../../../src/core/model/session';
import type { CommitOutcome, SessionStore } from '../../../../src/server/ports/session-store';
import { uuid } from '../../../support/session-builder';
import { applyTurn } from '../contract/turn-driver';

/** What became of a turn that its caller sent as often as it took, and why the tries before failed. */
export interface RetriedTurn {
  readonly outcome: CommitOutcome;
  readonly failures: readonly string[];
}

/** Does what a good caller does: sends a turn again, with the same id, as long as the answer is UNAVAILABLE. */
export async function applyTurnWithRetries(store: SessionStore, key: SessionKey, turnId: string): Promise<RetriedTurn> {
  const refusals: string[] = [];
  for (;;) {
    try {
      return { outcome: await applyTurn(store, key, turnId), failures: refusals };
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      if (error.reason !== 'STORE_UNAVAILABLE' && error.reason !== 'COMMIT_UNKNOWN') throw error;
      refusals.push(error.reason);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A caller that sends turn after turn of a session until it is stopped. */
export class RetryingCaller {
  private turns = 0;
  private stopped = false;
  private readonly refused: string[] = [];
  private readonly running: Promise<void>;

  constructor(
    private readonly store: SessionStore,
    readonly key: SessionKey,
  ) {
    this.running = this.run();
  }

  /** How many turns were answered. */
  get answered(): number {
    return this.turns;
  }

  /** Why tries failed, so far. */
  get failures(): readonly string[] {
    return this.refused;
  }

  /** Resolves to the ids of the answered turns, in their order. */
  async stop(): Promise<readonly string[]> {
    this.stopped = true;
    await this.running;
    return Array.from({ length: this.turns }, (_, index) => uuid(index + 1));
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const { failures: refusals } = await applyTurnWithRetries(this.store, this.key, uuid(this.turns + 1));
      this.refused.push(...refusals);
      this.turns += 1;
    }
  }
}
