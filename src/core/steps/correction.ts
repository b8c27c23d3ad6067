import { usesField } from '../context/stored-data';
import type { KnownData } from '../model/known-data';
import type { IrreversibleStep, PathEntry, ScenarioInstance } from '../model/session';
import type { CompiledStep } from '../scenario/compiled-scenario';
import type { WalkInput } from './walk-input';

/** The step that a correction returns to: the first one that used a corrected field (3.9). */
export interface CorrectionTarget {
  readonly step: CompiledStep;
  /** Sorted. */
  readonly fields: readonly string[];
}

export type Correction =
  | { readonly kind: 'back'; readonly target: CorrectionTarget }
  /** Only steps before a passed checkpoint used the fields. `description` is that of the checkpoint. */
  | { readonly kind: 'blocked'; readonly description: string };

/**
 * Finds the step that this turn's corrections return to: the earliest step of the path, after the last passed checkpoint, that
 * used one of the fields. Undefined if there is nothing to correct.
 */
export function findCorrection(input: WalkInput): Correction | undefined {
  const { instance, scenario, correctedFields } = input;
  if (correctedFields.length === 0) return undefined;
  const checkpoint = instance.irreversibleDone.findLast(({ passed }) => passed);
  const entry = instance.path.find(
    (candidate) =>
      isAfterCheckpoint(candidate, checkpoint) &&
      correctedFields.some((field) => usesField(scenario, candidate, field)),
  );
  const step = entry && scenario.steps.get(entry.stepId);
  if (step) return { kind: 'back', target: { step, fields: correctedFields } };
  if (!checkpoint || correctedFields.every((field) => isAnswer(input, field))) return undefined;
  return { kind: 'blocked', description: checkpoint.description };
}

/** Whether the current step asks for the field: its new value is then an answer and not a correction. */
function isAnswer({ step, instance }: WalkInput, field: string): boolean {
  return step.collectedFields.includes(field) || instance.visit.openAskFields.includes(field);
}

/** Whether a step was left after the checkpoint was passed. The visit of the checkpoint itself does not count. */
function isAfterCheckpoint(entry: PathEntry, checkpoint: IrreversibleStep | undefined): boolean {
  if (!checkpoint) return true;
  return entry.sequence > checkpoint.pathSequence && entry.visitNumber !== checkpoint.visitNumber;
}

/**
 * Returns the fields that a correction does not ask for again at a step, sorted: the known fields, if an earlier or the current visit of
 * the step asked for a field. They count as asked during the whole new visit (3.1).
 */
export function findFieldsAskedBefore(
  { path, currentStepId, visit }: ScenarioInstance,
  { stepId, collectedFields }: CompiledStep,
  known: KnownData,
): readonly string[] {
  const hasAsked =
    path.some((entry) => entry.asked && entry.stepId === stepId) ||
    (currentStepId === stepId && visit.askedFields.length > 0);
  return hasAsked ? [...new Set(collectedFields)].filter((field) => known.has(field)).sort() : [];
}
