import { OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import type { SessionKey } from '../../../../src/core/model/session';
import type { CommitOutcome, SessionStore } from '../../../../src/server/ports/session-store';
import { uuid } from '../../../support/session-builder';
import { applyTurn } from '../contract/turn-driver';

/** The outcome of a turn that was retried until it succeeded, and the reasons of the failed attempts. */
export interface RetriedTurn {
  readonly outcome: CommitOutcome;
  readonly failures: readonly string[];
}

/** Retries a turn with the same id while the store is unavailable, as callers should. */
export async function applyTurnWithRetries(store: SessionStore, key: SessionKey, turnId: string): Promise<RetriedTurn> {
  const failures: string[] = [];
  for (;;) {
    try {
      return { outcome: await applyTurn(store, key, turnId), failures };
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      if (error.reason !== 'STORE_UNAVAILABLE' && error.reason !== 'COMMIT_UNKNOWN') throw error;
      failures.push(error.reason);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Sends the turns of a session sequentially until `stop` is called. */
export class RetryingCaller {
  private turnCount = 0;
  private isStopped = false;
  private readonly failedAttempts: string[] = [];
  private readonly runPromise: Promise<void>;

  constructor(
    private readonly store: SessionStore,
    readonly key: SessionKey,
  ) {
    this.runPromise = this.run();
  }

  /** The number of completed turns. */
  get completedCount(): number {
    return this.turnCount;
  }

  /** The reasons of the failed attempts so far. */
  get failures(): readonly string[] {
    return this.failedAttempts;
  }

  /** Stops the caller. Resolves to the ids of the completed turns in order. */
  async stop(): Promise<readonly string[]> {
    this.isStopped = true;
    await this.runPromise;
    return Array.from({ length: this.turnCount }, (_, index) => uuid(index + 1));
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const { failures } = await applyTurnWithRetries(this.store, this.key, uuid(this.turnCount + 1));
      this.failedAttempts.push(...failures);
      this.turnCount += 1;
    }
  }
}
