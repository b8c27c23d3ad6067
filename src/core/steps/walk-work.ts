import type { SelectionContext } from '../context/selection-context';
import type { CompiledTransition } from '../scenario/compiled-scenario';
import type { Walk } from './walk-state';

// The units that walks spend (limits.turn_work). Each price is at least the time that its work takes for the largest definitions that the
// contract allows, in units of about 0.1 microseconds.

/** Spends the work of leaving or entering a step: it copies the route, and compares the fields of the step with those that are settled. */
export function spendStep(walk: Walk, { allowance, storedData }: SelectionContext): void {
  const { input, position, traversedSteps, route, clearedFields, requests, returnedValues } = walk;
  const lists = [traversedSteps, route, input.instance.path, requests, clearedFields];
  const copied = lists.reduce((sum, { length }) => sum + length, returnedValues.size);
  const comparisons =
    position.step.collectedFields.length * (8 + clearedFields.length + storedData.declinedFields.length);
  allowance.spend('steps', 30 + copied / 32 + comparisons / 4);
}

/** Spends the work of looking at a transition, besides that of its condition in CEL. */
export function spendTransition(
  { definition, fieldsRead }: CompiledTransition,
  { traversedSteps, position }: Walk,
  { allowance, proposal }: Pick<SelectionContext, 'allowance' | 'proposal'>,
): void {
  const { conditionFields, clears, conditionText, conditionEmbedding } = definition;
  const comparisons = clears.length * (8 + position.step.collectedFields.length + fieldsRead.length);
  const verdicts = conditionText === '' ? 0 : conditionEmbedding.length + (proposal?.verdicts.length ?? 0);
  const work = 10 + conditionFields.length + traversedSteps.length / 32 + verdicts / 8 + comparisons / 4;
  allowance.spend('transitions', work);
}
