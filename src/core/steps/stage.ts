import { isActFinished, isConfirmFinished } from '../context/outcomes';
import { areAllKnown, type KnownData } from '../model/known-data';
import type { StepVisit } from '../model/session';
import type { CompiledStep } from '../scenario/compiled-scenario';

/**
 * What a step wants to do now: its first unfinished stage (3.1). `condition` comes after all stages: it asks for what an UNKNOWN
 * transition misses (3.3).
 */
export type Stage = 'collect' | 'confirm' | 'act' | 'inform' | 'condition' | 'none';

/** A step under a walk, with the visit that the instance is in or would open. */
export interface StepPosition {
  readonly step: CompiledStep;
  readonly visit: StepVisit;
  /** The visit opens this turn. */
  readonly isNewVisit: boolean;
}

/** The first unfinished stage; `none` where the step is done. DECLINED is not looked at here. */
export function findUnfinishedStage(
  standing: Pick<StepPosition, 'step' | 'visit'>,
  known: KnownData,
  skippingEnabled: boolean,
): Exclude<Stage, 'condition'> {
  const { step, visit } = standing;
  if (!collectFinished(standing, known, skippingEnabled)) return 'collect';
  if (!isConfirmFinished(step, visit)) return 'confirm';
  if (!isActFinished(step, visit)) return 'act';
  if (step.hasInformStage && !visit.contributedTypes.includes('INFORM')) return 'inform';
  return 'none';
}

function collectFinished(
  { step, visit }: Pick<StepPosition, 'step' | 'visit'>,
  known: KnownData,
  skippingEnabled: boolean,
): boolean {
  if (step.collectedFields.length === 0) return true;
  if (!areAllKnown(step.collectedFields, known)) return false;
  return (step.canSkip && skippingEnabled) || step.collectedFields.every((field) => visit.askedFields.includes(field));
}

/** Whether a walk may go over the step although it has stages: all that it collects is known, and nothing in it must be done (3.5). */
export function isSkippable({ step }: StepPosition, known: KnownData, skippingEnabled: boolean): boolean {
  return (
    skippingEnabled &&
    step.canSkip &&
    !step.hasConfirmStage &&
    step.collectedFields.length > 0 &&
    areAllKnown(step.collectedFields, known)
  );
}

/** Whether the step's visit was ended by DECLINED, or by ACTION_FAILED of a required action (3.2). */
export function hasEndedEarly({ step, visit }: StepPosition): boolean {
  return visit.outcome === 'DECLINED' || (step.isRequiredAction && visit.outcome === 'ACTION_FAILED');
}
