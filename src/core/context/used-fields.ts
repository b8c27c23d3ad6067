import type { FieldValues, JsonValue } from '../model/json';
import { jsonEquals } from '../model/json';
import type { KnownData } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import type { RouteEntry } from '../model/visit';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { findVisitRequest } from './visit-state';

/**
 * Whether a step of the route used the field (3.9): the step collects it, its call returned it (section 11), the transition that left the step
 * reads it, or a READ action of the step ran with it.
 */
export function usesField(scenario: CompiledScenario, entry: RouteEntry, field: string): boolean {
  return (
    (scenario.steps.get(entry.stepId)?.collectedFields.includes(field) ?? false) ||
    (scenario.steps.get(entry.stepId)?.call?.returns.includes(field) ?? false) ||
    (scenario.transitionsById.get(entry.transitionId)?.fieldsRead.includes(field) ?? false) ||
    entry.readFields.includes(field)
  );
}

/** Whether a READ action of the step fills the field, so that it runs again when the value has expired (section 10). */
export function looksUpField(scenario: CompiledScenario, { stepId }: RouteEntry, field: string): boolean {
  const step = scenario.steps.get(stepId);
  return step?.isReadAction === true && step.toolVariables.has(field);
}

/** Whether the READ action of the current visit ran with the field. */
export function usesFieldNow(scenario: CompiledScenario, instance: ScenarioInstance, field: string): boolean {
  const step = scenario.steps.get(instance.currentStepId);
  if (!step?.isReadAction) return false;
  const action = findVisitRequest(instance, 'ACTION');
  return action?.values.has(field) ?? false;
}

/** Whether the instance used the field on its route, the current step included. */
function hasUsedField(scenario: CompiledScenario, instance: ScenarioInstance, field: string): boolean {
  return instance.route.some((entry) => usesField(scenario, entry, field)) || usesFieldNow(scenario, instance, field);
}

/** Fields that may have to be corrected, with their value when the instance last walked; null if they had none. */
export type Corrections = ReadonlyMap<string, JsonValue>;

const noNames: readonly string[] = [];

/** Returns the fields whose value still differs from the one that the instance used; sorted. */
export function findCorrectedFields(corrections: Corrections, known: KnownData): readonly string[] {
  if (corrections.size === 0) return noNames;
  return [...corrections]
    .filter(([field, before]) => !jsonEquals(known.get(field) ?? null, before))
    .map(([field]) => field)
    .sort();
}

/** The fields of the turn that correct an instance, added to those that it remembers (3.9). */
export function collectCorrections({
  instance,
  scenario,
  changedFields,
  before,
  wasSettled,
  heldValues,
}: {
  readonly instance: ScenarioInstance;
  readonly scenario: CompiledScenario;
  /** Fields that the variables or the patch of this turn changed. */
  readonly changedFields: readonly string[];
  readonly before: KnownData;
  /** Whether the field was settled without a value. */
  readonly wasSettled: (field: string) => boolean;
  /** Values that an action under way held and that take effect on this turn. */
  readonly heldValues: FieldValues;
}): Corrections {
  if (changedFields.length === 0 && heldValues.size === 0) return instance.pendingCorrections;
  let corrections: Corrections = instance.pendingCorrections;
  const add = (field: string, value: JsonValue): void => {
    if (!corrections.has(field) && hasUsedField(scenario, instance, field)) {
      corrections = new Map(corrections).set(field, value);
    }
  };
  for (const field of changedFields) {
    const value = before.get(field);
    if (value !== undefined || wasSettled(field)) add(field, value ?? null);
  }
  for (const [field, value] of heldValues) add(field, value);
  return corrections;
}
