import { changeInstance } from '../model/changes';
import { type FieldValues, type JsonValue, jsonEquals } from '../model/json';
import type { KnownData } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import { omit } from './stored-data';
import { findVisitRequest } from './visit-state';

const noValues: FieldValues = new Map();

/** Returns the instance's own values as they were before the turn, held values included (3.9). */
export function applyHeldValues({ variables, heldValues }: ScenarioInstance): FieldValues {
  return heldValues.size === 0 ? variables : new Map([...variables, ...heldValues]);
}

/** Returns the values that the action under way was confirmed or hinted with and that have changed or expired since (3.9). */
export function holdValues(instance: ScenarioInstance, known: KnownData): FieldValues {
  const held = new Map<string, JsonValue>();
  for (const kind of ['CONFIRM', 'ACTION'] as const) {
    for (const [field, value] of findVisitRequest(instance, kind)?.values ?? noValues) {
      const hasChanged = instance.heldValues.has(field) || instance.pendingCorrections.has(field);
      if (!hasChanged && !known.has(field) && !known.isNull(field)) continue;
      if (jsonEquals(known.get(field) ?? null, value)) held.delete(field);
      else held.set(field, value);
    }
  }
  return held;
}

export interface ReleasedValues {
  readonly instance: ScenarioInstance;
  /** The values that the action was done with; they stay although the customer has changed them. */
  readonly keptFields: readonly string[];
  /** The held values of fields whose change takes effect now. */
  readonly corrections: FieldValues;
}

/**
 * Releases the held values when the action is no longer under way (3.9). After a success, the instance keeps the values that the action was
 * done with. Otherwise their change takes effect.
 */
export function releaseValues(
  instance: ScenarioInstance,
  original: ScenarioInstance,
  held: FieldValues,
  resultNames: readonly string[],
): ReleasedValues | undefined {
  const values = held.size > 0 ? held : original.heldValues;
  if (values.size === 0) return undefined;
  const released = changeInstance(instance, { heldValues: noValues });
  const hasSucceeded = held.size > 0 && findVisitRequest(instance, 'ACTION')?.outcome === 'ACTION_SUCCEEDED';
  if (!hasSucceeded) return { instance: released, keptFields: [], corrections: values };
  const kept = omit(values, new Set(resultNames));
  return {
    instance: changeInstance(released, { variables: new Map([...instance.variables, ...kept]) }),
    keptFields: [...kept.keys()].sort(),
    corrections: noValues,
  };
}
