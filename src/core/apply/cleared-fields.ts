import type { SelectionContext } from '../context/selection-context';
import type { ScenarioInstance, SessionVariable } from '../model/session';
import type { Walk } from '../steps/walk';

interface Fields {
  readonly variables: ReadonlyMap<string, SessionVariable>;
  readonly instances: readonly ScenarioInstance[];
}

/**
 * Makes the fields that taken transitions clear unknown for everybody: a null in the session's variables, which hides older sources,
 * and no value in any instance but one whose outcome gave it this turn (3.2).
 */
export function clearFields(fields: Fields, walks: ReadonlyMap<string, Walk>, { views }: SelectionContext): Fields {
  const cleared = new Set<string>();
  for (const walked of walks.values()) for (const field of walked.clearedFields) cleared.add(field);
  if (cleared.size === 0) return fields;
  const variables = new Map(fields.variables);
  for (const name of cleared) variables.set(name, { value: null, scope: variables.get(name)?.scope ?? 'CASE' });
  const given = new Map(views.map((view) => [view.instance.instanceId, view.providedFields]));
  const keeps = (instanceId: string, name: string): boolean =>
    !cleared.has(name) || (given.get(instanceId)?.has(name) ?? false);
  return {
    variables,
    instances: fields.instances.map((instance) => ({
      ...instance,
      variables: new Map([...instance.variables].filter(([name]) => keeps(instance.instanceId, name))),
    })),
  };
}
