import { usesField } from '../context/stored-data';
import type { IrreversibleStep, PathEntry } from '../model/session';
import type { CompiledStep } from '../scenario/compiled-scenario';
import type { WalkInput } from './walk-input';

/** A way back to where a corrected value was used first (3.9). */
export interface CorrectionTarget {
  readonly step: CompiledStep;
  /** Sorted. */
  readonly fields: readonly string[];
}

export type Correction =
  | { readonly kind: 'back'; readonly route: CorrectionTarget }
  /** The values were used before a passed checkpoint only. */
  | { readonly kind: 'blocked'; readonly description: string };

/**
 * Where this turn's corrections move the instance: to the earliest step of its path that used one of the fields, after its last
 * passed checkpoint. Undefined where nothing is corrected.
 */
export function findCorrection(subject: WalkInput): Correction | undefined {
  const { instance, scenario, correctedFields: corrected } = subject;
  if (corrected.length === 0) return undefined;
  const checkpoint = instance.irreversibleDone.findLast(({ passed }) => passed);
  const entry = instance.path.find(
    (candidate) => isAfter(candidate, checkpoint) && corrected.some((field) => usesField(scenario, candidate, field)),
  );
  const target = entry && scenario.steps.get(entry.stepId);
  if (target) return { kind: 'back', route: { step: target, fields: corrected } };
  if (!checkpoint || corrected.every((field) => answers(subject, field))) return undefined;
  return { kind: 'blocked', description: checkpoint.description };
}

/** Whether the field belongs to the step where the instance stands: its new value is then an answer, before all else. */
function answers({ step, instance }: WalkInput, field: string): boolean {
  return step.collectedFields.includes(field) || instance.visit.openAskFields.includes(field);
}

/** Whether a step was left after the checkpoint was passed; the checkpoint's own visit was not. */
function isAfter(entry: PathEntry, checkpoint: IrreversibleStep | undefined): boolean {
  if (!checkpoint) return true;
  return entry.sequence > checkpoint.pathSequence && entry.visitNumber !== checkpoint.visitNumber;
}
