import type { Database } from 'lmdb';
import type { EmbeddedEnvironment } from './embedded-environment';
import { keyPartUpperBound } from './embedded-keys';
import { decodeSessionValue, encodeSessionValue, type SessionValue } from './session-value';

/**
 * The states of all sessions, and when each may be over. A session stands once among the expiries, at a time when it would
 * have been over; only the sweep moves it on, so that a turn does not pay for its sliding time to live. Methods that write are
 * called within a change.
 */
export class SessionTable {
  private readonly sessions: Database<Uint8Array, string>;
  private readonly expiries: Database<boolean, [sweepAt: number, session: string]>;

  constructor(environment: EmbeddedEnvironment) {
    this.sessions = environment.openTable('sessions', 'binary');
    this.expiries = environment.openTable('expiries', 'json');
  }

  /** A session, whether its time is over or not. */
  get(session: string): SessionValue | undefined {
    const bytes = this.sessions.get(session);
    return bytes === undefined ? undefined : decodeSessionValue(bytes);
  }

  /** Stores a state with its end. */
  put(session: string, revision: number, state: Uint8Array, expiresAt: number): void {
    const before = this.get(session);
    // Never later than the end, which may have come nearer by configuration.
    const sweepAt = before === undefined ? expiresAt : Math.min(before.sweepAt, expiresAt);
    if (sweepAt !== before?.sweepAt) this.moveExpiry(session, before?.sweepAt, sweepAt);
    this.sessions.putSync(session, encodeSessionValue({ revision, expiresAt, sweepAt, state }));
  }

  /** Lets the sweep look at the session when it may be over next. */
  reschedule(session: string, value: SessionValue): void {
    this.moveExpiry(session, value.sweepAt, value.expiresAt);
    this.sessions.putSync(session, encodeSessionValue({ ...value, sweepAt: value.expiresAt }));
  }

  /** Removes a session's state. */
  remove(session: string, value: SessionValue): void {
    this.moveExpiry(session, value.sweepAt, undefined);
    this.sessions.removeSync(session);
  }

  /** Sessions that may be over at a time, the longest over first, at most `limit`. */
  listDue(now: number, limit: number): readonly string[] {
    return Array.from(this.expiries.getKeys({ end: [now, keyPartUpperBound], limit }), ([, session]) => session);
  }

  private moveExpiry(session: string, from: number | undefined, to: number | undefined): void {
    if (from !== undefined) this.expiries.removeSync([from, session]);
    if (to !== undefined) this.expiries.putSync([to, session], true);
  }
}
