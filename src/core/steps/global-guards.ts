import type { SelectionContext } from '../context/selection-context';
import { evaluateTextCondition } from './text-condition';
import { computeReadFingerprint } from './transition-evaluation';
import type { WalkInput } from './walk-input';
import { toWalkVariables } from './walk-variables';

/**
 * The guards of an instance that hold as the turn finds it: nothing that the transition read when it was taken has changed since
 * (3.2). One that has changed is gone for good, also where it changes back. A turn without a message has no intent, which is no
 * change of the customer's.
 */
export function selectActiveGuards(subject: WalkInput, context: SelectionContext): ReadonlyMap<string, string> {
  const { instance, scenario, step, known } = subject;
  const guards = instance.globalTransitionGuards;
  if (guards.size === 0 || context.turn.trigger !== 'MESSAGE') return guards;
  const standing = { step, visit: instance.visit, isNewVisit: false };
  const variables = toWalkVariables({ input: subject, position: standing, known, clearedFields: [] }, context);
  const held = [...guards].filter(([id, fingerprint]) => {
    const transition = scenario.transitionsById.get(id);
    if (transition === undefined) return false;
    return (
      computeReadFingerprint(transition, variables, evaluateTextCondition(transition, scenario, context)) ===
      fingerprint
    );
  });
  return held.length === guards.size ? guards : new Map(held);
}
