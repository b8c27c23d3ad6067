import type { Session } from '../../../../core/model/session';

/** A change of the entry of a timer, as due.lua expects it. */
export type TimerChange = number | '' | 'none';

/**
 * Returns how the entry changes when the next timer of a session does. A timer after `expiresAt`, when the session expires unless there is another
 * turn, gets that time, so that the entry does not stay for long when the session has expired.
 */
export function toTimerChange(previousAt: number | undefined, at: number | undefined, expiresAt: number): TimerChange {
  if (at === previousAt) return '';
  return at === undefined ? 'none' : Math.min(at, expiresAt);
}

/**
 * Returns the key of the timers if a script changes them. While a slot of a Cluster moves, a script with a key that does not exist is
 * refused, and a partition without timers has no such key.
 */
export function listDueKeys(due: string, change: TimerChange): readonly string[] {
  return change === '' ? [] : [due];
}

/** Returns how the entry changes when a session is deleted. An entry that is left, of a session that has expired, is removed when it is due. */
export function toTimerRemoval(session: Pick<Session, 'nextTimerAt'> | undefined): TimerChange {
  return session?.nextTimerAt === undefined ? '' : 'none';
}
