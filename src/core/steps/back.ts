import type { CompiledStep } from '../scenario/compiled-scenario';
import { getLastCheckpoint } from './checkpoints';
import type { WalkInput } from './walk-input';

export type BackTarget =
  | { readonly kind: 'step'; readonly step: CompiledStep }
  /** Only steps before a passed checkpoint could be gone back to. */
  | { readonly kind: 'blocked'; readonly description: string }
  | { readonly kind: 'nothing' };

/**
 * Finds the step that BACK moves an instance to (3.10): the last step of its route that asked for or received a field from the customer, or put a
 * CONFIRM, and that is not before a passed checkpoint.
 */
export function findBackTarget({ instance, scenario }: WalkInput): BackTarget {
  const { route, stepsBeforeCheckpoint } = instance;
  const earlier = route.filter(({ canGoBackTo }) => canGoBackTo);
  const entry = earlier.findLast(({ stepId }) => !stepsBeforeCheckpoint.includes(stepId));
  const step = entry && scenario.steps.get(entry.stepId);
  if (step) return { kind: 'step', step };
  const checkpoint = getLastCheckpoint(instance);
  return earlier.length > 0 && checkpoint
    ? { kind: 'blocked', description: checkpoint.description }
    : { kind: 'nothing' };
}
