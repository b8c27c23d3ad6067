import type { ContributionPlan } from './contribution';
import type { Explained } from './explained';
import type { IgnoredOutcome, LifecycleDecision, RejectedCandidate } from './lifecycle-decision';
import type { ModelProposal } from './model-proposal';
import type { Relationship } from './scenario';
import type { ExplainedTransitionDecision, TransitionDecision } from './transition-decision';

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
  /** "" if the scenario no longer exists. */
  readonly scenarioName: string;
  readonly scenarioVersion: number;
  readonly stepId: string;
  readonly paused: boolean;
}

/** The selection context of the turn, as reported to the caller (section 1). */
export interface ContextSummary {
  readonly intent: string;
  readonly intentScore: number;
  /** "" if no instance has the focus. */
  readonly focusInstanceId: string;
  /** In start order. */
  readonly addressedInstanceIds: readonly string[];
  readonly candidates: readonly ContextCandidate[];
  readonly instances: readonly ContextInstance[];
  readonly relationships: readonly Relationship[];
  /** Sorted. */
  readonly changedFields: readonly string[];
  /** Rules of fields that failed or were UNKNOWN and so count as fulfilled: field and reason (section 10). */
  readonly conditionErrors: readonly string[];
}

/** All decisions of a turn. */
export interface TurnResult {
  readonly sessionId: string;
  readonly turnId: string;
  /** Revision of the session after the turn. */
  readonly revision: number;
  readonly turnCount: number;
  readonly lifecycleDecisions: readonly LifecycleDecision[];
  readonly rejectedCandidates: readonly RejectedCandidate[];
  readonly transitionDecisions: readonly TransitionDecision[];
  readonly plan: ContributionPlan;
  readonly ignoredOutcomes: readonly IgnoredOutcome[];
  /** The earliest time at which a TIMER turn would decide something, in ms since 1970; undefined if none would (section 14). */
  readonly nextTimerAt?: number | undefined;
  readonly validateOnly: boolean;
  /** The proposal of the optional model; undefined if no model was asked (section 9). */
  readonly modelProposal?: ModelProposal | undefined;
}

/** All decisions of a turn with what explains them: the selection context, sentences and the transitions that were considered. */
export interface ExplainedTurnResult extends TurnResult {
  readonly context: ContextSummary;
  readonly lifecycleDecisions: readonly Explained<LifecycleDecision>[];
  readonly rejectedCandidates: readonly Explained<RejectedCandidate>[];
  readonly transitionDecisions: readonly ExplainedTransitionDecision[];
}
