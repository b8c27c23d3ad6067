import type { SelectionContext } from '../context/selection-context';
import { listTimers } from '../steps/timers';
import type { Walk } from '../steps/walk';

/**
 * Whether an instance asks again because the customer has not answered for `remind_after` (section 14). A message is an answer or an attempt,
 * so its turn reminds of nothing.
 */
export function isReminder(
  { input, position }: Walk,
  { turn, session }: Pick<SelectionContext, 'turn' | 'session'>,
): boolean {
  if (turn.trigger === 'MESSAGE' || position.isNewVisit) return false;
  return listTimers(input.instance, input.scenario, position.step, session).some(
    ({ kind, at }) => kind === 'remind' && at > session.updatedAt && at <= turn.occurredAt,
  );
}
