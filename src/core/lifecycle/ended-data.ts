import type { SelectionContext } from '../context/selection-context';
import type { SessionVariable } from '../model/session';
import type { EndedTurnInstance, TurnInstance } from './turn-instance';

type Variables = ReadonlyMap<string, SessionVariable>;

/**
 * Moves the tool results that the ended instances' scenarios list under `persisted_fields` to the session's variables (0.4). A persisted
 * result that the visits of an ended instance made unknown, and that no outcome gave again, is removed from the session.
 */
export function movePersistedResults(
  variables: Variables,
  ended: readonly EndedTurnInstance[],
  { turn }: Pick<SelectionContext, 'turn'>,
): Variables {
  let moved: Map<string, SessionVariable> | undefined;
  for (const { view, walk } of ended) {
    const { scenario, instance } = view;
    for (const field of scenario?.definition.persistedFields ?? []) {
      if (!scenario?.toolVariables.has(field)) continue;
      const value = walk?.forgottenFields.includes(field) ? null : instance.variables.get(field);
      if (value === undefined) continue;
      moved ??= new Map(variables);
      if (value !== null) {
        const storedAt = instance.variableTimes.get(field) ?? turn.occurredAt;
        moved.set(field, { value, scope: 'CASE', storedAt, isPersistedResult: true });
      } else if (moved.get(field)?.isPersistedResult) moved.delete(field);
    }
  }
  return moved ?? variables;
}

/**
 * Lists the CASE variables that are forgotten because the last instance whose scenario collects them has ended (0.4). Values of this turn are
 * kept for a run that starts on it. `remaining` are the instances that keep a field.
 */
export function listForgottenFields(
  variables: Variables,
  ended: readonly TurnInstance[],
  remaining: readonly TurnInstance[],
  { storedData }: Pick<SelectionContext, 'storedData'>,
): ReadonlySet<string> {
  if (ended.length === 0) return new Set();
  const isPersisted = (field: string): boolean =>
    ended.some(({ view }) => view.scenario?.definition.persistedFields.includes(field) ?? false);
  const forgotten = new Set<string>();
  // Iterates over the variables, not the collected fields, because a scenario can have thousands of steps.
  for (const [field, { scope }] of variables) {
    if (scope !== 'CASE' || storedData.providedFields.has(field) || isPersisted(field)) continue;
    if (isCollected(ended, field) && !isCollected(remaining, field)) forgotten.add(field);
  }
  return forgotten;
}

function isCollected(instances: readonly TurnInstance[], field: string): boolean {
  return instances.some(({ view }) => view.scenario?.collectedFields.has(field) ?? false);
}
