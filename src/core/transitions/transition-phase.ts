import type { SelectionContext } from '../context/selection-context';
import type { LifecyclePhase } from '../lifecycle/lifecycle-phase';
import type { RejectedStart } from '../lifecycle/start-candidates';
import type { TurnInstance } from '../lifecycle/turn-instance';
import type { PendingStart, ScenarioChoiceRequest } from '../model/session';

/** The final lifecycle of a turn, and where each instance went (0.7, steps 6 to 13). */
export interface TransitionPhase {
  /** The instances that existed before the turn, in start order, then those that started on it, in the order of their starts. */
  readonly instances: readonly TurnInstance[];
  /** In the order of evaluation; each scenario once. */
  readonly rejected: readonly RejectedStart[];
  /** The starts that are pending after the turn (2.14). */
  readonly pendingStarts: readonly PendingStart[];
  /** The next value of `Session.choices`, before the putting of `choiceToPut` is recorded (1.5). */
  readonly choices: readonly ScenarioChoiceRequest[];
  /** The OPEN element of `choices` that the plan of this turn puts; undefined if it puts none. */
  readonly choiceToPut: ScenarioChoiceRequest | undefined;
}

/** Walks the instances and repeats starts, resumes and walks for what they made possible, until nothing more happens. Pure. */
export function decideTransitions(context: SelectionContext, lifecycle: LifecyclePhase): TransitionPhase {
  throw new Error(`not written yet ${context.revision} ${lifecycle.state.instances.length}`);
}
