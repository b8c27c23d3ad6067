import { EventEmitter, once } from 'node:events';
import { OrchestratorError } from '../../src/core/model/orchestrator-error';
import { watchSession } from '../../src/server/application/watch-session';
import { createCall } from '../../src/server/ports/call';
import type { SessionStore, TurnRecord } from '../../src/server/ports/session-store';
import { uuid } from './session-builder';

export interface SessionWatcherOptions {
  readonly afterRevision?: number;
  readonly afterTurnId?: string;
  readonly pollIntervalMs?: number;
  /** Awaited for every delivered turn. A pending promise simulates a slow client. */
  readonly onTurn?: (turn: TurnRecord) => Promise<void>;
}

/** Watches a session of tenant 1 through the use case. */
export class SessionWatcher {
  readonly turns: TurnRecord[] = [];
  /** The error that ended the stream. An error that is not an OrchestratorError fails the test. */
  readonly ended: Promise<OrchestratorError>;
  private readonly abort = new AbortController();
  private readonly events = new EventEmitter();

  constructor(store: SessionStore, options: SessionWatcherOptions = {}, sessionId = uuid(3)) {
    const { afterRevision, afterTurnId, pollIntervalMs = 600_000, onTurn = () => Promise.resolve() } = options;
    this.ended = watchSession(
      { store, watchPollIntervalMs: pollIntervalMs },
      { key: { tenantId: uuid(1), sessionId }, afterRevision, afterTurnId },
      createCall(Number.POSITIVE_INFINITY, this.abort.signal),
      async (turn) => {
        this.turns.push(turn);
        this.events.emit('turn');
        await onTurn(turn);
      },
    ).catch((error: unknown) => {
      if (error instanceof OrchestratorError) return error;
      throw error;
    });
  }

  get revisions(): readonly number[] {
    return this.turns.map(({ revision }) => revision);
  }

  /** Resolves when `count` turns have been delivered; rejects if the stream ends first. */
  async waitForTurns(count: number): Promise<void> {
    const early = this.ended.then(({ message }) => Promise.reject(new Error(`The stream ended early: ${message}`)));
    early.catch(() => undefined);
    while (this.turns.length < count) await Promise.race([once(this.events, 'turn'), early]);
  }

  /** Cancels the stream and resolves to the error that ended it. */
  stop(reason?: OrchestratorError): Promise<OrchestratorError> {
    this.abort.abort(reason);
    return this.ended;
  }
}
