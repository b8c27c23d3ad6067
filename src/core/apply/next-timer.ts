import { getReminderTime, isAhead, listStepTimes, type TimedInstance, toTimed } from '../context/timers';
import { findActionUnderWay, toVisitState } from '../context/visit-state';
import type { Session } from '../model/session';
import type { Catalogue } from '../scenario/catalogue';

/** What the next timer depends on, after the turn. */
export type TimedSession = Pick<
  Session,
  'instances' | 'variables' | 'lastMessageAt' | 'updatedAt' | 'revision' | 'exchangeRevision'
>;

/**
 * Returns the earliest moment from the last turn on at which a TIMER turn would decide something, in milliseconds since 1970; undefined if there
 * is none (section 14). Pure.
 */
export function getNextTimerAt(
  session: TimedSession,
  catalogue: Pick<Catalogue, 'getScenarioVersion' | 'fields'>,
): number | undefined {
  let next: number | undefined;
  for (const instance of session.instances) {
    const timed = toTimed(instance, catalogue);
    if (!timed) continue;
    const idleTime = getIdleTime(timed, session);
    const reminderTime = getReminderTime(instance, timed.step);
    // An action that ends can leave its instance idle. A message can let a reminder pass.
    const overdue = [idleTime, reminderTime !== undefined && isAhead(reminderTime, session) ? reminderTime : undefined];
    const ahead = listStepTimes(timed, session, catalogue.fields).filter((at) => at > session.updatedAt);
    for (const at of [...overdue, ...ahead]) {
      if (at !== undefined && (next === undefined || at < next)) next = Math.max(at, session.updatedAt);
    }
  }
  return next;
}

/** Returns when an instance is idle: just longer than `idle_timeout`, unless an action or a call is under way (2.7). */
function getIdleTime(
  { instance, scenario, step }: TimedInstance,
  { lastMessageAt }: Pick<Session, 'lastMessageAt'>,
): number | undefined {
  const { idleTimeoutMs } = scenario.definition;
  const isBusy = instance.call !== undefined || findActionUnderWay(toVisitState(instance, step)) !== undefined;
  if (idleTimeoutMs === undefined || isBusy) return undefined;
  return Math.max(lastMessageAt, instance.activeSince) + idleTimeoutMs + 1;
}
