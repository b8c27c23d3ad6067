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
