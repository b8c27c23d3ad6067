import type { CompiledStep } from '../compiled-scenario';
import { actFinished, confirmFinished } from '../context/recorded-outcomes';
import { allKnown, type KnownData } from '../known-data';
import type { StepVisit } from '../session';

/**
 * What a step wants to do now: its first unfinished stage (3.1). `condition` comes after all stages: it asks for what an UNKNOWN
 * transition misses (3.3).
 */
export type Stage = 'collect' | 'confirm' | 'act' | 'inform' | 'condition' | 'none';

/** A step under a walk, with the visit that the instance is in or would open. */
export interface Standing {
  readonly step: CompiledStep;
  readonly visit: StepVisit;
  /** The visit opens this turn. */
  readonly isNew: boolean;
}

/** The first unfinished stage; `none` where the step is done. DECLINED is not looked at here. */
export function unfinishedStage(
  standing: Pick<Standing, 'step' | 'visit'>,
  known: KnownData,
  skippingEnabled: boolean,
): Exclude<Stage, 'condition'> {
  const { step, visit } = standing;
  if (!collectFinished(standing, known, skippingEnabled)) return 'collect';
  if (!confirmFinished(step, visit)) return 'confirm';
  if (!actFinished(step, visit)) return 'act';
  if (step.hasInform && !visit.contributedTypes.includes('INFORM')) return 'inform';
  return 'none';
}

function collectFinished(
  { step, visit }: Pick<Standing, 'step' | 'visit'>,
  known: KnownData,
  skippingEnabled: boolean,
): boolean {
  if (step.collects.length === 0) return true;
  if (!allKnown(step.collects, known)) return false;
  return (step.canSkip && skippingEnabled) || step.collects.every((field) => visit.askedFields.includes(field));
}

/** Whether a walk may go over the step although it has stages: all that it collects is known, and nothing in it must be done (3.5). */
export function mayBePassedOver({ step }: Standing, known: KnownData, skippingEnabled: boolean): boolean {
  return (
    skippingEnabled && step.canSkip && !step.hasConfirm && step.collects.length > 0 && allKnown(step.collects, known)
  );
}

/** Whether the step's visit was ended by DECLINED, or by ACTION_FAILED of a required action (3.2). */
export function endedEarly({ step, visit }: Standing): boolean {
  return visit.outcome === 'DECLINED' || (step.isRequiredAction && visit.outcome === 'ACTION_FAILED');
}
