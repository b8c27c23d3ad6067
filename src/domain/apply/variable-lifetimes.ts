import type { SelectionContext } from '../context/selection-context';
import { type Fate, hasEnded } from '../lifecycle/fate';
import type { ScenarioInstance, SessionVariable } from '../session';

/**
 * The session's variables after instances have ended: when the last instance whose scenario collects a CASE field ends, that field
 * goes, unless its scenario lists it under `persisted_fields`; where several end at once, one that lists it is enough (0.4).
 */
export function variablesAfterEnds(
  variables: ReadonlyMap<string, SessionVariable>,
  fates: readonly Fate[],
  started: readonly ScenarioInstance[],
  { catalogue }: SelectionContext,
): ReadonlyMap<string, SessionVariable> {
  const ended = fates.filter(hasEnded);
  if (ended.length === 0) return variables;
  const stillCollected = new Set<string>();
  for (const each of fates) {
    if (!hasEnded(each)) for (const field of each.view.scenario?.collects ?? []) stillCollected.add(field);
  }
  for (const { scenarioId, scenarioVersion } of started) {
    for (const field of catalogue.version(scenarioId, scenarioVersion)?.collects ?? []) stillCollected.add(field);
  }
  const left = new Map(variables);
  const persisted = new Set(ended.flatMap(({ view }) => view.scenario?.definition.persistedFields ?? []));
  for (const { view } of ended) {
    for (const field of view.scenario?.collects ?? []) {
      if (left.get(field)?.scope === 'CASE' && !stillCollected.has(field) && !persisted.has(field)) left.delete(field);
    }
  }
  return left;
}
