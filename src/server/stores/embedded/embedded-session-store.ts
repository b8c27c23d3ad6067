import { EventEmitter } from 'node:events';
import type { Session, SessionKey } from '../../../core/model/session';
import { encodeBoundedSession } from '../../codec/stored/bounded-session';
import { decodeSession, decodeStateBefore, encodeSession } from '../../codec/stored/stored-values';
import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import { defaultSessionLimits, type SessionLimits } from '../../ports/session-limits';
import type {
  CommitOutcome,
  CreateOutcome,
  LoadedSession,
  LoadOptions,
  RecordedTurns,
  RecordedTurnsQuery,
  SessionStore,
  TurnCommit,
  TurnRecord,
} from '../../ports/session-store';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPair } from './embedded-keys';
import { SessionTable, StateBeforeTable, TurnTable } from './session-tables';
import type { SessionValue } from './session-values';

export interface EmbeddedSessionStoreOptions {
  /** The time to live of a session after its last turn, in milliseconds. */
  readonly sessionTtlMs: number;
  /** The number of recorded turns per session, at least 1. A retry is recognized while its turn is recorded. */
  readonly recordedTurns: number;
  /** Default: the defaults of `[limits]`. */
  readonly sessionLimits?: SessionLimits;
  readonly clock: Clock;
}

/** The result of the transaction of a commit. States are decoded after the transaction. */
type CommitResult =
  | { readonly kind: 'committed' }
  | { readonly kind: 'known'; readonly record: TurnRecord }
  | { readonly kind: 'conflict'; readonly state: Uint8Array | undefined };

/** A commit with encoded sessions. */
interface EncodedCommit extends Omit<TurnCommit, 'session' | 'keptState'> {
  readonly state: Uint8Array;
  readonly keptState: 'previous' | 'none' | Uint8Array;
}

const noState: Uint8Array = new Uint8Array();

/**
 * Sessions on the local disk. A commit is one transaction and is acknowledged when it is on the disk. An expired session is
 * immediately invisible to every method; `sweep` frees its space.
 */
export class EmbeddedSessionStore implements SessionStore {
  private readonly sessions: SessionTable;
  private readonly statesBefore: StateBeforeTable;
  private readonly turns: TurnTable;
  private readonly sessionLimits: SessionLimits;
  /** Emits an event for each change. The name of the event is the key of the session. */
  private readonly changes = new EventEmitter().setMaxListeners(0);

  constructor(
    private readonly environment: EmbeddedEnvironment,
    private readonly options: EmbeddedSessionStoreOptions,
  ) {
    if (!(options.recordedTurns >= 1)) throw new Error('The number of recorded turns must be at least 1.');
    this.sessions = new SessionTable(environment);
    this.sessionLimits = options.sessionLimits ?? defaultSessionLimits;
    this.statesBefore = new StateBeforeTable(environment);
    this.turns = new TurnTable(environment);
  }

  async load(
    key: SessionKey,
    turnId: string,
    call: Call,
    { includesStateBefore = false }: LoadOptions = {},
  ): Promise<LoadedSession> {
    const session = toTableKey(key);
    return this.environment.read(call, () => {
      const value = this.getUnexpired(session);
      if (value === undefined) return { session: undefined, recordedTurn: undefined };
      const before = includesStateBefore ? this.statesBefore.get(session, value.revision) : undefined;
      return {
        session: decodeSession(value.state),
        recordedTurn: this.turns.find(session, turnId),
        stateBefore: before && decodeStateBefore(before),
      };
    });
  }

  async commit({ previousSession, session, record, keptState }: TurnCommit, call: Call): Promise<CommitOutcome> {
    if (session.revision !== record.revision) throw new Error('A turn and its session must have the same revision.');
    const tableKey = toTableKey(session);
    const state = encodeBoundedSession(session, previousSession, this.sessionLimits);
    const kept = typeof keptState === 'string' ? keptState : encodeSession(keptState);
    const apply = () => this.apply(tableKey, { previousSession, record, keptState: kept, state });
    const result = await this.environment.write(call, apply, () => this.changes.emit(tableKey));
    switch (result.kind) {
      case 'committed':
      case 'known':
        return result;
      case 'conflict':
        return { kind: 'conflict', session: result.state === undefined ? undefined : decodeSession(result.state) };
    }
  }

  async create(session: Session, call: Call): Promise<CreateOutcome> {
    const tableKey = toTableKey(session);
    const state = encodeBoundedSession(session, undefined, this.sessionLimits);
    const existing = await this.environment.write(call, () => {
      const value = this.getUnexpired(tableKey);
      if (value !== undefined) return value.state;
      this.putState(tableKey, session.revision, state);
      return undefined;
    });
    if (existing === undefined) return { session, created: true };
    return { session: decodeSession(existing), created: false };
  }

  async read(key: SessionKey, call: Call): Promise<Session | undefined> {
    const value = this.environment.read(call, () => this.getUnexpired(toTableKey(key)));
    return value === undefined ? undefined : decodeSession(value.state);
  }

  async listTurns(
    { key, afterRevision, limit, maxBytes = Number.MAX_SAFE_INTEGER }: RecordedTurnsQuery,
    call: Call,
  ): Promise<RecordedTurns> {
    const session = toTableKey(key);
    return this.environment.read(call, () => {
      if (this.getUnexpired(session) === undefined) return { turns: [], hasMore: false };
      return this.turns.list(session, { afterRevision, limit, maxBytes });
    });
  }

  async delete(key: SessionKey, call: Call): Promise<boolean> {
    const session = toTableKey(key);
    const remove = () => {
      const existed = this.getUnexpired(session) !== undefined;
      this.remove(session, this.sessions.get(session));
      return existed;
    };
    return this.environment.write(call, remove, () => this.changes.emit(session));
  }

  onChange(key: SessionKey, listener: () => void): () => void {
    const session = toTableKey(key);
    // A new function for each call, so that a listener that is added twice must be removed twice.
    const onEvent = () => listener();
    this.changes.on(session, onEvent);
    return () => this.changes.off(session, onEvent);
  }

  async probe(call: Call): Promise<void> {
    await this.environment.probe(call);
  }

  /**
   * Checks at most `limit` sessions that may have expired, and removes the expired ones. Resolves to the number of checked
   * sessions. If the number equals `limit`, there may be more. Call `sweep` periodically to free the space of expired sessions.
   */
  async sweep(limit: number, call: Call): Promise<number> {
    const dueSessions = this.environment.read(call, () => this.sessions.listDue(this.options.clock.now(), limit));
    await Promise.all(dueSessions.map((session) => this.environment.write(call, () => this.sweepOne(session))));
    return dueSessions.length;
  }

  /** Closes the environment, which is shared with the catalogue. */
  close(): Promise<void> {
    return this.environment.close();
  }

  /** Applies a commit. All checks, in the order that SessionStore documents, come before the first write. */
  private apply(session: string, { previousSession, record, keptState, state }: EncodedCommit): CommitResult {
    const value = this.getUnexpired(session);
    const recordedTurn = value === undefined ? undefined : this.turns.find(session, record.turnId);
    if (recordedTurn !== undefined) return { kind: 'known', record: recordedTurn };
    if (!this.isUnchanged(session, value, previousSession)) return { kind: 'conflict', state: value?.state };
    this.putState(session, record.revision, state);
    if (keptState === 'none') this.statesBefore.remove(session);
    else {
      const before = keptState === 'previous' ? (value?.state ?? noState) : keptState;
      this.statesBefore.put(session, record.revision, before);
    }
    this.turns.add(session, record, this.options.recordedTurns);
    return { kind: 'committed' };
  }

  /**
   * Whether the store still holds the previous session. A session that was deleted and created again may reach the same revision,
   * but its last turn differs.
   */
  private isUnchanged(session: string, value: SessionValue | undefined, previous: Session | undefined): boolean {
    if (value?.revision !== previous?.revision) return false;
    if (previous === undefined || previous.lastTurnId === '') return true;
    return this.turns.getRevision(session, previous.lastTurnId) === previous.revision;
  }

  /** Stores a state. If the stored session has expired, its turns are removed first. */
  private putState(session: string, revision: number, state: Uint8Array): void {
    const { clock, sessionTtlMs } = this.options;
    if (this.getUnexpired(session) === undefined) this.remove(session, this.sessions.get(session));
    this.sessions.put(session, revision, state, clock.now() + sessionTtlMs);
  }

  private getUnexpired(session: string): SessionValue | undefined {
    const value = this.sessions.get(session);
    return value !== undefined && value.expiresAt > this.options.clock.now() ? value : undefined;
  }

  private sweepOne(session: string): void {
    const value = this.sessions.get(session);
    if (value === undefined) return;
    if (value.expiresAt > this.options.clock.now()) this.sessions.reschedule(session, value);
    else this.remove(session, value);
  }

  private remove(session: string, value: SessionValue | undefined): void {
    if (value === undefined) return;
    this.sessions.remove(session, value);
    this.statesBefore.remove(session);
    this.turns.removeAll(session);
  }
}

function toTableKey(key: SessionKey): string {
  return encodeKeyPair(key.tenantId, key.sessionId);
}
