import type { ConditionVariables } from '../conditions';
import type { SelectionContext } from '../context/selection-context';
import type { KnownData } from '../model/known-data';
import { mergeNames } from '../model/sorting';
import { toConditionVariables } from './condition-scope';
import type { StepPosition } from './stage';
import type { WalkInput } from './walk-input';

/** A point of a walk: the step under it with all that its conditions can read. */
export interface WalkPosition {
  readonly input: WalkInput;
  readonly position: StepPosition;
  readonly known: KnownData;
  /** Fields that the walk has made unknown so far. */
  readonly clearedFields: readonly string[];
}

/** The variables of the conditions that are evaluated at a point of a walk (section 6). */
export function toWalkVariables(
  { input: subject, position: standing, known, clearedFields: cleared }: WalkPosition,
  context: SelectionContext,
): ConditionVariables {
  const { instance } = subject;
  const { stepId } = standing.step;
  let earlier = 0;
  for (const entry of instance.path) if (entry.stepId === stepId && entry.visitNumber > 0) earlier += 1;
  return toConditionVariables(context, {
    known,
    instanceVariables: instance.variables,
    signals: subject.signals,
    changedFields: mergeNames(subject.changedFields, cleared),
    outcome: standing.visit.outcome,
    visits: earlier + (standing.isNewVisit ? 0 : 1),
    attempts: standing.visit.attempts,
  });
}
