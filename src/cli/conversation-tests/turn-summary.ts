import {
  ConfirmKind,
  ContributionType,
  type ScenarioContribution,
} from '../../../gen/focal/orchestration/v1/contribution';
import { ValueRejectionReason } from '../../../gen/focal/orchestration/v1/field';
import {
  LifecycleReason,
  RejectionReason,
  ScenarioLifecycleAction,
  type ScenarioLifecycleDecision,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';

/** Values by scenario name. */
export type ByScenario<Value> = Readonly<Record<string, Value>>;

/** The decisions of a turn, with the keys of a conversation file. Scenarios have names and the order of the response. */
export interface TurnSummary {
  readonly started: readonly string[];
  readonly resumed: readonly string[];
  /** Includes resumed scenarios. */
  readonly continued: readonly string[];
  /** The scenarios that this turn paused, with the reason code. */
  readonly paused: ByScenario<string>;
  readonly stays_paused: readonly string[];
  /** The scenarios that completed, with the reason code. */
  readonly completed: ByScenario<string>;
  /** The scenarios that were canceled, with the reason code. */
  readonly cancelled: ByScenario<string>;
  /** Candidates that did not start, with the reason code. */
  readonly rejected: ByScenario<string>;
  /** The SOFT fields that are missing for each started scenario. */
  readonly missing_soft_fields: ByScenario<readonly string[]>;
  /** Irreversible actions of scenarios that ended. */
  readonly irreversible_done: ByScenario<readonly string[]>;
  /** The current step of each scenario that started or continued. */
  readonly at: ByScenario<string>;
  /** Steps that were skipped on the way to the current step. */
  readonly skipped: ByScenario<readonly string[]>;
  /** Fields to ask for. */
  readonly asks: ByScenario<readonly string[]>;
  /** Values to confirm. */
  readonly confirms: ByScenario<Readonly<Record<string, unknown>>>;
  /** Scenarios that the customer can choose from (1.5). */
  readonly choices: readonly string[];
  /** Tools to run, in order. */
  readonly hints: ByScenario<readonly string[]>;
  /** Templates to render. */
  readonly informs: ByScenario<readonly string[]>;
  /** Scenarios that continue without contributing to the reply. */
  readonly silent: readonly string[];
  /** Scenarios that repeat a contribution from the same visit. */
  readonly reprompts: readonly string[];
  /** Scenarios whose contribution is deferred to a later turn. */
  readonly deferred: readonly string[];
  /** Fields whose values were rejected, with the reason code of the last rejected value. */
  readonly rejected_values: Readonly<Record<string, string>>;
  /** The primary scenario of the reply; "" if there is none. */
  readonly primary: string;
}

/** Maps a scenario id to the name of the scenario. */
type NameLookup = (scenarioId: string) => string;

export function summarizeTurn(response: ProcessTurnResponse, getName: NameLookup): TurnSummary {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = response;
  return {
    ...summarizeLifecycle(lifecycleDecisions, getName),
    rejected: groupByScenario(rejectedCandidates, getName, ({ reason }) => formatEnum(RejectionReason, reason)),
    at: groupByScenario(transitionDecisions, getName, ({ targetStepId }) => targetStepId),
    skipped: groupByScenario(
      transitionDecisions.filter(({ wasSkipped }) => wasSkipped),
      getName,
      ({ skippedSteps }) => skippedSteps,
    ),
    ...summarizePlan(plan?.contributions ?? [], getName),
    rejected_values: Object.fromEntries(
      (plan?.rejectedValues ?? []).map(({ fieldName, reason }) => [
        fieldName,
        formatEnum(ValueRejectionReason, reason),
      ]),
    ),
    primary: plan?.primaryScenarioId ? getName(plan.primaryScenarioId) : '',
  };
}

/**
 * Returns the name of an enum value without the prefix of its enum: `CANDIDATE` for `LIFECYCLE_REASON_CANDIDATE`. A value that
 * only a newer service defines is formatted as its number.
 */
export function formatEnum(enumType: Readonly<Record<number, string>>, value: number): string {
  const prefix = enumType[0]?.replace(/UNSPECIFIED$/, '') ?? '';
  const name = enumType[value] ?? String(value);
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

type LifecycleSummary = Pick<
  TurnSummary,
  | 'started'
  | 'resumed'
  | 'continued'
  | 'paused'
  | 'stays_paused'
  | 'completed'
  | 'cancelled'
  | 'missing_soft_fields'
  | 'irreversible_done'
>;

function summarizeLifecycle(decisions: readonly ScenarioLifecycleDecision[], getName: NameLookup): LifecycleSummary {
  const select = (action: ScenarioLifecycleAction) => decisions.filter((decision) => decision.action === action);
  const getNames = (subset: readonly ScenarioLifecycleDecision[]) =>
    subset.map(({ scenarioId }) => getName(scenarioId));
  const getReasons = (subset: readonly ScenarioLifecycleDecision[]) =>
    groupByScenario(subset, getName, ({ reason }) => formatEnum(LifecycleReason, reason));
  const isStillPaused = ({ reason }: ScenarioLifecycleDecision) =>
    reason === LifecycleReason.LIFECYCLE_REASON_STAYS_PAUSED;
  const paused = select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_PAUSE);
  return {
    started: getNames(select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START)),
    resumed: getNames(decisions.filter(({ resumed }) => resumed)),
    continued: getNames(select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CONTINUE)),
    paused: getReasons(paused.filter((decision) => !isStillPaused(decision))),
    stays_paused: getNames(paused.filter(isStillPaused)),
    completed: getReasons(select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE)),
    cancelled: getReasons(select(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CANCEL)),
    missing_soft_fields: groupNonEmptyLists(decisions, getName, ({ missingSoftFields }) => missingSoftFields),
    irreversible_done: groupNonEmptyLists(decisions, getName, ({ irreversibleDone }) => irreversibleDone),
  };
}

type PlanSummary = Pick<
  TurnSummary,
  'asks' | 'confirms' | 'choices' | 'hints' | 'informs' | 'silent' | 'reprompts' | 'deferred'
>;

function summarizePlan(contributions: readonly ScenarioContribution[], getName: NameLookup): PlanSummary {
  const current = contributions.filter(({ deferred }) => !deferred);
  const select = (type: ContributionType) => current.filter((contribution) => contribution.type === type);
  const getNames = (subset: readonly ScenarioContribution[]) => subset.map(({ scenarioId }) => getName(scenarioId));
  const isChoice = ({ confirmKind }: ScenarioContribution) => confirmKind === ConfirmKind.CONFIRM_KIND_CHOICE;
  const asks = select(ContributionType.CONTRIBUTION_TYPE_ASK);
  const confirms = select(ContributionType.CONTRIBUTION_TYPE_CONFIRM);
  const hints = select(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT);
  const informs = select(ContributionType.CONTRIBUTION_TYPE_INFORM);
  return {
    asks: groupByScenario(asks, getName, ({ fieldsToAsk }) => fieldsToAsk),
    confirms: groupByScenario(
      confirms.filter((contribution) => !isChoice(contribution)),
      getName,
      ({ valuesToConfirm }) => valuesToConfirm,
    ),
    choices: confirms.filter(isChoice).flatMap(({ choices }) => choices.map(({ scenarioId }) => getName(scenarioId))),
    hints: groupByScenario(hints, getName, ({ tools }) => tools.map(({ toolId }) => toolId)),
    informs: groupByScenario(informs, getName, ({ templateIds }) => templateIds),
    silent: getNames(select(ContributionType.CONTRIBUTION_TYPE_NONE)),
    reprompts: getNames(current.filter(({ isReprompt }) => isReprompt)),
    deferred: getNames(contributions.filter(({ deferred }) => deferred)),
  };
}

function groupByScenario<Item extends { readonly scenarioId: string }, Value>(
  items: readonly Item[],
  getName: NameLookup,
  getValue: (item: Item) => Value,
): ByScenario<Value> {
  return Object.fromEntries(items.map((item) => [getName(item.scenarioId), getValue(item)]));
}

function groupNonEmptyLists<Item extends { readonly scenarioId: string }>(
  items: readonly Item[],
  getName: NameLookup,
  getList: (item: Item) => readonly string[],
): ByScenario<readonly string[]> {
  return groupByScenario(
    items.filter((item) => getList(item).length > 0),
    getName,
    getList,
  );
}
