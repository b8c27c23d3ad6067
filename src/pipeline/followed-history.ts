import { OrchestratorError } from '../domain/orchestrator-error';
import type { SessionKey } from '../domain/session';
import type { Call } from '../ports/call';
import type { SessionStore, TurnRecord } from '../ports/session-store';

/** From where on a session is followed. */
export interface WatchSessionQuery {
  readonly key: SessionKey;
  /** The revision of the last turn that the reader has; 0: all that are recorded; undefined: from now on. */
  readonly afterRevision: number | undefined;
  /** The id of that turn, where the reader says it. */
  readonly afterTurnId: string | undefined;
}

/** So many turns are read at once at most, and kept in memory for one reader. */
const pageSize = 16;

/** A turn among all that a session ever had, also where it was erased and begun anew with the same ids. */
type TurnMark = Pick<TurnRecord, 'turnId'> & Partial<Pick<TurnRecord, 'committedAt'>>;

/**
 * The turns of one session, read from a cursor on. The turn at the cursor is read again with those after it: as long as it is
 * there and the same, they follow it without a gap and belong to the same history. So a reader may be one turn less behind than
 * are recorded.
 */
export class FollowedHistory {
  private constructor(
    private readonly store: SessionStore,
    private readonly key: SessionKey,
    private revision: number,
    private mark: TurnMark | undefined,
    /** Whether the first turn may be any: all that are recorded were asked for. */
    private beginsAnywhere: boolean,
  ) {}

  static async open(
    store: SessionStore,
    { key, afterRevision, afterTurnId }: WatchSessionQuery,
    call: Call,
  ): Promise<FollowedHistory> {
    if (afterRevision !== undefined) {
      const mark = afterTurnId === undefined || afterRevision === 0 ? undefined : { turnId: afterTurnId };
      return new FollowedHistory(store, key, afterRevision, mark, afterRevision === 0);
    }
    const session = await store.read(key, call);
    if (session === undefined) return new FollowedHistory(store, key, 0, undefined, false);
    const { revision, lastTurnId } = session;
    const mark = lastTurnId === '' ? undefined : { turnId: lastTurnId };
    return new FollowedHistory(store, key, revision, mark, false);
  }

  /** The revision of the last turn that the reader has; 0 before the first. */
  get cursor(): number {
    return this.revision;
  }

  /** The reader has the turn; it was the next. */
  pass({ revision, turnId, committedAt }: TurnRecord): void {
    this.revision = revision;
    this.mark = { turnId, committedAt };
  }

  /**
   * The next turns, oldest first; `more` where there are others behind them.
   *
   * @throws OrchestratorError SESSION_NOT_FOUND where the history that the reader has a part of is gone; CURSOR_TOO_OLD where the
   * next turn is no longer recorded, or the one before it, so that nobody can tell; and what the store throws.
   */
  async next(call: Call): Promise<{ readonly turns: readonly TurnRecord[]; readonly more: boolean }> {
    const found = await this.store.listTurns(this.key, Math.max(this.revision - 1, 0), pageSize + 1, call);
    const [first] = found;
    if (first === undefined) await this.refuseIfGone(call);
    else this.refuseIfOther(first);
    this.beginsAnywhere = false;
    const turns = found.filter(({ revision }) => revision > this.revision);
    return { turns, more: found.length > pageSize };
  }

  /** Nothing is recorded from the cursor on. */
  private async refuseIfGone(call: Call): Promise<void> {
    if (this.revision === 0) return;
    // A session has its last turn recorded, unless it never had that turn: it was imported.
    const session = this.mark === undefined ? await this.store.read(this.key, call) : undefined;
    if ((session?.revision ?? 0) < this.revision) throw this.gone();
  }

  /** `first` is the oldest turn that is recorded from the cursor on. */
  private refuseIfOther(first: TurnRecord): void {
    if (first.revision === this.revision) {
      const { turnId, committedAt } = this.mark ?? first;
      if (turnId !== first.turnId || (committedAt ?? first.committedAt) !== first.committedAt) throw this.gone();
      this.mark = { turnId, committedAt: first.committedAt };
      return;
    }
    const follows = first.revision === this.revision + 1 && this.mark === undefined;
    if (!follows && !this.beginsAnywhere) throw this.tooOld(first);
  }

  private gone(): OrchestratorError {
    const { sessionId } = this.key;
    return new OrchestratorError(
      'SESSION_NOT_FOUND',
      `Session ${sessionId} has no turn of revision ${this.revision} that the reader could have: it was deleted or its time was ` +
        'over, and it may have begun anew. Follow it with after_revision 0.',
      { metadata: { session_id: sessionId } },
    );
  }

  private tooOld({ revision }: TurnRecord): OrchestratorError {
    return new OrchestratorError(
      'CURSOR_TOO_OLD',
      `Turns after revision ${this.revision} are no longer recorded; the oldest that is has revision ${revision}. Read the ` +
        `session, or follow it with after_revision ${revision - 1} and do without those in between.`,
      { metadata: { oldest_cursor: String(revision - 1) } },
    );
  }
}
