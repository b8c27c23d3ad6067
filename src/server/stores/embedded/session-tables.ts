import type { Database } from 'lmdb';
import type { RecordedTurns, RecordedTurnsQuery, TurnRecord } from '../../ports/session-store';
import { maxHistoryBytes, maxHistoryTurns } from '../../ports/turn-history';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPart, keyPartUpperBound } from './embedded-keys';
import {
  decodeSessionValue,
  decodeStateBeforeValue,
  decodeTurnValue,
  encodeSessionValue,
  encodeStateBeforeValue,
  encodeTurnValue,
  type SessionValue,
} from './session-values';

// Call the methods that change a table only within a transaction, that is, within `EmbeddedEnvironment.write`.

/**
 * The states of all sessions, and an expiry entry for each session. The entry has the time from which the session may have
 * expired. Only the sweep moves the entry to a later time, so that a turn that extends the expiry does not write the entry.
 */
export class SessionTable {
  private readonly sessions: Database<Uint8Array, string>;
  private readonly expiries: Database<boolean, [sweepAt: number, session: string]>;

  constructor(environment: EmbeddedEnvironment) {
    this.sessions = environment.openTable('sessions', 'binary');
    this.expiries = environment.openTable('expiries', 'json');
  }

  /** Returns a session, even if it has expired. */
  get(session: string): SessionValue | undefined {
    const bytes = this.sessions.get(session);
    return bytes === undefined ? undefined : decodeSessionValue(bytes);
  }

  put(session: string, revision: number, state: Uint8Array, expiresAt: number): void {
    const previous = this.get(session);
    // The new expiry may be earlier, because the configured time to live may have been reduced.
    const sweepAt = previous === undefined ? expiresAt : Math.min(previous.sweepAt, expiresAt);
    if (sweepAt !== previous?.sweepAt) this.moveExpiry(session, previous?.sweepAt, sweepAt);
    this.sessions.putSync(session, encodeSessionValue({ revision, expiresAt, sweepAt, state }));
  }

  /** Makes a session expire at once, and drops its state. Its other entries remain until they are removed. */
  expire(session: string, value: SessionValue): void {
    this.reschedule(session, { ...value, expiresAt: 0, state: new Uint8Array() });
  }

  /** Moves the expiry entry to the time when the session expires. */
  reschedule(session: string, value: SessionValue): void {
    this.moveExpiry(session, value.sweepAt, value.expiresAt);
    this.sessions.putSync(session, encodeSessionValue({ ...value, sweepAt: value.expiresAt }));
  }

  remove(session: string, value: SessionValue): void {
    this.moveExpiry(session, value.sweepAt, undefined);
    this.sessions.removeSync(session);
  }

  /** Lists at most `limit` sessions that may have expired at `now`, in order of their expiry entries. */
  listDue(now: number, limit: number): readonly string[] {
    return Array.from(this.expiries.getKeys({ end: [now, keyPartUpperBound], limit }), ([, session]) => session);
  }

  private moveExpiry(session: string, from: number | undefined, to: number | undefined): void {
    if (from !== undefined) this.expiries.removeSync([from, session]);
    if (to !== undefined) this.expiries.putSync([to, session], true);
  }
}

/**
 * The states before the last turns of all sessions, for turns that supersede them (section 13). Each counts only for the turn that
 * led to its revision.
 */
export class StateBeforeTable {
  private readonly states: Database<Uint8Array, string>;

  constructor(environment: EmbeddedEnvironment) {
    this.states = environment.openTable('states-before', 'binary');
  }

  /** Returns the state before the turn that led to `revision`, empty if there was no session; undefined if it is not kept. */
  get(session: string, revision: number): Uint8Array | undefined {
    const bytes = this.states.get(session);
    const value = bytes === undefined ? undefined : decodeStateBeforeValue(bytes);
    return value?.revision === revision ? value.state : undefined;
  }

  put(session: string, revision: number, state: Uint8Array): void {
    this.states.putSync(session, encodeStateBeforeValue({ revision, state }));
  }

  remove(session: string): void {
    this.states.removeSync(session);
  }
}

/** The upper bound of a range of revisions. */
const revisionUpperBound = Number.MAX_SAFE_INTEGER;

/** A recorded turn with those before it, oldest first, and the state before the first one. */
export interface StoredHistory {
  /** Empty if there was no session; undefined if no state is kept. */
  readonly start: Uint8Array | undefined;
  readonly turns: readonly TurnRecord[];
}

/**
 * The recorded turns of all sessions, the revision of each turn id, and the states before some turns. These tables change together, so a
 * turn id is known, and a state is kept, only while the turn is recorded.
 */
export class TurnTable {
  private readonly turns: Database<Uint8Array, [session: string, revision: number]>;
  private readonly revisions: Database<number, [session: string, turnId: string]>;
  private readonly keptStates: Database<Uint8Array, [session: string, revision: number]>;

  constructor(environment: EmbeddedEnvironment) {
    this.turns = environment.openTable('turns', 'binary');
    this.revisions = environment.openTable('turn-revisions', 'json');
    this.keptStates = environment.openTable('kept-states', 'binary');
  }

  /** Returns the recorded turn with an id. */
  find(session: string, turnId: string): TurnRecord | undefined {
    const revision = this.getRevision(session, turnId);
    const bytes = revision === undefined ? undefined : this.turns.get([session, revision]);
    return revision === undefined || bytes === undefined ? undefined : decodeTurnValue(bytes, revision);
  }

  /** Returns the revision of a recorded turn. */
  getRevision(session: string, turnId: string): number | undefined {
    return this.revisions.get([session, encodeKeyPart(turnId)]);
  }

  /** Lists turns after a revision. The limits are those of SessionStore.listTurns. */
  list(session: string, { afterRevision, limit, maxBytes }: Required<Omit<RecordedTurnsQuery, 'key'>>): RecordedTurns {
    const turns: TurnRecord[] = [];
    let remainingBytes = maxBytes;
    const entries = this.turns.getRange({ start: [session, afterRevision + 1], end: [session, revisionUpperBound] });
    for (const { key, value } of entries) {
      const turn = decodeTurnValue(value, key[1]);
      remainingBytes -= turn.request.length + turn.response.length;
      if (turns.length === limit || (remainingBytes < 0 && turns.length > 0)) return { turns, hasMore: true };
      turns.push(turn);
    }
    return { turns, hasMore: false };
  }

  /** Returns the recorded turn that led to a revision, and those before it up to the nearest one whose state is kept. */
  readHistory(session: string, revision: number): StoredHistory | undefined {
    const turns: TurnRecord[] = [];
    let remainingBytes = maxHistoryBytes;
    const range = { start: [session, revision], end: [session, 0], reverse: true, limit: maxHistoryTurns };
    for (const { key, value } of this.turns.getRange(range)) {
      const turn = decodeTurnValue(value, key[1]);
      if (turns.length === 0 && turn.revision !== revision) return undefined;
      if (turns.length > 0) remainingBytes -= turn.request.length + turn.response.length;
      if (remainingBytes < 0) break;
      turns.unshift(turn);
      const start = this.keptStates.get([session, turn.revision]);
      if (start !== undefined) return { start, turns };
    }
    return turns.length === 0 ? undefined : { start: undefined, turns: turns.slice(-1) };
  }

  keepStateBefore(session: string, revision: number, state: Uint8Array): void {
    this.keptStates.putSync([session, revision], state);
  }

  /** Adds a turn and removes the oldest turns, so that at most `recordedTurns` remain. */
  add(session: string, record: TurnRecord, recordedTurns: number): void {
    this.turns.putSync([session, record.revision], encodeTurnValue(record));
    this.revisions.putSync([session, encodeKeyPart(record.turnId)], record.revision);
    const oldestRevision = record.revision - recordedTurns + 1;
    if (oldestRevision > 1) this.removeBefore(session, oldestRevision);
  }

  /** Removes all turns of a session. */
  removeAll(session: string): void {
    this.removeBefore(session, revisionUpperBound);
  }

  /** Removes the oldest turns of a session, at most `limit`. Returns how many were removed. */
  removeOldest(session: string, limit: number): number {
    return this.removeBefore(session, revisionUpperBound, limit);
  }

  private removeBefore(session: string, revision: number, limit?: number): number {
    const range = { start: [session, 0], end: [session, revision], ...(limit !== undefined && { limit }) };
    const entries = Array.from(this.turns.getRange(range));
    for (const { key, value } of entries) {
      this.revisions.removeSync([session, encodeKeyPart(decodeTurnValue(value, key[1]).turnId)]);
      this.keptStates.removeSync(key);
      this.turns.removeSync(key);
    }
    return entries.length;
  }
}
