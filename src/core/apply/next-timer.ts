import { getPendingReminderTime, listStepTimes, type TimedInstance, toTimed } from '../context/timers';
import { findActionUnderWay, toVisitState } from '../context/visit-state';
import type { Session } from '../model/session';
import type { Catalogue } from '../scenario/catalogue';

/** The parts of a session, after the turn, that determine the next timer. */
export type TimedSession = Pick<
  Session,
  'instances' | 'variables' | 'lastMessageAt' | 'updatedAt' | 'revision' | 'exchangeRevision'
>;

/** The latest time that a turn can have: the end of the year 9999, in milliseconds since 1970. */
const latestTime = 253_402_300_799_999;

/**
 * Returns the earliest moment at which a TIMER turn would decide something, in milliseconds since 1970; undefined if no turn can have such a
 * time (section 14). The result is the time of the last turn if an instance is already idle or if a reminder became due during a message. Pure.
 */
export function getNextTimerAt(
  session: TimedSession,
  catalogue: Pick<Catalogue, 'getScenarioVersion' | 'fields'>,
): number | undefined {
  let next: number | undefined;
  const add = (at: number | undefined): void => {
    if (at !== undefined && (next === undefined || at < next)) next = at;
  };
  for (const instance of session.instances) {
    const timed = toTimed(instance, catalogue);
    if (!timed) continue;
    add(getIdleTime(timed, session));
    add(getPendingReminderTime(timed, session));
    // The last turn already evaluated everything that had elapsed or expired by then.
    for (const at of listStepTimes(timed, session, catalogue.fields)) if (at > session.updatedAt) add(at);
  }
  return next === undefined || next > latestTime ? undefined : Math.max(next, session.updatedAt);
}

/** Returns when an instance is idle: just longer than `idle_timeout`, unless an action or a call is under way (2.7). */
function getIdleTime(
  { instance, scenario, step }: TimedInstance,
  { lastMessageAt }: Pick<Session, 'lastMessageAt'>,
): number | undefined {
  const { idleTimeoutMs } = scenario.definition;
  if (idleTimeoutMs === undefined || instance.call !== undefined) return undefined;
  if (findActionUnderWay(toVisitState(instance, step)) !== undefined) return undefined;
  return Math.max(lastMessageAt, instance.activeSince) + idleTimeoutMs + 1;
}
