import { EventEmitter, once } from 'node:events';
import { OrchestratorError } from '../../src/core/model/orchestrator-error';
import { watchSession } from '../../src/server/application/watch-session';
import { createCall } from '../../src/server/ports/call';
import type { SessionStore, TurnRecord } from '../../src/server/ports/session-store';
import { noopTelemetry } from '../../src/server/telemetry/noop-telemetry';
import { uuid } from './session-builder';

export interface FollowingOptions {
  readonly afterRevision?: number;
  readonly afterTurnId?: string;
  readonly pollIntervalMs?: number;
  /** Awaited with every turn that is handed over: a reader that is slow. */
  readonly hand?: (turn: TurnRecord) => Promise<void>;
}

/** A reader that follows a session of tenant 1 through the use case. */
export class Following {
  readonly turns: TurnRecord[] = [];
  /** Why it ended; fails the test where that is a defect. */
  readonly ended: Promise<OrchestratorError>;
  private readonly abort = new AbortController();
  private readonly events = new EventEmitter();

  constructor(store: SessionStore, options: FollowingOptions = {}, sessionId = uuid(3)) {
    const { afterRevision, afterTurnId, pollIntervalMs = 600_000, hand = () => Promise.resolve() } = options;
    this.ended = watchSession(
      { store, telemetry: noopTelemetry, watchPollIntervalMs: pollIntervalMs },
      { key: { tenantId: uuid(1), sessionId }, afterRevision, afterTurnId },
      createCall(Number.POSITIVE_INFINITY, this.abort.signal),
      async (turn) => {
        this.turns.push(turn);
        this.events.emit('turn');
        await hand(turn);
      },
    ).catch((error: unknown) => {
      if (error instanceof OrchestratorError) return error;
      throw error;
    });
  }

  get revisions(): readonly number[] {
    return this.turns.map(({ revision }) => revision);
  }

  /** Resolves when so many turns have come; rejects when it ended before. */
  async has(count: number): Promise<void> {
    const early = this.ended.then(({ message }) => Promise.reject(new Error(`it ended early: ${message}`)));
    early.catch(() => undefined);
    while (this.turns.length < count) await Promise.race([once(this.events, 'turn'), early]);
  }

  /** Ends it and resolves to why it ended. */
  stop(reason?: OrchestratorError): Promise<OrchestratorError> {
    this.abort.abort(reason);
    return this.ended;
  }
}
