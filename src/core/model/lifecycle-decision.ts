import type { OverruleReason } from './model-proposal';
import type { Ending } from './scenario';
import type { StepOutcome } from './turn';

export type LifecycleAction = 'START' | 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL';

/** Why a scenario starts (2.17). */
export type StartOrigin = 'CANDIDATE' | 'IMPLIED' | 'AIMED' | 'PENDING' | 'CALLED' | 'CONSENTED';

/** Why an instance stays active (2.17). */
export type ContinueReason = 'GOES_ON' | 'QUIET' | 'RESUMED' | 'RELOCALIZED' | 'WAITS_FOR_CALL';

/** Why an instance is paused, as the session stores it. `pauseBehaviors` defines how each pause behaves (2.11). */
export type PauseReason =
  | 'USER_REQUEST'
  | 'LOOP'
  | 'IDLE'
  | 'NEEDS_MIGRATION'
  | 'INTERRUPTED'
  | 'PREEMPTED'
  | 'CALLER_PAUSED';

/** Why a turn pauses an active instance: a stored reason, or the choice of the optional model (section 9). */
export type PauseCause = PauseReason | 'MODEL';

/** Why an instance completes (2.3, section 9). */
export type CompleteReason = 'TERMINAL' | 'CONDITION' | 'USER_REQUEST' | 'RETURNED' | 'MODEL';

/** Why an instance is canceled (2.1 to 2.7, section 9). */
export type CancelReason =
  | 'SCENARIO_NOT_FOUND'
  | 'STEP_NOT_FOUND'
  | 'USER_REQUEST'
  | 'CONDITION'
  | 'DECLINED'
  | 'CALL_FAILED'
  | 'CALL_CANCELLED'
  | 'CALLER_LEFT'
  | 'IDLE'
  | 'PREEMPTED'
  | 'MODEL';

/** Why a lifecycle decision was made (2.1 to 2.17). */
export type LifecycleReason =
  | StartOrigin
  | ContinueReason
  | PauseCause
  | 'STAYS_PAUSED'
  | CompleteReason
  | CancelReason;

/** Why a candidate did not start or a paused instance did not resume. The first reason in this order that applies is reported (2.12). */
export type RejectionReason =
  | 'NOT_FOUND'
  | 'FILTERING_DISABLED'
  | 'DISABLED'
  | 'ALREADY_ACTIVE'
  | 'JUST_ENDED'
  | 'BELOW_THRESHOLD'
  | 'MODEL'
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
  | 'NEEDS_CONSENT';

/** The decision about one instance (P6.2). */
export interface LifecycleDecision {
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  /** START: the id of the new instance. */
  readonly instanceId: string;
  readonly action: LifecycleAction;
  readonly reason: LifecycleReason;
  /** 0..1. */
  readonly confidence: number;
  /** START only. */
  readonly entryStepId: string;
  /** PAUSE, COMPLETE and CANCEL only. */
  readonly sourceStepId: string;
  /** CONTINUE only: the instance was paused before the turn. */
  readonly resumed: boolean;
  /** COMPLETE and CANCEL only; oldest first. */
  readonly irreversibleDone: readonly string[];
  /** COMPLETE and CANCEL only: keys of the WRITE actions that have no outcome yet, in the order in which they were first put. */
  readonly actionsUnderWay: readonly string[];
  /** COMPLETE only; undefined otherwise (2.3). */
  readonly ending?: Ending | undefined;
  /** START only; sorted. */
  readonly missingSoftFields: readonly string[];
  /** STAYS_PAUSED only: why a resume that was due failed. */
  readonly staysPausedBecause?: RejectionReason | undefined;
  readonly conditionErrors: readonly string[];
  /** PREEMPTED only. */
  readonly displacedByInstanceIds: readonly string[];
  /** The action that the model proposed; undefined if it proposed none (section 9). */
  readonly proposed?: LifecycleAction | undefined;
  /** Why the proposal has no effect or is missing; "" if it takes effect or no model was asked. */
  readonly overruledBy: OverruleReason | '';
}

/** A candidate that did not start (2.12). */
export interface RejectedCandidate {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly score: number;
  readonly origin: StartOrigin;
  readonly reason: RejectionReason;
  readonly missingFields: readonly string[];
  readonly blockingScenarioIds: readonly string[];
  readonly blockingRuleIds: readonly string[];
  /** Number of MESSAGE turns on which the start is tried again; 0 if it is not pending (2.14). */
  readonly pendingTurnsLeft: number;
  readonly conditionErrors: readonly string[];
  /** START if the model finds that the scenario fits; undefined otherwise (section 9). */
  readonly proposed?: LifecycleAction | undefined;
  /** See `LifecycleDecision.overruledBy`. */
  readonly overruledBy: OverruleReason | '';
}

/** Why an outcome is not applied. The first reason in this order that holds is reported (0.6). */
export type IgnoredReason =
  | 'ENDED'
  | 'ALREADY_ANSWERED'
  | 'NOT_DELIVERED'
  | 'VOID'
  | 'OTHER_VISIT'
  | 'AMBIGUOUS'
  | 'NO_OPEN_REQUEST';

/** An outcome that is not applied (0.6). */
export interface IgnoredOutcome {
  readonly outcome: StepOutcome;
  readonly reason: IgnoredReason;
  /** "" if the outcome matches no instance. */
  readonly instanceId: string;
  readonly reasoning: string;
}
