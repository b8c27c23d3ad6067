import { hasSameValue, type KnownData } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import { sortNames } from '../model/sorting';
import type { CompiledScenario } from '../scenario/compiled-scenario';

/** The touched fields whose knowledge differs between before and after; sorted (section 6, `changed`). */
export function findChangedFields(
  touched: ReadonlySet<string>,
  before: KnownData,
  after: KnownData,
): readonly string[] {
  const changed: string[] = [];
  for (const field of touched) if (!hasSameValue(before, after, field)) changed.push(field);
  return sortNames(changed);
}

/**
 * The changed fields that correct the instance: known before with another value, given by this turn's variables or patch, and
 * used on its path, that is collected by a step that it left or read by a transition that it took (3.9).
 */
export function findCorrectedFields(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  changed: readonly string[],
  given: ReadonlySet<string>,
  before: KnownData,
): readonly string[] {
  const candidates = changed.filter((field) => given.has(field) && before.has(field));
  if (candidates.length === 0) return candidates;
  return candidates.filter((field) => instance.path.some((entry) => usesField(scenario, entry, field)));
}

/** Whether a step that was left collects the field, or the transition taken out of it reads it (3.9). */
export function usesField(
  scenario: CompiledScenario,
  entry: { readonly stepId: string; readonly transitionId: string },
  field: string,
): boolean {
  return (
    (scenario.steps.get(entry.stepId)?.collectedFields.includes(field) ?? false) ||
    (scenario.transitionsById.get(entry.transitionId)?.fieldsRead.includes(field) ?? false)
  );
}
