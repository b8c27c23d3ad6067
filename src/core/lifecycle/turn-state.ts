import type { RejectedStart } from './start-candidates';
import type { TurnInstance } from './turn-instance';

/** Everything that the rules have decided so far on this turn (0.7, steps 6 to 12). */
export interface TurnState {
  /** The instances that existed before the turn, in start order, then those that start on it, in the order of their starts. */
  readonly instances: readonly TurnInstance[];
  /** In the order of evaluation; each scenario once. */
  readonly rejected: readonly RejectedStart[];
}
