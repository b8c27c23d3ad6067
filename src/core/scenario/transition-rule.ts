import type { StepTransition } from '../model/scenario';

/** Whether a transition states something other than a natural-language condition (3.2, 3.4). */
export function hasRule({ intentLabel, condition, conditionFields, outcomes, afterMs }: StepTransition): boolean {
  return (
    intentLabel !== '' || condition !== '' || conditionFields.length > 0 || outcomes.length > 0 || afterMs !== undefined
  );
}
