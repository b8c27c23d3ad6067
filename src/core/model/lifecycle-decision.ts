import type { OverruleReason } from './model-proposal';
import type { StepOutcome } from './turn';

export type LifecycleAction = 'START' | 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL';

/** Where a start comes from (2.17). */
export type StartOrigin = 'CANDIDATE' | 'IMPLIED' | 'AIMED' | 'PENDING';

/** Why a lifecycle decision was taken (2.1 to 2.17). */
export type LifecycleReason =
  | StartOrigin
  | 'GOES_ON'
  | 'QUIET'
  | 'RESUMED'
  | 'RELOCALIZED'
  | 'USER_REQUEST'
  | 'LOOP'
  | 'IDLE'
  | 'PREEMPTED'
  | 'INTERRUPTED'
  | 'NEEDS_MIGRATION'
  | 'STAYS_PAUSED'
  | 'TERMINAL'
  | 'CONDITION'
  | 'SCENARIO_NOT_FOUND'
  | 'STEP_NOT_FOUND'
  | 'DECLINED'
  | 'MODEL';

/** Why a candidate did not start, or why a due resume did not happen; the first that holds, in this order (2.12). */
export type RejectionReason =
  | 'NOT_FOUND'
  | 'DISABLED'
  | 'ALREADY_ACTIVE'
  | 'JUST_ENDED'
  | 'BELOW_THRESHOLD'
  | 'ENTRY_CONDITION'
  | 'DEPENDENCY'
  | 'SUPERSEDED'
  | 'AMBIGUOUS'
  | 'EXCLUDED'
  | 'MISSING_HARD_FIELDS'
  | 'START_LIMIT'
  | 'START_BLOCKED'
  | 'MULTI_SCENARIO_DISABLED'
  | 'CAPACITY'
  | 'FILTERING_DISABLED'
  | 'MODEL';

/** What happens to one instance (P6.2). */
export interface LifecycleDecision {
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  /** For START the new one. */
  readonly instanceId: string;
  readonly action: LifecycleAction;
  readonly reason: LifecycleReason;
  readonly reasoning: string;
  /** 0..1. */
  readonly confidence: number;
  /** START only. */
  readonly entryStepId: string;
  /** PAUSE, COMPLETE and CANCEL only. */
  readonly sourceStepId: string;
  /** CONTINUE only: was paused and wakes. */
  readonly resumed: boolean;
  /** COMPLETE and CANCEL only; oldest first. */
  readonly irreversibleDone: readonly string[];
  /** START only; sorted. */
  readonly missingSoftFields: readonly string[];
  /** PAUSE with STAYS_PAUSED only: what a due resume failed on. */
  readonly staysPausedBecause?: RejectionReason | undefined;
  readonly conditionErrors: readonly string[];
  /** PREEMPTED only. */
  readonly displacedByInstanceIds: readonly string[];
  /** What the model proposed; undefined where it proposed nothing (section 9). */
  readonly proposed?: LifecycleAction | undefined;
  /** Why that did not stand, or why there was none; "" where it stood or no model was asked. */
  readonly overruledBy: OverruleReason | '';
}

/** A candidate that did not start, with why (2.12). */
export interface RejectedCandidate {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly score: number;
  readonly origin: StartOrigin;
  readonly reason: RejectionReason;
  readonly reasoning: string;
  readonly missingFields: readonly string[];
  readonly blockingScenarioIds: readonly string[];
  readonly blockingRuleIds: readonly string[];
  /** 0 where it is not pending (2.14). */
  readonly pendingTurnsLeft: number;
  readonly conditionErrors: readonly string[];
  /** START where the model found that it fits; undefined otherwise (section 9). */
  readonly proposed?: LifecycleAction | undefined;
  /** As in LifecycleDecision. */
  readonly overruledBy: OverruleReason | '';
}

/** An outcome that changed no stage (0.6). */
export interface IgnoredOutcome {
  readonly outcome: StepOutcome;
  /** "" where there is none. */
  readonly instanceId: string;
  readonly reasoning: string;
}
