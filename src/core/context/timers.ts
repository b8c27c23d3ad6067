import { isQuestion } from '../model/focus';
import { type InstanceRequest, isOpen } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import type { CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';

/** Returns the time from which `after` counts: the later of the visit's opening and the last MESSAGE turn (section 14). */
export function getAfterStart(
  { visit }: Pick<ScenarioInstance, 'visit'>,
  { lastMessageAt }: Pick<Session, 'lastMessageAt'>,
): number {
  return Math.max(visit.openedAt, lastMessageAt);
}

/** Returns when a transition with `after` can be taken, in ms since 1970; undefined for one without. */
export function getDueTime(
  { afterMs }: CompiledTransition,
  instance: Pick<ScenarioInstance, 'visit'>,
  session: Pick<Session, 'lastMessageAt'>,
): number | undefined {
  return afterMs === undefined ? undefined : getAfterStart(instance, session) + afterMs;
}

/** Returns when the open question of the step is put again as a reminder; undefined if it is not (section 14). */
export function getReminderTime(instance: ScenarioInstance, step: CompiledStep): number | undefined {
  const { remindAfterMs, maxReminders } = step.definition;
  if (remindAfterMs === undefined) return undefined;
  const question = findQuestion(instance);
  if (!question || question.reminders >= maxReminders) return undefined;
  return question.lastPut.at + remindAfterMs;
}

/** Whether a reminder or a transition with `after` of the current step is due. `idle_timeout` is rule 2.7. */
export function isTimerDue(instance: ScenarioInstance, step: CompiledStep, session: Session, now: number): boolean {
  const reminder = getReminderTime(instance, step);
  if (reminder !== undefined && reminder <= now) return true;
  return [...step.anytimeTransitions, ...step.completionTransitions].some((transition) => {
    const due = getDueTime(transition, instance, session);
    return due !== undefined && due <= now;
  });
}

function findQuestion({ requests, visit }: ScenarioInstance): InstanceRequest | undefined {
  return requests.findLast((request) => request.visitNumber === visit.number && isOpen(request) && isQuestion(request));
}
