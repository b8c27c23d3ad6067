import { looksUpField, usesField, usesFieldNow } from '../context/used-fields';
import type { RouteEntry } from '../model/visit';
import type { CompiledStep } from '../scenario/compiled-scenario';
import { getLastCheckpoint } from './checkpoints';
import type { WalkInput } from './walk-input';
import type { CorrectionTarget, Walk } from './walk-state';

export type Correction =
  | { readonly kind: 'back'; readonly target: CorrectionTarget }
  /** Only steps before a passed checkpoint used the fields. `description` is that of the checkpoint. */
  | { readonly kind: 'blocked'; readonly description: string };

/**
 * Finds the step that the corrections of an instance return to (3.9): the earliest step of the route that used one of the fields and is not
 * before a passed checkpoint. It is not before a step that DECLINED left, unless the CONFIRM of that step bound the field. Undefined if there
 * is nothing to correct.
 */
export function findCorrection(input: WalkInput): Correction | undefined {
  const { instance, scenario, correctedFields, known } = input;
  if (correctedFields.length === 0) return undefined;
  // An expired value is looked up again (section 10).
  const uses = (entry: RouteEntry, field: string): boolean =>
    usesField(scenario, entry, field) || (!known.has(field) && looksUpField(scenario, entry, field));
  const { route, stepsBeforeCheckpoint } = instance;
  const first = findFirstAllowed(input);
  const target = route.find(
    (entry, at) =>
      at >= first &&
      !stepsBeforeCheckpoint.includes(entry.stepId) &&
      correctedFields.some((field) => uses(entry, field)),
  );
  const step = target ? scenario.steps.get(target.stepId) : findCurrentStep(input);
  if (step) return { kind: 'back', target: { step, fields: correctedFields } };
  const checkpoint = getLastCheckpoint(instance);
  const isBehind = route.some(
    (entry) =>
      stepsBeforeCheckpoint.includes(entry.stepId) &&
      correctedFields.some((field) => usesField(scenario, entry, field)),
  );
  return checkpoint && isBehind ? { kind: 'blocked', description: checkpoint.description } : undefined;
}

/** Returns the position on the route from which a correction may go back. */
function findFirstAllowed({ instance, correctedFields }: WalkInput): number {
  const declined = instance.route.findLastIndex(
    ({ declined: isDeclined, confirmedFields }) =>
      isDeclined && !correctedFields.some((field) => confirmedFields.includes(field)),
  );
  return Math.max(0, declined);
}

/** The current step, if its READ action ran with a corrected field: it is entered again. */
function findCurrentStep({ instance, scenario, step, correctedFields }: WalkInput): CompiledStep | undefined {
  return correctedFields.some((field) => usesFieldNow(scenario, instance, field)) ? step : undefined;
}

/**
 * Whether the walk leaves a blocked correction nothing to report (3.9): it was at a step that collects the field, for example because the field
 * answers its ASK, or it cleared the field.
 */
export function isBlockedCorrectionResolved({ input, position, traversedSteps, clearedFields }: Walk): boolean {
  const { scenario, correctedFields } = input;
  const stepIds = [...traversedSteps.map(({ entry }) => entry.stepId), position.step.stepId];
  return correctedFields.every(
    (field) =>
      clearedFields.includes(field) ||
      stepIds.some((stepId) => scenario.steps.get(stepId)?.collectedFields.includes(field)),
  );
}
