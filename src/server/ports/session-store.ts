import type { Session, SessionKey } from '../../core/model/session';
import type { Call } from './call';
import type { TraceContext } from './trace-context';
import type { TurnSummary } from './turn-feed';

/** An applied turn, as recorded by the commit. */
export interface TurnRecord {
  /** The session's revision after the turn. */
  readonly revision: number;
  readonly turnId: string;
  /** The time of the turn in milliseconds since 1970. */
  readonly occurredAt: number;
  /** Milliseconds since 1970, by the clock of the node that committed. */
  readonly committedAt: number;
  /** The request bytes; opaque to the store. */
  readonly request: Uint8Array;
  /** The response bytes in the view BASIC, whatever view the caller asked for; opaque to the store. */
  readonly response: Uint8Array;
  /**
   * What else the turn was decided on, so that it can be decided again: the scenario versions and a fingerprint of the other
   * definitions. Opaque to the store, usually 5 bytes. Undefined for a turn that a release up to 0.2 recorded.
   */
  readonly basis?: Uint8Array | undefined;
  /**
   * The span in which the turn was decided. If that span was not recorded: the trace context that the caller sent with a streamed
   * turn, or undefined.
   */
  readonly traceContext?: TraceContext | undefined;
}

/** The state before the last turn of a session. `session` is undefined if that turn was the first one. */
export interface StateBefore {
  readonly session: Session | undefined;
}

export interface LoadedSession {
  /** Undefined if the session does not exist or has expired. May be outdated, because `commit` detects an outdated session. */
  readonly session: Session | undefined;
  /** The record of the turn if it was already applied. A store may leave this check to `commit`. */
  readonly recordedTurn: TurnRecord | undefined;
  /** Only if it was requested: the state before the session's last turn. Undefined if none is kept for that turn. */
  readonly stateBefore?: StateBefore | undefined;
}

/** What to load in addition to the session. */
export interface LoadOptions {
  /** Loads from the store, and looks for the recorded turn. */
  readonly skipsCache?: boolean;
  /** Loads the state before the session's last turn, and skips the cache. */
  readonly includesStateBefore?: boolean;
}

/** A decided turn with the resulting session. */
export interface TurnCommit {
  /** The session that the turn was decided on; undefined if it did not exist. */
  readonly previousSession: Session | undefined;
  /** The session after the turn. Its revision is that of `previousSession` plus one, or 1. */
  readonly session: Session;
  readonly record: TurnRecord;
  /**
   * The state that the turn was decided on. `previous`: the state that the commit replaces; the store copies it. A session: the one that a
   * superseding turn was decided on (section 13).
   */
  readonly stateBefore: 'previous' | Session;
  /** Whether a later turn can supersede this one, so that the state before it is kept while it is the last turn (section 13). */
  readonly isSupersedable: boolean;
  /** What the feed has of the turn. It is stored with the turn. */
  readonly summary: TurnSummary;
}

export type CommitOutcome =
  /** Session and record are stored as durably as the setting `durability` requires. */
  | { readonly kind: 'committed' }
  /** The turn id was already applied; nothing was changed. */
  | { readonly kind: 'known'; readonly record: TurnRecord }
  /** The session has changed since it was loaded; nothing was written. `session` is the current state, undefined if deleted. */
  | { readonly kind: 'conflict'; readonly session: Session | undefined };

/** Selects recorded turns of a session. */
export interface RecordedTurnsQuery {
  readonly key: SessionKey;
  /** Only turns with a higher revision are returned. */
  readonly afterRevision: number;
  /** Maximum number of turns. */
  readonly limit: number;
  /** Maximum bytes of requests and responses in total; the first turn may be larger. Default: unlimited. */
  readonly maxBytes?: number;
}

/** A page of the recorded turns of a session, oldest first. */
export interface RecordedTurns {
  readonly turns: readonly TurnRecord[];
  /** Whether there are later turns. */
  readonly hasMore: boolean;
}

/** Names a recorded turn of a session. */
export type TurnSelector = { readonly turnId: string } | { readonly revision: number };

/** A recorded turn with all that is needed to decide it again. */
export interface TurnHistory {
  /**
   * The state that the first of `turns` was decided on. If that turn superseded another one, it is the state before the superseded turn, as
   * `restoreSessionBefore` returned it. Undefined if no state is kept from which the turn can be decided.
   */
  readonly start: StateBefore | undefined;
  /**
   * The turns from `start` to the requested one, without a gap, oldest first. Only the requested one if `start` is undefined. The state
   * before each turn but the first is the one after the turn before it, or, if it superseded that turn, `restoreSessionBefore` of that
   * state and the one before that turn.
   */
  readonly turns: readonly TurnRecord[];
}

/** Reads what is needed to decide a recorded turn again. */
export interface TurnHistoryStore {
  /**
   * Resolves to undefined if the session has no such recorded turn. Reads at most `maxHistoryTurns` turns and `maxHistoryBytes`. Rejects
   * with the errors of a SessionStore.
   */
  readTurnHistory(key: SessionKey, turn: TurnSelector, call: Call): Promise<TurnHistory | undefined>;
}

export interface CreateOutcome {
  readonly session: Session;
  /** False if the session existed; it was not changed. */
  readonly created: boolean;
}

/**
 * Stores sessions with their recorded turns. All changes of a commit are atomic (section 5).
 *
 * Every method rejects with an OrchestratorError: STORE_UNAVAILABLE if the store does not respond and nothing was changed,
 * DEADLINE or CANCELLED if the call ended before anything was sent.
 */
export interface SessionStore extends TurnHistoryStore {
  /**
   * Loads the session to decide `turnId` on. The session may come from a cache of this node, because `commit` detects an outdated
   * session. With `skipsCache` it comes from the store, and `recordedTurn` is set if the turn was applied.
   */
  load(key: SessionKey, turnId: string, call: Call, options?: LoadOptions): Promise<LoadedSession>;

  /**
   * Applies a turn atomically. First checks that the turn id is unknown, then that the store still holds `previousSession`, which
   * means the same revision and the same last turn, or the same import if there is no turn: the revision alone could be that of a
   * session that was deleted and created again. Keeps the state before the turn if the turn can be superseded, and for the turns that
   * `keepsStateBefore` names if it has at most `maxKeptStateBytes`. Restarts the session's time to live and keeps the last `recordedTurns` records. Rejects with COMMIT_UNKNOWN if the commit was sent but its reply was lost, so that only
   * a retry with the turn id returns the outcome. Rejects with STORE_FULL if the store is out of memory, and with SESSION_TOO_LARGE
   * if the session exceeds a limit and is larger than `previousSession`. In both cases, nothing was changed. SESSION_TOO_LARGE comes
   * before all checks, so the turn id may be known.
   */
  commit(commit: TurnCommit, call: Call): Promise<CommitOutcome>;

  /**
   * Atomically stores an imported session (section 8) at revision 0, unless the session exists. The stored session has the full
   * time to live and no recorded turn. Rejects like `commit`. A retry is safe.
   */
  create(session: Session, call: Call): Promise<CreateOutcome>;

  /** Reads the session from the store, bypassing the cache. */
  read(key: SessionKey, call: Call): Promise<Session | undefined>;

  /** Lists recorded turns, oldest first: at least one if any turn matches. Reads at most one turn more than it returns. */
  listTurns(query: RecordedTurnsQuery, call: Call): Promise<RecordedTurns>;

  /**
   * Deletes the session, its recorded turns and its known turn ids, and adds the deletion to the feed if anything was deleted. Resolves to
   * whether anything was.
   */
  delete(key: SessionKey, call: Call): Promise<boolean>;

  /**
   * Calls `listener` after every later commit and deletion of the session on any node. A read after the call of `listener` returns
   * the change or a newer state. `listener` may also be called without a change. Changes may be missed while the store does not
   * respond, and expiry is not reported, so a listener must poll as well. Returns a function that unsubscribes.
   */
  onChange(key: SessionKey, listener: () => void): () => void;

  /** Writes a probe to the store; rejects if the store does not accept writes. */
  probe(call: Call): Promise<void>;

  /** Releases connections and files. Idempotent. */
  close(): Promise<void>;
}
