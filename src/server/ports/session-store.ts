import type { Session, SessionKey } from '../../core/model/session';
import type { Call } from './call';

/** A turn that was applied, as it is recorded with the commit. */
export interface TurnRecord {
  /** The session's revision after the turn. */
  readonly revision: number;
  readonly turnId: string;
  /** Milliseconds since 1970. The time that the turn was decided with. */
  readonly occurredAt: number;
  /** Milliseconds since 1970, by the clock of the node that committed. */
  readonly committedAt: number;
  /** The request as it was sent; opaque to the store. */
  readonly request: Uint8Array;
  /** The response as it was given; opaque to the store. */
  readonly response: Uint8Array;
  /** W3C traceparent of the span in which the turn was decided; undefined where nobody recorded one. */
  readonly traceparent?: string | undefined;
}

/** What a turn needs to begin. */
export interface LoadedSession {
  /** Undefined where no turn was applied and nothing imported yet, or the session expired. May be older than the store's: the commit checks. */
  readonly session: Session | undefined;
  /** Set where the store already knows that the turn was applied. A store may leave this to `commit`. */
  readonly recordedTurn: TurnRecord | undefined;
}

/** A decided turn with the state that follows from it. */
export interface TurnCommit {
  /** The session that the turn was decided on; undefined where there was none. */
  readonly previousSession: Session | undefined;
  /** The state after the turn; its revision is one above that of `before`, or 1. */
  readonly session: Session;
  readonly record: TurnRecord;
}

export type CommitOutcome =
  /** State, record and response are durable as the store's `durability` says. */
  | { readonly kind: 'committed' }
  /** The turn id was applied before; nothing was changed. */
  | { readonly kind: 'known'; readonly record: TurnRecord }
  /** The session moved on; nothing was changed. The current state comes back, undefined where the session is gone. */
  | { readonly kind: 'conflict'; readonly session: Session | undefined };

/** Recorded turns of a session, oldest first. */
export interface RecordedTurns {
  readonly turns: readonly TurnRecord[];
  /** Whether there are others behind them. */
  readonly hasMore: boolean;
}

/** What there is after a session was to be created. */
export interface CreateOutcome {
  readonly session: Session;
  /** False where there was one already; it was left as it is. */
  readonly created: boolean;
}

/**
 * Holds sessions with their recorded turns. Everything of a session is committed together or not at all (section 5).
 *
 * Every method rejects with an OrchestratorError: STORE_UNAVAILABLE when the store does not answer and nothing was changed,
 * DEADLINE when the call's time ran out before anything was sent, CANCELLED when the caller gave up before that.
 */
export interface SessionStore {
  /**
   * The session to decide `turnId` on. May come from a cache of this node, as correctness rests on `commit`; with `fresh` it comes
   * from the store, and `known` is settled.
   */
  load(key: SessionKey, turnId: string, call: Call, fresh?: boolean): Promise<LoadedSession>;

  /**
   * Applies a turn when its id is not known and the store still holds `before`, checked in this order, in one atomic step. It
   * does when revision and last turn are the same; the revision alone could be that of a session that was erased and begun anew.
   * Slides the session's time to live and trims the recorded turns to the newest `recordedTurns`. Rejects with COMMIT_UNKNOWN when the commit was sent and its answer lost: only the turn id can tell; with
   * STORE_FULL when the store refused for want of memory, nothing changed.
   */
  commit(commit: TurnCommit, call: Call): Promise<CommitOutcome>;

  /**
   * Stores a session at revision 0, an imported one (section 8), where there is none, in one atomic step, with a session's full
   * time to live and without a recorded turn. Rejects as `commit` does; to call it again is safe.
   */
  create(session: Session, call: Call): Promise<CreateOutcome>;

  /** The session as the store holds it, past any cache. */
  read(key: SessionKey, call: Call): Promise<Session | undefined>;

  /**
   * Recorded turns with a revision above `afterRevision`, oldest first, at most `limit`, with at most `bytes` of requests and
   * responses together (default: any number); the first is among them whatever its size. No more than those and one turn is read.
   */
  listTurns(key: SessionKey, afterRevision: number, limit: number, call: Call, bytes?: number): Promise<RecordedTurns>;

  /** Erases state, recorded turns and known turn ids. Resolves to whether there was anything. */
  delete(key: SessionKey, call: Call): Promise<boolean>;

  /**
   * Calls `listener` after every commit and every deletion of the session from now on, whichever node made it; what it then
   * reads is what was changed, or newer. It may be called more often. Changes may be missed while the store does not answer,
   * and the end of a session's time to live is not told, so who listens also looks by itself now and then. Returns how to stop.
   */
  onChange(key: SessionKey, listener: () => void): () => void;

  /** Proves that the store takes writes; rejects where it does not. */
  probe(call: Call): Promise<void>;

  /** Releases connections and files. Idempotent. */
  close(): Promise<void>;
}
