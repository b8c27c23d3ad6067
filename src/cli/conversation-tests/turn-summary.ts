import {
  ConfirmKind,
  ContributionType,
  type ScenarioContribution,
} from '../../../gen/focal/orchestration/v1/contribution';
import {
  LifecycleReason,
  RejectionReason,
  ScenarioLifecycleAction,
  type ScenarioLifecycleDecision,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { formatEnum } from '../output/enum-text';

/** What one scenario does, by its name. */
export type ByScenario<Value> = Readonly<Record<string, Value>>;

/** What happened in a turn, in the words of a conversation file. Names are those of scenarios, in the order of the response. */
export interface TurnSummary {
  readonly started: readonly string[];
  readonly resumed: readonly string[];
  /** Those that go on, resumed ones included. */
  readonly continued: readonly string[];
  /** Newly paused, with the reason code. */
  readonly paused: ByScenario<string>;
  readonly stays_paused: readonly string[];
  /** With the reason code. */
  readonly completed: ByScenario<string>;
  /** With the reason code. */
  readonly cancelled: ByScenario<string>;
  /** Candidates that did not start, with the reason code. */
  readonly rejected: ByScenario<string>;
  /** Required SOFT fields that a started scenario misses. */
  readonly missing_soft_fields: ByScenario<readonly string[]>;
  /** What cannot be undone of a scenario that ended. */
  readonly irreversible_done: ByScenario<readonly string[]>;
  /** The step where each scenario stands that started or goes on. */
  readonly at: ByScenario<string>;
  /** Steps that were skipped on the way there. */
  readonly skipped: ByScenario<readonly string[]>;
  /** Fields that are asked for. */
  readonly asks: ByScenario<readonly string[]>;
  /** Values that are to be confirmed. */
  readonly confirms: ByScenario<Readonly<Record<string, unknown>>>;
  /** Scenarios that the customer is to choose from (1.5). */
  readonly choices: readonly string[];
  /** Tools that are to run, in their order. */
  readonly hints: ByScenario<readonly string[]>;
  /** Templates that are to be told. */
  readonly informs: ByScenario<readonly string[]>;
  /** Scenarios that go on and add nothing to the reply. */
  readonly silent: readonly string[];
  /** Scenarios that repeat what they contributed in this visit before. */
  readonly reprompts: readonly string[];
  /** Contributions that wait for a later turn. */
  readonly deferred: readonly string[];
  /** The scenario that the reply is about first; "" where there is none. */
  readonly primary: string;
}

/** Sums a response up. `nameOf` names a scenario by its id. */
export function summarizeTurn(response: ProcessTurnResponse, nameOf: (scenarioId: string) => string): TurnSummary {
  return {
    ...lifecycleSummary(response.lifecycleDecisions, nameOf),
    rejected: record(response.rejectedCandidates, nameOf, ({ reason }) =>
      formatEnum(RejectionReason, reason, 'REJECTION_REASON_'),
    ),
    at: record(response.transitionDecisions, nameOf, ({ targetStepId }) => targetStepId),
    skipped: record(
      response.transitionDecisions.filter(({ wasSkipped }) => wasSkipped),
      nameOf,
      ({ skippedSteps }) => skippedSteps,
    ),
    ...planSummary(response.plan?.contributions ?? [], nameOf),
    primary: response.plan?.primaryScenarioId ? nameOf(response.plan.primaryScenarioId) : '',
  };
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

function lifecycleSummary(
  decisions: readonly ScenarioLifecycleDecision[],
  nameOf: (scenarioId: string) => string,
): LifecycleSummary {
  const { START, CONTINUE, PAUSE, COMPLETE, CANCEL } = actions;
  const of = (action: ScenarioLifecycleAction) => decisions.filter((decision) => decision.action === action);
  const names = (some: readonly ScenarioLifecycleDecision[]) => some.map(({ scenarioId }) => nameOf(scenarioId));
  const reasons = (some: readonly ScenarioLifecycleDecision[]) =>
    record(some, nameOf, ({ reason }) => formatEnum(LifecycleReason, reason, 'LIFECYCLE_REASON_'));
  const staysPaused = ({ reason }: ScenarioLifecycleDecision) =>
    reason === LifecycleReason.LIFECYCLE_REASON_STAYS_PAUSED;
  return {
    started: names(of(START)),
    resumed: names(decisions.filter(({ resumed }) => resumed)),
    continued: names(of(CONTINUE)),
    paused: reasons(of(PAUSE).filter((decision) => !staysPaused(decision))),
    stays_paused: names(of(PAUSE).filter(staysPaused)),
    completed: reasons(of(COMPLETE)),
    cancelled: reasons(of(CANCEL)),
    missing_soft_fields: lists(decisions, nameOf, ({ missingSoftFields }) => missingSoftFields),
    irreversible_done: lists(decisions, nameOf, ({ irreversibleDone }) => irreversibleDone),
  };
}

const actions = {
  START: ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START,
  CONTINUE: ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CONTINUE,
  PAUSE: ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_PAUSE,
  COMPLETE: ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE,
  CANCEL: ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CANCEL,
} as const;

type PlanSummary = Pick<
  TurnSummary,
  'asks' | 'confirms' | 'choices' | 'hints' | 'informs' | 'silent' | 'reprompts' | 'deferred'
>;

function planSummary(
  contributions: readonly ScenarioContribution[],
  nameOf: (scenarioId: string) => string,
): PlanSummary {
  const made = contributions.filter(({ deferred }) => !deferred);
  const of = (type: ContributionType) => made.filter((contribution) => contribution.type === type);
  const names = (some: readonly ScenarioContribution[]) => some.map(({ scenarioId }) => nameOf(scenarioId));
  const confirms = of(ContributionType.CONTRIBUTION_TYPE_CONFIRM);
  return {
    asks: record(of(ContributionType.CONTRIBUTION_TYPE_ASK), nameOf, ({ fieldsToAsk }) => fieldsToAsk),
    confirms: record(
      confirms.filter((contribution) => !isChoice(contribution)),
      nameOf,
      ({ valuesToConfirm }) => valuesToConfirm,
    ),
    choices: confirms.filter(isChoice).flatMap(({ choices }) => choices.map(({ scenarioId }) => nameOf(scenarioId))),
    hints: record(of(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT), nameOf, ({ tools }) =>
      tools.map(({ toolId }) => toolId),
    ),
    informs: record(of(ContributionType.CONTRIBUTION_TYPE_INFORM), nameOf, ({ templateIds }) => templateIds),
    silent: names(of(ContributionType.CONTRIBUTION_TYPE_NONE)),
    reprompts: names(made.filter(({ isReprompt }) => isReprompt)),
    deferred: names(contributions.filter(({ deferred }) => deferred)),
  };
}

function isChoice({ confirmKind }: ScenarioContribution): boolean {
  return confirmKind === ConfirmKind.CONFIRM_KIND_CHOICE;
}

interface OfScenario {
  readonly scenarioId: string;
}

function record<Item extends OfScenario, Value>(
  items: readonly Item[],
  nameOf: (scenarioId: string) => string,
  readItem: (item: Item) => Value,
): ByScenario<Value> {
  return Object.fromEntries(items.map((item) => [nameOf(item.scenarioId), readItem(item)]));
}

function lists<Item extends OfScenario>(
  items: readonly Item[],
  nameOf: (scenarioId: string) => string,
  listOf: (item: Item) => readonly string[],
): ByScenario<readonly string[]> {
  return record(
    items.filter((item) => listOf(item).length > 0),
    nameOf,
    listOf,
  );
}
