import type { InstanceView } from '../context/instance-view';
import type { LifecycleReason, RejectionReason, StartOrigin } from '../model/lifecycle-decision';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** What becomes of an existing instance. P6.3 may still turn a CONTINUE into a LOOP pause or a relocalization (2.8). */
export interface InstanceOutcome {
  readonly view: InstanceView;
  readonly action: 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL';
  readonly reason: LifecycleReason;
  /** CONTINUE only: it walks and contributes. */
  readonly shouldWalk: boolean;
  /** CONTINUE only: it was paused and wakes. */
  readonly resumed: boolean;
  /** STAYS_PAUSED only: what a due resume failed on. */
  readonly staysPausedBecause: RejectionReason | undefined;
  /** PREEMPTED only: the instances that displace it. */
  readonly displacedByInstanceIds: readonly string[];
  readonly conditionErrors: readonly string[];
}

/** A candidate that starts. */
export interface ScenarioStart {
  readonly scenario: CompiledScenario;
  readonly instanceId: string;
  readonly origin: StartOrigin;
  readonly score: number;
  /** What the model said about it in place of its score; undefined where it said nothing. */
  readonly fits: boolean | undefined;
  /** Sorted (2.13). */
  readonly missingSoftFields: readonly string[];
  readonly entry: CompiledStep;
}

type FateDetails = Partial<Omit<InstanceOutcome, 'view' | 'action' | 'reason'>>;

/** A fate with nothing said beside action and reason, unless given. */
export function createOutcome(
  view: InstanceView,
  action: InstanceOutcome['action'],
  reason: LifecycleReason,
  {
    shouldWalk: moves = action === 'CONTINUE',
    resumed = false,
    staysPausedBecause,
    displacedByInstanceIds: displacedBy = [],
    conditionErrors = [],
  }: FateDetails = {},
): InstanceOutcome {
  return {
    view,
    action,
    reason,
    shouldWalk: moves,
    resumed,
    staysPausedBecause,
    displacedByInstanceIds: displacedBy,
    conditionErrors,
  };
}

/** Another fate for the same instance; errors of conditions that were evaluated stay told. */
export function overrideOutcome(
  { view, conditionErrors }: InstanceOutcome,
  action: InstanceOutcome['action'],
  reason: LifecycleReason,
  details: FateDetails = {},
): InstanceOutcome {
  return createOutcome(view, action, reason, { conditionErrors, ...details });
}

/** Whether the instance is active after the turn. */
export function isActive({ action }: InstanceOutcome): boolean {
  return action === 'CONTINUE';
}

/** Whether the instance has ended. */
export function hasEnded({ action }: InstanceOutcome): boolean {
  return action === 'COMPLETE' || action === 'CANCEL';
}
