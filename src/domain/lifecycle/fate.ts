import type { CompiledScenario, CompiledStep } from '../compiled-scenario';
import type { InstanceView } from '../context/instance-view';
import type { LifecycleReason, RejectionReason, StartOrigin } from '../lifecycle-decision';

/** What becomes of an existing instance. P6.3 may still turn a CONTINUE into a LOOP pause or a relocalization (2.8). */
export interface Fate {
  readonly view: InstanceView;
  readonly action: 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL';
  readonly reason: LifecycleReason;
  /** CONTINUE only: it walks and contributes. */
  readonly moves: boolean;
  /** CONTINUE only: it was paused and wakes. */
  readonly resumed: boolean;
  /** STAYS_PAUSED only: what a due resume failed on. */
  readonly staysPausedBecause: RejectionReason | undefined;
  /** PREEMPTED only: the instances that displace it. */
  readonly displacedBy: readonly string[];
  readonly conditionErrors: readonly string[];
}

/** A candidate that starts. */
export interface Start {
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

type FateDetails = Partial<Omit<Fate, 'view' | 'action' | 'reason'>>;

/** A fate with nothing said beside action and reason, unless given. */
export function fate(
  view: InstanceView,
  action: Fate['action'],
  reason: LifecycleReason,
  {
    moves = action === 'CONTINUE',
    resumed = false,
    staysPausedBecause,
    displacedBy = [],
    conditionErrors = [],
  }: FateDetails = {},
): Fate {
  return { view, action, reason, moves, resumed, staysPausedBecause, displacedBy, conditionErrors };
}

/** Another fate for the same instance; errors of conditions that were evaluated stay told. */
export function instead(
  { view, conditionErrors }: Fate,
  action: Fate['action'],
  reason: LifecycleReason,
  details: FateDetails = {},
): Fate {
  return fate(view, action, reason, { conditionErrors, ...details });
}

/** Whether the instance is active after the turn. */
export function isActive({ action }: Fate): boolean {
  return action === 'CONTINUE';
}

/** Whether the instance has ended. */
export function hasEnded({ action }: Fate): boolean {
  return action === 'COMPLETE' || action === 'CANCEL';
}
