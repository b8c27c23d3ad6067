import type { ContributionPlan } from './contribution';
import type { IgnoredOutcome, LifecycleDecision, RejectedCandidate } from './lifecycle-decision';
import type { ModelProposal } from './model-proposal';
import type { Relationship } from './scenario';
import type { TransitionDecision } from './transition-decision';

/** A candidate of the turn that exists in the catalogue. */
export interface ContextCandidate {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly scenarioVersion: number;
  readonly score: number;
}

/** An instance that existed before the turn. */
export interface ContextInstance {
  readonly instanceId: string;
  readonly scenarioId: string;
  /** "" where the scenario is gone. */
  readonly scenarioName: string;
  readonly scenarioVersion: number;
  readonly stepId: string;
  readonly paused: boolean;
}

/** What P6.1 joined for the turn, as it is told to the caller. */
export interface ContextSummary {
  readonly intent: string;
  readonly intentScore: number;
  /** "" where there is none. */
  readonly focusInstanceId: string;
  /** In start order. */
  readonly addressedInstanceIds: readonly string[];
  readonly candidates: readonly ContextCandidate[];
  readonly instances: readonly ContextInstance[];
  readonly relationships: readonly Relationship[];
  /** Sorted. */
  readonly changedFields: readonly string[];
}

/** Everything that was decided in a turn; the contract's ProcessTurnResponse. */
export interface TurnResult {
  readonly sessionId: string;
  readonly turnId: string;
  /** After the turn. */
  readonly revision: number;
  readonly turnCount: number;
  readonly context: ContextSummary;
  readonly lifecycleDecisions: readonly LifecycleDecision[];
  readonly rejectedCandidates: readonly RejectedCandidate[];
  readonly transitionDecisions: readonly TransitionDecision[];
  readonly plan: ContributionPlan;
  readonly ignoredOutcomes: readonly IgnoredOutcome[];
  readonly validateOnly: boolean;
  /** What the turn was decided on of the optional model; undefined where none was asked (section 9). */
  readonly modelProposal?: ModelProposal | undefined;
}
