import type { LifecyclePhase } from '../lifecycle/lifecycle-phase';
import type { ContributionPlan } from '../model/contribution';
import type { TransitionPhase } from '../transitions/transition-phase';

/** Everything that was decided in a turn. */
export interface PhaseResults {
  readonly lifecycle: LifecyclePhase;
  readonly transitions: TransitionPhase;
  readonly plan: ContributionPlan;
}
