import { isActFinished, isConfirmFinished } from '../context/outcomes';
import { areAllKnown, type KnownData } from '../model/known-data';
import type { StepVisit } from '../model/session';
import type { CompiledStep } from '../scenario/compiled-scenario';

/**
 * The first unfinished stage of a step (3.1). `condition` comes after all other stages: the step asks for the fields that an
 * UNKNOWN transition is missing (3.3).
 */
export type Stage = 'collect' | 'confirm' | 'act' | 'inform' | 'condition' | 'none';

/** The step that a walk has reached, with the current visit of the instance or the visit that it would open. */
export interface StepPosition {
  readonly step: CompiledStep;
  readonly visit: StepVisit;
  /** The visit opens on this turn. */
  readonly isNewVisit: boolean;
}

/** Returns the first unfinished stage, or `none` if the step is done. Ignores a DECLINED outcome. */
export function findUnfinishedStage(
  position: Pick<StepPosition, 'step' | 'visit'>,
  known: KnownData,
  isSkippingEnabled: boolean,
): Exclude<Stage, 'condition'> {
  const { step, visit } = position;
  if (!isCollectFinished(position, known, isSkippingEnabled)) return 'collect';
  if (!isConfirmFinished(step, visit)) return 'confirm';
  if (!isActFinished(step, visit)) return 'act';
  if (step.hasInformStage && !visit.contributedTypes.includes('INFORM')) return 'inform';
  return 'none';
}

function isCollectFinished(
  { step, visit }: Pick<StepPosition, 'step' | 'visit'>,
  known: KnownData,
  isSkippingEnabled: boolean,
): boolean {
  if (step.collectedFields.length === 0) return true;
  if (!areAllKnown(step.collectedFields, known)) return false;
  return (
    (step.canSkip && isSkippingEnabled) || step.collectedFields.every((field) => visit.askedFields.includes(field))
  );
}

/** Whether a walk may skip an unfinished step: all fields that it collects are known and it has nothing to confirm (3.5). */
export function isSkippable({ step }: StepPosition, known: KnownData, isSkippingEnabled: boolean): boolean {
  return (
    isSkippingEnabled &&
    step.canSkip &&
    !step.hasConfirmStage &&
    step.collectedFields.length > 0 &&
    areAllKnown(step.collectedFields, known)
  );
}

/** Whether DECLINED, or ACTION_FAILED of a required action, ended the visit before its stages were finished (3.2). */
export function hasEndedEarly({ step, visit }: StepPosition): boolean {
  return visit.outcome === 'DECLINED' || (step.isRequiredAction && visit.outcome === 'ACTION_FAILED');
}
