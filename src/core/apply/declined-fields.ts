import type { SelectionContext } from '../context/selection-context';
import type { Session } from '../model/session';
import { sortNames } from '../model/sorting';
import type { IsForgotten } from './session-variables';

/**
 * Returns the fields that the customer declined to give; sorted (0.4). A value ends it. It is forgotten like a value, so that another run asks
 * again. `variables` are those before anything is forgotten.
 */
export function updateDeclinedFields(
  { session, turn }: Pick<SelectionContext, 'session' | 'turn'>,
  variables: Session['variables'],
  isForgotten: IsForgotten | undefined,
): readonly string[] {
  const declined = new Set(session.declinedFields);
  for (const { name, declined: isDeclined } of turn.situation.candidateVariables) if (isDeclined) declined.add(name);
  if (declined.size === 0) return session.declinedFields;
  const isKept = (field: string): boolean => {
    const { value = null, scope = 'CASE' } = variables.get(field) ?? {};
    return value === null && !isForgotten?.(field, scope);
  };
  return sortNames([...declined].filter(isKept));
}
