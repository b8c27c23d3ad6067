import type { ConditionVariables } from '../conditions';
import type { SelectionContext } from '../context/selection-context';
import type { KnownData } from '../known-data';
import { withNames } from '../sorted';
import { conditionVariables } from './condition-scope';
import type { Standing } from './stage';
import type { WalkSubject } from './walk-subject';

/** A point of a walk: the step under it with all that its conditions can read. */
export interface WalkPoint {
  readonly subject: WalkSubject;
  readonly standing: Standing;
  readonly known: KnownData;
  /** Fields that the walk has made unknown so far. */
  readonly cleared: readonly string[];
}

/** The variables of the conditions that are evaluated at a point of a walk (section 6). */
export function variablesAt(
  { subject, standing, known, cleared }: WalkPoint,
  context: SelectionContext,
): ConditionVariables {
  const { instance } = subject;
  const { stepId } = standing.step;
  let earlier = 0;
  for (const entry of instance.path) if (entry.stepId === stepId && entry.visitNumber > 0) earlier += 1;
  return conditionVariables(context, {
    known,
    instanceVariables: instance.variables,
    signals: subject.signals,
    changed: withNames(subject.changed, cleared),
    outcome: standing.visit.outcome,
    visits: earlier + (standing.isNew ? 0 : 1),
    attempts: standing.visit.attempts,
  });
}
