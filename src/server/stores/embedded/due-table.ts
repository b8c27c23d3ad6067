import type { Database } from 'lmdb';
import type { Session, SessionKey } from '../../../core/model/session';
import type { DueSession } from '../../ports/timer-store';
import type { EmbeddedEnvironment } from './embedded-environment';
import { keyPartUpperBound } from './embedded-keys';

// Call the methods that change a table only within a transaction, that is, within `EmbeddedEnvironment.write`.

/** A session in the table. The property names are persistent and must not change. */
interface StoredKey {
  readonly tenant: string;
  readonly session: string;
}

/** The times at which the timers of sessions are due, in milliseconds since 1970. */
export class DueTable {
  private readonly times: Database<number, string>;
  private readonly due: Database<StoredKey, [at: number, session: string]>;

  constructor(environment: EmbeddedEnvironment) {
    this.times = environment.openTable('timers', 'json');
    this.due = environment.openTable('due-timers', 'json');
  }

  /** Returns the time of a session; undefined if it has none. `session` is its key in the tables. */
  get(session: string): number | undefined {
    return this.times.get(session);
  }

  /** Records the timer of a committed session if the turn has changed it. A retry of the unchanged timer that is delayed stays delayed. */
  onCommit(session: string, previous: Pick<Session, 'nextTimerAt'> | undefined, current: Session): void {
    if (current.nextTimerAt !== previous?.nextTimerAt) this.set(session, current, current.nextTimerAt);
  }

  set(session: string, { tenantId, sessionId }: SessionKey, at: number | undefined): void {
    if (at === undefined) {
      this.remove(session);
      return;
    }
    const previous = this.times.get(session);
    if (previous === at) return;
    if (previous !== undefined) this.due.removeSync([previous, session]);
    this.due.putSync([at, session], { tenant: tenantId, session: sessionId });
    this.times.putSync(session, at);
  }

  remove(session: string): void {
    const previous = this.times.get(session);
    if (previous === undefined) return;
    this.due.removeSync([previous, session]);
    this.times.removeSync(session);
  }

  /** Lists at most `limit` sessions that are due at `now`, the earliest first. */
  listDue(now: number, limit: number): readonly DueSession[] {
    const range = this.due.getRange({ end: [now, keyPartUpperBound], limit });
    return Array.from(range, ({ key: [at], value: { tenant, session } }) => ({
      key: { tenantId: tenant, sessionId: session },
      at,
    }));
  }

  countDue(now: number): number {
    return this.due.getKeysCount({ end: [now, keyPartUpperBound] });
  }
}
