import type { SelectionContext } from '../context/selection-context';
import { getReminderTime } from '../context/timers';
import type { Walk } from '../steps/walk-state';

/**
 * Whether an instance asks again because the customer has not answered for `remind_after` (section 14). An instance that resumes asks again
 * for another reason (2.11).
 */
export function isReminder(
  { input, position }: Walk,
  { turn, session }: Pick<SelectionContext, 'turn' | 'session'>,
): boolean {
  if (turn.trigger === 'MESSAGE' || position.isNewVisit) return false;
  const { instanceId } = input.instance;
  const hasResumed = session.instances.some((each) => each.instanceId === instanceId && each.status === 'PAUSED');
  const reminderTime = getReminderTime(input.instance, position.step);
  return !hasResumed && reminderTime !== undefined && reminderTime <= turn.occurredAt;
}
