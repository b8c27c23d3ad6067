import type { TransitionAlternative } from '../model/transition-decision';
import type { ConsideredTransition, TransitionEvaluation, Walk } from '../steps/walk-state';

/** The number of alternatives that a decision lists: the last ones, because they explain why the walk ended where it did. */
export const maxAlternatives = 200;
/** The number of failed conditions that a decision lists: the first ones. */
export const maxConditionErrors = 100;

/** Part of a list, with the number of elements that are left out. */
export interface BoundedList<Element> {
  readonly listed: readonly Element[];
  readonly omitted: number;
}

/** Lists the transitions that a walk considered, in order of evaluation. */
export function listAlternatives({ considered, relocalizedFrom }: Walk): BoundedList<TransitionAlternative> {
  const omitted = Math.max(0, considered.length - maxAlternatives);
  // A relocalization replaces the walk that considered them.
  const canBeTaken = relocalizedFrom === '';
  return { listed: considered.slice(omitted).map((each) => toAlternative(each, canBeTaken)), omitted };
}

/** Lists the conditions that failed, each with the transition that it belongs to, once. */
export function listConditionErrors({ considered }: Walk): BoundedList<string> {
  let errors: Set<string> | undefined;
  for (const { transition, evaluation } of considered) {
    if (evaluation === undefined || evaluation.conditionError === '') continue;
    errors ??= new Set();
    errors.add(`${transition.id}: ${evaluation.conditionError}`);
  }
  if (errors === undefined) return noErrors;
  return { listed: [...errors].slice(0, maxConditionErrors), omitted: Math.max(0, errors.size - maxConditionErrors) };
}

const noErrors: BoundedList<string> = { listed: [], omitted: 0 };
const noFields: readonly string[] = [];

function toAlternative(
  { transition, position, evaluation, obstacle }: ConsideredTransition,
  canBeTaken: boolean,
): TransitionAlternative {
  const notTakenBecause = obstacle === '' && evaluation ? describeNotTaken(evaluation) : obstacle;
  return {
    transitionId: transition.id,
    sourceStepId: position.step.stepId,
    targetStepId: transition.returns ? (position.visit.returnTo?.stepId ?? '') : transition.targetStepId,
    truth: evaluation?.truth,
    missingFields: evaluation?.missingFields ?? noFields,
    taken: canBeTaken && notTakenBecause === '',
    notTakenBecause,
  };
}

/** Returns "" if the transition is TRUE. */
function describeNotTaken({ truth, missingFields, conditionError, isTextUnknown }: TransitionEvaluation): string {
  if (truth === 'TRUE') return '';
  if (conditionError !== '') return 'condition failed';
  if (truth === 'FALSE') return 'conditions not met';
  if (missingFields.length > 0) return `missing ${missingFields.join(', ')}`;
  return isTextUnknown ? 'natural-language condition could not be evaluated' : 'missing data that cannot be asked for';
}
