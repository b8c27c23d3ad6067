import type { ContributionPlan } from '../contribution';
import type { LifecyclePhase } from '../lifecycle/lifecycle-phase';
import type { TransitionPhase } from '../transitions/transition-phase';

/** Everything that was decided in a turn. */
export interface DecidedTurn {
  readonly lifecycle: LifecyclePhase;
  readonly transitions: TransitionPhase;
  readonly plan: ContributionPlan;
}
