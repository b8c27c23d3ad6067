import type { StepTransition } from '../model/scenario';
import { toValueText } from './value-text';

/** A transition with its position in the list that it belongs to. */
export interface PlacedTransition {
  readonly transition: StepTransition;
  readonly index: number;
}

/** Which transitions of two lists are the same one, changed or not. */
export interface MatchedTransitions {
  /** In the order of the new list. */
  readonly pairs: readonly { readonly before: PlacedTransition; readonly after: PlacedTransition }[];
  readonly removed: readonly PlacedTransition[];
  readonly added: readonly PlacedTransition[];
}

/** Whether two transitions are the same one, from the strictest test to the weakest. */
const tests: readonly ((before: StepTransition, after: StepTransition) => boolean)[] = [
  (before, after) => before.transitionId !== '' && before.transitionId === after.transitionId,
  (before, after) => toValueText(before) === toValueText(after),
  (before, after) => isUnnamed(before, after) && before.targetStepId === after.targetStepId,
  (before, after) => isUnnamed(before, after) && before.condition === after.condition,
  isUnnamed,
];

function isUnnamed(before: StepTransition, after: StepTransition): boolean {
  return before.transitionId === '' || after.transitionId === '';
}

/** Matches the transitions of two lists: by id, else by what they say, else by their order. */
export function matchTransitions(
  before: readonly StepTransition[],
  after: readonly StepTransition[],
): MatchedTransitions {
  let old = before.map(toPlaced);
  let current = after.map(toPlaced);
  const pairs: { before: PlacedTransition; after: PlacedTransition }[] = [];
  for (const test of tests) {
    const unmatched: PlacedTransition[] = [];
    for (const placed of current) {
      const match = old.find(({ transition }) => test(transition, placed.transition));
      if (match === undefined) unmatched.push(placed);
      else {
        pairs.push({ before: match, after: placed });
        old = old.filter((each) => each !== match);
      }
    }
    current = unmatched;
  }
  return { pairs: pairs.sort((a, b) => a.after.index - b.after.index), removed: old, added: current };
}

function toPlaced(transition: StepTransition, index: number): PlacedTransition {
  return { transition, index };
}
