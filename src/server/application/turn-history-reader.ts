import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { RecordedTurns, SessionStore, TurnRecord } from '../ports/session-store';

/** From where on a session is followed. */
export interface WatchSessionQuery {
  readonly key: SessionKey;
  /** The revision of the last turn that the reader has; 0: all that are recorded; undefined: from now on. */
  readonly afterRevision: number | undefined;
  /** The id of that turn, where the reader says it. */
  readonly afterTurnId: string | undefined;
}

/** So many turns are read at once at most, besides the one at the cursor, and kept in memory for one reader. */
const pageSize = 16;
/** So many bytes of them, where one turn alone has no more. */
const pageBytes = 4_194_304;

/** A turn among all that a session ever had, also where it was erased and begun anew with the same ids. */
type TurnMark = Pick<TurnRecord, 'turnId'> & Partial<Pick<TurnRecord, 'committedAt'>>;

/**
 * The turns of one session, read from a cursor on. The turn at the cursor is read again with those after it: as long as it is
 * there and the same, they follow it without a gap and belong to the same history. So a reader may be one turn less behind than
 * are recorded.
 */
export class TurnHistoryReader {
  private constructor(
    private readonly store: SessionStore,
    private readonly key: SessionKey,
    private revision: number,
    /** The turn of that revision, as far as it is known. */
    private mark: TurnMark | undefined,
    /** Whether the first turn may be any: all that are recorded were asked for. */
    private beginsAnywhere: boolean,
  ) {}

  static async open(
    store: SessionStore,
    { key, afterRevision, afterTurnId }: WatchSessionQuery,
    call: Call,
  ): Promise<TurnHistoryReader> {
    const session = afterRevision === undefined ? await store.read(key, call) : undefined;
    const revision = afterRevision ?? session?.revision ?? 0;
    const turnId = session?.lastTurnId ?? afterTurnId;
    const mark = revision === 0 || turnId === undefined ? undefined : { turnId };
    return new TurnHistoryReader(store, key, revision, mark, afterRevision === 0);
  }

  /** The revision of the last turn that the reader has; 0 before the first. */
  get cursor(): number {
    return this.revision;
  }

  /** The reader has the turn; it was the next. */
  advance({ revision, turnId, committedAt }: TurnRecord): void {
    this.revision = revision;
    this.mark = { turnId, committedAt };
  }

  /**
   * The next turns, oldest first; `more` where there are others behind them.
   *
   * @throws OrchestratorError SESSION_NOT_FOUND where the history that the reader has a part of is gone; CURSOR_TOO_OLD where the
   * next turn is no longer recorded, or the one before it, so that nobody can tell; and what the store throws.
   */
  async readNext(call: Call): Promise<RecordedTurns> {
    const found = await this.read(call);
    this.check(found.turns[0]);
    this.beginsAnywhere = false;
    return { turns: found.turns.filter(({ revision }) => revision > this.revision), hasMore: found.hasMore };
  }

  /** The turn at the cursor, and those after it: at least one, where there is one. */
  private async read(call: Call): Promise<RecordedTurns> {
    const before = Math.max(this.revision - 1, 0);
    const found = await this.store.listTurns(this.key, before, pageSize + 1, call, pageBytes);
    return found.turns.length === 1 && found.hasMore ? this.store.listTurns(this.key, before, 2, call) : found;
  }

  /** `oldest` is the oldest turn that is recorded from the cursor on. */
  private check(oldest: TurnRecord | undefined): void {
    if (oldest === undefined) {
      // The last turn of a session is always recorded.
      if (this.revision > 0) throw this.gone();
    } else if (oldest.revision === this.revision) {
      const { turnId, committedAt = oldest.committedAt } = this.mark ?? oldest;
      if (turnId !== oldest.turnId || committedAt !== oldest.committedAt) throw this.gone();
      this.mark = { turnId, committedAt };
    } else if (!this.beginsAnywhere && (oldest.revision > this.revision + 1 || this.mark !== undefined)) {
      throw this.tooOld(oldest);
    }
  }

  private gone(): OrchestratorError {
    const { sessionId } = this.key;
    return new OrchestratorError(
      'SESSION_NOT_FOUND',
      `Session ${sessionId} has no such turn of revision ${this.revision}: it was deleted or expired, and may have begun anew. ` +
        'Follow it with after_revision 0.',
      { metadata: { session_id: sessionId } },
    );
  }

  private tooOld({ revision }: TurnRecord): OrchestratorError {
    return new OrchestratorError(
      'CURSOR_TOO_OLD',
      `Turns after revision ${this.revision} are no longer recorded; the oldest that is has revision ${revision}. Read the ` +
        `session, or follow it with after_revision ${revision - 1} and without after_turn_id.`,
      { metadata: { oldest_cursor: String(revision - 1) } },
    );
  }
}
