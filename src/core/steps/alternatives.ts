import type { TransitionAlternative } from '../model/transition-decision';
import type { WalkDraft } from './walk-state';

/** The number of alternatives that a decision lists: the last ones, because they explain why the walk ended where it did. */
export const maxAlternatives = 200;
/** The number of failed conditions that a decision lists: the first ones. */
export const maxConditionErrors = 100;

type Alternatives = Pick<
  WalkDraft,
  'alternatives' | 'omittedAlternatives' | 'conditionErrors' | 'omittedConditionErrors'
>;

/** Adds the transitions that were considered at a step. Lists are bounded, and what is left out is counted. */
export function addAlternatives(
  walk: Alternatives,
  alternatives: readonly TransitionAlternative[],
  conditionErrors: readonly string[],
): void {
  const considered = walk.alternatives.length === 0 ? alternatives : [...walk.alternatives, ...alternatives];
  const omitted = Math.max(0, considered.length - maxAlternatives);
  walk.alternatives = omitted === 0 ? considered : considered.slice(omitted);
  walk.omittedAlternatives += omitted;
  if (conditionErrors.length === 0) return;
  const errors = [...new Set([...walk.conditionErrors, ...conditionErrors])];
  walk.conditionErrors = errors.slice(0, maxConditionErrors);
  walk.omittedConditionErrors += Math.max(0, errors.length - maxConditionErrors);
}
