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
  original,
  declinedFields,
  before,
  heldValues,
}: {
  readonly instance: ScenarioInstance;
  readonly scenario: CompiledScenario;
  /** Fields that the variables or the patch of this turn changed. */
  readonly changedFields: readonly string[];
  /** The instance before the turn. */
  readonly original: ScenarioInstance;
  /** Fields that the customer had declined before the turn. */
  readonly declinedFields: readonly string[];
  readonly before: KnownData;
  /** Values that an action under way held and that take effect on this turn. */
  readonly heldValues: FieldValues;
}): Corrections {
  let corrections: Corrections = instance.pendingCorrections;
  for (const field of changedFields) {
    const value = before.get(field);
    // A field that was settled without a value is corrected as well.
    if (value === undefined && !original.settledFields.has(field) && !declinedFields.includes(field)) continue;
    corrections = addCorrection(corrections, field, value ?? null, scenario, instance);
  }
  for (const [field, value] of heldValues) {
    corrections = addCorrection(corrections, field, value, scenario, instance);
  }
  return corrections;
}

function addCorrection(
  corrections: Corrections,
  field: string,
  value: JsonValue,
  scenario: CompiledScenario,
  instance: ScenarioInstance,
): Corrections {
  if (corrections.has(field) || !hasUsedField(scenario, instance, field)) return corrections;
  return new Map(corrections).set(field, value);
}
