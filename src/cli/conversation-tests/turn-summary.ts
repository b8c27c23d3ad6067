import { ValueRejectionReason } from '../../../gen/focal/orchestration/v1/field';
import {
  IgnoredOutcomeReason,
  LifecycleReason,
  RejectionReason,
  ScenarioLifecycleAction,
  type ScenarioLifecycleDecision,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Ending } from '../../../gen/focal/orchestration/v1/scenario';
import { type ScenarioStepTransitionDecision, TransitionReason } from '../../../gen/focal/orchestration/v1/transition';
import { type PlanSummary, summarizePlan } from './plan-summary';
import { type ByScenario, formatEnum, groupByScenario, groupNonEmpty, removeInstanceId } from './summary-values';

/** The decisions of a turn, with the keys of a conversation file. Scenarios have names and the order of the response. */
export interface TurnSummary extends LifecycleSummary, TransitionSummary, PlanSummary {
  /** Candidates that did not start, with the reason code. */
  readonly rejected: ByScenario<string>;
  /** The number of MESSAGE turns on which each rejected start is retried (2.14). */
  readonly pending: ByScenario<number>;
  /** The reason code of each outcome that was not applied, in the order of the outcomes (0.6). */
  readonly ignored_outcomes: readonly string[];
  /** Fields whose values were rejected, with the reason code of the last rejected value. */
  readonly rejected_values: Readonly<Record<string, string>>;
  /** Seconds from this turn to the next timer; null if there is none (section 14). */
  readonly next_timer_after: number | null;
}

export interface LifecycleSummary {
  readonly started: readonly string[];
  readonly resumed: readonly string[];
  /** Includes resumed scenarios. */
  readonly continued: readonly string[];
  /** The scenarios that this turn paused, with the reason code. */
  readonly paused: ByScenario<string>;
  readonly stays_paused: readonly string[];
  /** The scenarios that completed, with the reason code. */
  readonly completed: ByScenario<string>;
  /** How each completed scenario ended (2.3). */
  readonly endings: ByScenario<string>;
  /** The scenarios that were canceled, with the reason code. */
  readonly cancelled: ByScenario<string>;
  /** The reason code of the last decision about each scenario. */
  readonly lifecycle_reasons: ByScenario<string>;
  /** The SOFT fields that are missing for each started scenario. */
  readonly missing_soft_fields: ByScenario<readonly string[]>;
  /** Irreversible actions of scenarios that ended. */
  readonly irreversible_done: ByScenario<readonly string[]>;
  /** Keys of the actions without an outcome of scenarios that ended, without the id of the instance. */
  readonly actions_under_way: ByScenario<readonly string[]>;
}

export interface TransitionSummary {
  /** The current step of each scenario that started or continued. */
  readonly at: ByScenario<string>;
  /** Why each scenario is at its step. */
  readonly transition_reasons: ByScenario<string>;
  /** Steps that were skipped on the way to the current step. */
  readonly skipped: ByScenario<readonly string[]>;
  /** Fields that the customer corrected (3.9). */
  readonly corrected: ByScenario<readonly string[]>;
  /** The passed checkpoint that blocks a correction or BACK. */
  readonly blocked_by_checkpoint: ByScenario<string>;
}

/** Maps a scenario id to the name of the scenario. */
type NameLookup = (scenarioId: string) => string;

/** Summarizes the decisions of a turn that happened at `occurredAt`. */
export function summarizeTurn(response: ProcessTurnResponse, occurredAt: Date, getName: NameLookup): TurnSummary {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan, ignoredOutcomes, nextTimerAt } = response;
  return {
    ...summarizeLifecycle(lifecycleDecisions, getName),
    rejected: groupByScenario(rejectedCandidates, getName, ({ reason }) => formatEnum(RejectionReason, reason)),
    pending: groupNonEmpty(rejectedCandidates, getName, ({ pendingTurnsLeft }) => pendingTurnsLeft),
    ...summarizeTransitions(transitionDecisions, getName),
    ...summarizePlan(plan, getName),
    ignored_outcomes: ignoredOutcomes.map(({ reason }) => formatEnum(IgnoredOutcomeReason, reason)),
    rejected_values: Object.fromEntries(
      (plan?.rejectedValues ?? []).map(({ fieldName, reason }) => [
        fieldName,
        formatEnum(ValueRejectionReason, reason),
      ]),
    ),
    next_timer_after: nextTimerAt === undefined ? null : (nextTimerAt.getTime() - occurredAt.getTime()) / 1_000,
  };
}

function summarizeLifecycle(decisions: readonly ScenarioLifecycleDecision[], getName: NameLookup): LifecycleSummary {
  const select = (action: ScenarioLifecycleAction) => decisions.filter((decision) => decision.action === action);
  const getNames = (subset: readonly ScenarioLifecycleDecision[]) =>
    subset.map(({ scenarioId }) => getName(scenarioId));
  const getReasons = (subset: readonly ScenarioLifecycleDecision[]) =>
    groupByScenario(subset, getName, ({ reason }) => formatEnum(LifecycleReason, reason));
  const isStillPaused = ({ reason }: ScenarioLifecycleDecision) =>
    reason === LifecycleReason.LIFECYCLE_REASON_STAYS_PAUSED;
  const paused = select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_PAUSE);
  const completed = select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE);
  return {
    started: getNames(select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START)),
    resumed: getNames(decisions.filter(({ resumed }) => resumed)),
    continued: getNames(select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CONTINUE)),
    paused: getReasons(paused.filter((decision) => !isStillPaused(decision))),
    stays_paused: getNames(paused.filter(isStillPaused)),
    completed: getReasons(completed),
    endings: groupByScenario(completed, getName, ({ ending }) => formatEnum(Ending, ending)),
    cancelled: getReasons(select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CANCEL)),
    lifecycle_reasons: getReasons(decisions),
    missing_soft_fields: groupNonEmpty(decisions, getName, ({ missingSoftFields }) => missingSoftFields),
    irreversible_done: groupNonEmpty(decisions, getName, ({ irreversibleDone }) => irreversibleDone),
    actions_under_way: groupNonEmpty(decisions, getName, ({ actionsUnderWay }) =>
      actionsUnderWay.map(removeInstanceId),
    ),
  };
}

function summarizeTransitions(
  decisions: readonly ScenarioStepTransitionDecision[],
  getName: NameLookup,
): TransitionSummary {
  return {
    at: groupByScenario(decisions, getName, ({ targetStepId }) => targetStepId),
    transition_reasons: groupByScenario(decisions, getName, ({ reason }) => formatEnum(TransitionReason, reason)),
    skipped: groupNonEmpty(decisions, getName, ({ skippedSteps }) => skippedSteps),
    corrected: groupNonEmpty(decisions, getName, ({ correctedFields }) => correctedFields),
    blocked_by_checkpoint: groupNonEmpty(decisions, getName, ({ blockedByCheckpoint }) => blockedByCheckpoint),
  };
}
