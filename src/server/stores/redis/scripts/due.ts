import type { Session } from '../../../../core/model/session';
import type { PartitionKeys } from '../redis-keys';

/**
 * Returns the key of the timers for a script that changes an entry. A script that does not change it must not have the key: the key may not exist, and
 * while its slot of a Cluster moves, Redis runs no script with a key that does not exist.
 */
export function listDueKeys({ due }: PartitionKeys, change: TimerChange): readonly string[] {
  return change === '' ? [] : [due];
}

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

/** Returns how the entry changes when a session is deleted. */
export function toTimerRemoval(session: Pick<Session, 'nextTimerAt'> | undefined): TimerChange {
  return session?.nextTimerAt === undefined ? '' : 'none';
}
