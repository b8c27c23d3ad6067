import type { TransitionAlternative } from '../model/transition-decision';
import type { Walk } from './walk-state';

/** The number of alternatives that a decision lists: the last ones, because they explain why the walk ended where it did. */
export const maxAlternatives = 200;
/** The number of failed conditions that a decision lists: the first ones. */
export const maxConditionErrors = 100;

type Alternatives = Pick<Walk, 'alternatives' | 'omittedAlternatives' | 'conditionErrors' | 'omittedConditionErrors'>;

/** Adds the transitions that were considered at a step. Lists are bounded, and what is left out is counted. */
export function addAlternatives(
  walk: Alternatives,
  alternatives: readonly TransitionAlternative[],
  conditionErrors: readonly string[],
): Alternatives {
  const considered = alternatives.length === 0 ? walk.alternatives : [...walk.alternatives, ...alternatives];
  const omitted = Math.max(0, considered.length - maxAlternatives);
  const errors =
    conditionErrors.length === 0 ? walk.conditionErrors : [...new Set([...walk.conditionErrors, ...conditionErrors])];
  return {
    alternatives: omitted === 0 ? considered : considered.slice(omitted),
    omittedAlternatives: walk.omittedAlternatives + omitted,
    conditionErrors: errors.length > maxConditionErrors ? errors.slice(0, maxConditionErrors) : errors,
    omittedConditionErrors: walk.omittedConditionErrors + Math.max(0, errors.length - maxConditionErrors),
  };
}
