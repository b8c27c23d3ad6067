import type { Truth } from './truth';

/** Why an instance is where it is (P6.3). */
export type TransitionReason =
  | 'ENTERED'
  | 'ADVANCED'
  | 'CORRECTED'
  | 'RELOCALIZED'
  | 'NOT_ADDRESSED'
  | 'BLOCKED_BY_CHECKPOINT'
  | 'AWAITS_FIELDS'
  | 'AWAITS_CONFIRMATION'
  | 'AWAITS_ACTION'
  | 'INFORMS'
  | 'CONDITION_UNKNOWN'
  | 'NO_TRANSITION'
  | 'TERMINAL';

/** A transition that was looked at. */
export interface TransitionAlternative {
  readonly transitionId: string;
  /** The step under the walk when it was looked at. */
  readonly sourceStepId: string;
  readonly targetStepId: string;
  /** Undefined: not evaluated, because it was not eligible or one above decided. */
  readonly truth?: Truth | undefined;
  /** UNKNOWN only; sorted. */
  readonly missingFields: readonly string[];
  readonly taken: boolean;
  /** "" when it was taken. */
  readonly notTakenBecause: string;
}

/** Where one instance with CONTINUE or START goes (P6.3). */
export interface TransitionDecision {
  readonly scenarioId: string;
  readonly instanceId: string;
  readonly sourceStepId: string;
  /** Equal to the source when it stays. */
  readonly targetStepId: string;
  readonly wasSkipped: boolean;
  /** In path order (3.5). */
  readonly skippedSteps: readonly string[];
  readonly wasRelocalized: boolean;
  /** Relocalized only: the step where it would have been. */
  readonly originalStepId: string;
  readonly transitionsTaken: readonly string[];
  /** In the order of evaluation. */
  readonly alternatives: readonly TransitionAlternative[];
  readonly reason: TransitionReason;
  readonly reasoning: string;
  /** 0..1. */
  readonly confidence: number;
  /** Description of the passed checkpoint that a correction would lead behind; "" otherwise (3.9). */
  readonly blockedByCheckpoint: string;
  readonly correctedFields: readonly string[];
  readonly clearedFields: readonly string[];
  /** What the transition that holds the step misses; sorted (3.3). */
  readonly missingFields: readonly string[];
  readonly visitNumber: number;
  readonly conditionErrors: readonly string[];
}
