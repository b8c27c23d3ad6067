import type { Database } from 'lmdb';
import type { EmbeddedEnvironment } from './embedded-environment';
import { keyPartUpperBound } from './embedded-keys';
import {
  decodeSessionValue,
  decodeStateBeforeValue,
  encodeSessionValue,
  encodeStateBeforeValue,
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

  /** Lists all sessions, also expired ones. */
  *listAll(): Iterable<SessionValue> {
    for (const { value } of this.sessions.getRange()) yield decodeSessionValue(value);
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
