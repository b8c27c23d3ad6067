import type { Draft } from '../model/draft';
import type { KnownData } from '../model/known-data';
import { findOpenRequest } from '../model/request';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import type { Corrections } from './used-fields';
import { findVisitRequest } from './visit-state';

/** The effect on an instance of the fields that the variables or the patch of a turn changed. */
export interface ChangedValues {
  /** A field that its scenario collects became known or has another value (3.6). */
  readonly hasProgressed: boolean;
  /** One of the fields is collected by its scenario (0.5). */
  readonly changesCollectedField: boolean;
  /** One of the fields is bound by its CONFIRM or corrects it (2.5). */
  readonly changesUsedValue: boolean;
  /** One of the fields became known that the step lacks or the open ASK lists (0.5). */
  readonly hasReceivedAwaitedField: boolean;
  /** One of the fields is listed by the open ASK (0.5). */
  readonly changesAskedField: boolean;
}

/** The turn changed nothing: the case of most instances on most turns. */
export const noChanges: ChangedValues = {
  hasProgressed: false,
  changesCollectedField: false,
  changesUsedValue: false,
  hasReceivedAwaitedField: false,
  changesAskedField: false,
};

interface ChangedInstance {
  /** The instance before the turn. */
  readonly original: ScenarioInstance;
  readonly scenario: CompiledScenario | undefined;
  readonly step: CompiledStep | undefined;
  readonly before: KnownData;
  readonly known: KnownData;
  readonly corrections: Corrections;
}

/** Determines the effect of changed fields on an instance. */
export function describeChanges(
  changedFields: readonly string[],
  { original, scenario, step, before, known, corrections }: ChangedInstance,
): ChangedValues {
  const ask = findOpenRequest(original.requests, 'ASK');
  const confirm = findVisitRequest(original, 'CONFIRM');
  const changes: Draft<ChangedValues> = {
    hasProgressed: false,
    changesCollectedField: false,
    changesUsedValue: false,
    hasReceivedAwaitedField: false,
    changesAskedField: false,
  };
  for (const field of changedFields) {
    const isAsked = ask?.fields.includes(field) ?? false;
    const isCollected = scenario?.collectedFields.has(field) ?? false;
    if (isAsked) changes.changesAskedField = true;
    if (isCollected) changes.changesCollectedField = true;
    if (confirm?.values.has(field) || corrections.has(field)) changes.changesUsedValue = true;
    const isAwaited = isAsked || (isAwaitedAt(step, original, field) && !before.has(field));
    // Most instances have nothing to do with most fields, so that their values are not looked up.
    if (!(isCollected || isAwaited) || !known.has(field)) continue;
    if (isCollected) changes.hasProgressed = true;
    if (isAwaited) changes.hasReceivedAwaitedField = true;
  }
  return changes;
}

/** Whether the step collects the field, or waits for it from outside (3.3). */
function isAwaitedAt(step: CompiledStep | undefined, { waitsFor }: ScenarioInstance, field: string): boolean {
  if (!step) return false;
  if (step.collectedFields.includes(field)) return true;
  return waitsFor === 'EVENT' && step.completionTransitions.some(({ fieldsRead }) => fieldsRead.includes(field));
}
