import type { SessionVariable } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import type { InstanceView } from './instance-view';

type Variables = ReadonlyMap<string, SessionVariable>;

/**
 * Returns the session's variables after instances have ended, before anything starts (0.4). Tool results listed under `persisted_fields` move
 * to the session; persisted results that a visit made unknown and that no outcome gave again are removed. A CASE field that no remaining
 * instance collects is forgotten, unless it is persisted or this turn gave it.
 */
export function forgetEndedFields(
  variables: Variables,
  ended: readonly InstanceView[],
  remaining: readonly InstanceView[],
  providedFields: ReadonlySet<string>,
  storedAt: number,
): Variables {
  if (ended.length === 0) return variables;
  const kept = new Map(variables);
  for (const view of ended) moveResults(kept, view, storedAt);
  const persistedFields = new Set(ended.flatMap(({ scenario }) => scenario?.definition.persistedFields ?? []));
  for (const [name, { scope }] of variables) {
    if (scope !== 'CASE' || persistedFields.has(name) || providedFields.has(name)) continue;
    if (isCollected(ended, name) && !isCollected(remaining, name)) kept.delete(name);
  }
  return kept;
}

/** Moves the persisted results of an ended instance to the session. */
function moveResults(
  variables: Map<string, SessionVariable>,
  { instance, scenario }: InstanceView,
  storedAt: number,
): void {
  if (!scenario) return;
  for (const name of scenario.definition.persistedFields) {
    if (scenario.localFields.has(name) || !instance.variables.has(name)) continue;
    const value = instance.variables.get(name) ?? null;
    const before = variables.get(name);
    if (value !== null) {
      const time = instance.variableTimes.get(name) ?? storedAt;
      variables.set(name, { value, scope: before?.scope ?? 'SESSION', storedAt: time, isPersistedResult: true });
    } else if (before?.isPersistedResult) variables.delete(name);
  }
}

function isCollected(views: readonly { readonly scenario: CompiledScenario | undefined }[], field: string): boolean {
  return views.some(({ scenario }) => scenario?.collectedFields.has(field) ?? false);
}
