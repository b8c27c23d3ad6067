import type { SelectionContext } from '../context/selection-context';
import type { TurnState } from './turn-state';

/** The result of P6.2: the instances and starts before the walks (0.7, steps 6 to 9). */
export interface LifecyclePhase {
  readonly state: TurnState;
}

/** Decides about the instances and candidates of a turn. Pure. */
export function decideLifecycle(context: SelectionContext): LifecyclePhase {
  throw new Error(`not written yet ${context.revision}`);
}
