import type { SelectionContext } from '../context/selection-context';
import { getReminderTime } from '../context/timers';
import type { Walk } from '../steps/walk-state';

/** Whether an instance asks again because the customer has not answered for `remind_after` (section 14). */
export function isReminder({ input, position }: Walk, { turn }: Pick<SelectionContext, 'turn'>): boolean {
  if (turn.trigger === 'MESSAGE' || position.isNewVisit) return false;
  const reminderTime = getReminderTime(input.instance, position.step);
  return reminderTime !== undefined && reminderTime <= turn.occurredAt;
}
