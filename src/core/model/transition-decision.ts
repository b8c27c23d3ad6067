import type { Explained } from './explained';
import type { Truth } from './truth';

/** Why an instance is at its step (section 3). */
export type TransitionReason =
  | 'ENTERED'
  | 'ADVANCED'
  | 'CORRECTED'
  | 'WENT_BACK'
  | 'RETURNED'
  | 'RELOCALIZED'
  | 'NOT_ADDRESSED'
  | 'NOTHING_TO_GO_BACK_TO'
  | 'BLOCKED_BY_CHECKPOINT'
  | 'AWAITS_FIELDS'
  | 'AWAITS_CONFIRMATION'
  | 'AWAITS_ACTION'
  | 'AWAITS_CALL'
  | 'AWAITS_EVENT'
  | 'INFORMS'
  | 'CONDITION_UNKNOWN'
  | 'NO_TRANSITION'
  | 'TERMINAL';

/** A transition that was considered on this turn. */
export interface TransitionAlternative {
  readonly transitionId: string;
  /** The step that the walk had reached. */
  readonly sourceStepId: string;
  readonly targetStepId: string;
  /** Undefined if the transition was not evaluated: it is not eligible, or an earlier one blocks it. */
  readonly truth?: Truth | undefined;
  /** UNKNOWN only; sorted. */
  readonly missingFields: readonly string[];
  readonly taken: boolean;
  /** "" if the transition was taken. */
  readonly notTakenBecause: string;
}

/** The decision about one instance that continues or starts (section 3). */
export interface TransitionDecision {
  readonly scenarioId: string;
  readonly instanceId: string;
  readonly sourceStepId: string;
  /** Equals the source step if the instance stays. */
  readonly targetStepId: string;
  readonly wasSkipped: boolean;
  /** In path order (3.5). */
  readonly skippedSteps: readonly string[];
  readonly wasRelocalized: boolean;
  /** RELOCALIZED only: the step where the instance would be without relocalization; else "". */
  readonly originalStepId: string;
  readonly transitionsTaken: readonly string[];
  readonly reason: TransitionReason;
  /** 0..1. */
  readonly confidence: number;
  /** Description of the passed checkpoint that blocks a correction or BACK; else "" (3.9, 3.10). */
  readonly blockedByCheckpoint: string;
  readonly correctedFields: readonly string[];
  readonly clearedFields: readonly string[];
  /** Fields that the blocking transition is missing; sorted (3.3). */
  readonly missingFields: readonly string[];
  readonly visitNumber: number;
  /** The first ones, if there are more than a decision lists. */
  readonly conditionErrors: readonly string[];
  /** The number of errors after those that are listed. */
  readonly omittedConditionErrors: number;
}

/** A transition decision with the transitions that were considered and a sentence that explains it. */
export interface ExplainedTransitionDecision extends Explained<TransitionDecision> {
  /** In order of evaluation; the last ones, if there are more than a decision lists. */
  readonly alternatives: readonly TransitionAlternative[];
  /** The number of alternatives before those that are listed. */
  readonly omittedAlternatives: number;
}
