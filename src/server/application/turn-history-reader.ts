import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { RecordedTurns, SessionStore, TurnRecord } from '../ports/session-store';

export interface WatchSessionQuery {
  readonly key: SessionKey;
  /**
   * The revision of the last turn that the client has. 0 starts with the oldest recorded turn. Undefined starts with the next turn.
   */
  readonly afterRevision: number | undefined;
  /** The id of the turn at `afterRevision`; undefined if the client did not send it. */
  readonly afterTurnId: string | undefined;
}

/** Maximum number of turns per read in addition to the one at the cursor. Limits the memory per stream. */
const maxTurnsPerRead = 16;
/** Maximum bytes per read, unless a single turn is larger. */
const maxBytesPerRead = 4_194_304;

/** Identifies a turn even if the session was deleted and created again with the same turn ids. */
type TurnIdentity = Pick<TurnRecord, 'turnId'> & Partial<Pick<TurnRecord, 'committedAt'>>;

/**
 * Reads the turns of one session from a cursor. Every read includes the turn at the cursor: if it is unchanged, the turns after it
 * belong to the same history and follow without a gap. A client can therefore lag behind by at most one turn less than the number
 * of recorded turns.
 */
export class TurnHistoryReader {
  private constructor(
    private readonly store: SessionStore,
    private readonly key: SessionKey,
    private revision: number,
    /** The turn at `revision`; undefined if its id is unknown. `committedAt` is unknown until the turn has been read. */
    private lastTurn: TurnIdentity | undefined,
    /** Whether the history may start at any revision, because all recorded turns were requested. */
    private canStartAnywhere: boolean,
  ) {}

  static async open(
    store: SessionStore,
    { key, afterRevision, afterTurnId }: WatchSessionQuery,
    call: Call,
  ): Promise<TurnHistoryReader> {
    const session = afterRevision === undefined ? await store.read(key, call) : undefined;
    const revision = afterRevision ?? session?.revision ?? 0;
    const turnId = session?.lastTurnId ?? afterTurnId;
    const lastTurn = revision === 0 || turnId === undefined ? undefined : { turnId };
    return new TurnHistoryReader(store, key, revision, lastTurn, afterRevision === 0);
  }

  /** Returns the revision of the last turn that the client has; 0 if the client has none. */
  get cursor(): number {
    return this.revision;
  }

  /** Moves the cursor to the turn that is delivered next. */
  advance({ revision, turnId, committedAt }: TurnRecord): void {
    this.revision = revision;
    this.lastTurn = { turnId, committedAt };
  }

  /**
   * Reads the turns after the cursor, oldest first.
   *
   * @throws OrchestratorError SESSION_NOT_FOUND if the history at the cursor no longer exists; CURSOR_TOO_OLD if the next turn, or
   * the turn that is needed to verify the history, is no longer recorded; and the errors of the store.
   */
  async readNext(call: Call): Promise<RecordedTurns> {
    const { turns, hasMore } = await this.readFromCursor(call);
    this.checkHistory(turns[0]);
    this.canStartAnywhere = false;
    return { turns: turns.filter(({ revision }) => revision > this.revision), hasMore };
  }

  /** Reads the turn at the cursor and, if later turns exist, at least one of them. */
  private async readFromCursor(call: Call): Promise<RecordedTurns> {
    const before = Math.max(this.revision - 1, 0);
    const page = await this.store.listTurns(
      { key: this.key, afterRevision: before, limit: maxTurnsPerRead + 1, maxBytes: maxBytesPerRead },
      call,
    );
    return page.turns.length === 1 && page.hasMore
      ? this.store.listTurns({ key: this.key, afterRevision: before, limit: 2 }, call)
      : page;
  }

  /** Checks that the history at the cursor still exists. `oldest` is the oldest recorded turn at or after the cursor. */
  private checkHistory(oldest: TurnRecord | undefined): void {
    if (oldest === undefined) {
      // The last turn of a session is always recorded.
      if (this.revision > 0) throw this.createNotFoundError();
    } else if (oldest.revision === this.revision) {
      const { turnId, committedAt = oldest.committedAt } = this.lastTurn ?? oldest;
      if (turnId !== oldest.turnId || committedAt !== oldest.committedAt) throw this.createNotFoundError();
      this.lastTurn = { turnId, committedAt };
    } else if (!this.canStartAnywhere && (oldest.revision > this.revision + 1 || this.lastTurn !== undefined)) {
      throw this.createCursorTooOldError(oldest);
    }
  }

  private createNotFoundError(): OrchestratorError {
    const { sessionId } = this.key;
    return new OrchestratorError(
      'SESSION_NOT_FOUND',
      `Session ${sessionId} does not have this turn at revision ${this.revision}: it was deleted or has expired, and may have been ` +
        'created again. Watch it with after_revision 0.',
      { metadata: { session_id: sessionId } },
    );
  }

  private createCursorTooOldError({ revision }: TurnRecord): OrchestratorError {
    return new OrchestratorError(
      'CURSOR_TOO_OLD',
      `Turns after revision ${this.revision} are no longer recorded; the oldest recorded turn has revision ${revision}. Read the ` +
        `session, or watch it with after_revision ${revision - 1} and without after_turn_id.`,
      { metadata: { oldest_cursor: String(revision - 1) } },
    );
  }
}
