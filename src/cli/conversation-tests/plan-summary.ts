import {
  ChoiceReason,
  ConfirmKind,
  ContributionType,
  type PlannedRequest,
  type ScenarioContribution,
  type ScenarioContributionPlan,
} from '../../../gen/focal/orchestration/v1/contribution';
import { RequestKind, WaitsFor } from '../../../gen/focal/orchestration/v1/request';
import { type ByScenario, formatEnum, groupByScenario, groupNonEmpty, removeInstanceId } from './summary-values';

/** The plan of a turn, with the keys of a conversation file. */
export interface PlanSummary {
  /** Fields to ask for. */
  readonly asks: ByScenario<readonly string[]>;
  /** The known values of the fields to ask for. */
  readonly known_values: ByScenario<Readonly<Record<string, unknown>>>;
  /** Values to confirm. */
  readonly confirms: ByScenario<Readonly<Record<string, unknown>>>;
  /** Scenarios that the customer can choose from (1.5). */
  readonly choices: readonly string[];
  /** Why the customer must choose; "" without a CHOICE. */
  readonly choice_reason: string;
  /** Whether the CHOICE was put before. */
  readonly choice_is_reprompt: boolean;
  /** Tools to run, in order. */
  readonly hints: ByScenario<readonly string[]>;
  /** Templates to render: the lead-ins of a contribution, then those of an INFORM. */
  readonly informs: ByScenario<readonly string[]>;
  /** Templates that come before the contribution of the same scenario (3.1). */
  readonly lead_ins: ByScenario<readonly string[]>;
  /** Scenarios that continue without contributing to the reply. */
  readonly silent: readonly string[];
  /** What each of the silent scenarios waits for (0.8). */
  readonly waits_for: ByScenario<string>;
  /** Scenarios that repeat a contribution from the same visit. */
  readonly reprompts: readonly string[];
  /** Scenarios that repeat a request because the customer has not answered in time (section 14). */
  readonly reminders: readonly string[];
  /** Scenarios whose contribution is deferred to a later turn. */
  readonly deferred: readonly string[];
  /** The keys of CONFIRM and ACTION_HINT, without the id of the instance (0.8). */
  readonly action_keys: ByScenario<string>;
  /** The kinds of the requests that are open after the turn, in the order in which they were first put (0.8). */
  readonly open_requests: ByScenario<readonly string[]>;
  /** The number of attempts at each open ASK or CONFIRM; the higher one if both are open (0.8). */
  readonly attempts: ByScenario<number>;
  /** Paused scenarios that the reply can offer to resume (2.11). */
  readonly offers: readonly string[];
  /** The primary scenario of the reply; "" if there is none. */
  readonly primary: string;
}

type NameLookup = (scenarioId: string) => string;

export function summarizePlan(plan: ScenarioContributionPlan | undefined, getName: NameLookup): PlanSummary {
  const { contributions = [], openRequests = [], offers = [], primaryScenarioId = '' } = plan ?? {};
  const current = contributions.filter(({ deferred }) => !deferred);
  return {
    ...summarizeContributions(current, getName),
    deferred: contributions.filter(({ deferred }) => deferred).map(({ scenarioId }) => getName(scenarioId)),
    ...summarizeRequests(openRequests, getName),
    offers: offers.map(({ scenarioId }) => getName(scenarioId)),
    primary: primaryScenarioId === '' ? '' : getName(primaryScenarioId),
  };
}

type ContributionSummary = Omit<PlanSummary, 'deferred' | 'open_requests' | 'attempts' | 'offers' | 'primary'>;

function summarizeContributions(current: readonly ScenarioContribution[], getName: NameLookup): ContributionSummary {
  const select = (type: ContributionType) => current.filter((contribution) => contribution.type === type);
  const getNames = (subset: readonly ScenarioContribution[]) => subset.map(({ scenarioId }) => getName(scenarioId));
  const isChoice = ({ confirmKind }: ScenarioContribution) => confirmKind === ConfirmKind.CONFIRM_KIND_CHOICE;
  const asks = select(ContributionType.CONTRIBUTION_TYPE_ASK);
  const confirms = select(ContributionType.CONTRIBUTION_TYPE_CONFIRM);
  const hints = select(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT);
  const silent = select(ContributionType.CONTRIBUTION_TYPE_NONE);
  const choice = confirms.find(isChoice);
  return {
    asks: groupByScenario(asks, getName, ({ fieldsToAsk }) => fieldsToAsk),
    known_values: groupNonEmpty(asks, getName, ({ knownValues }) => knownValues),
    confirms: groupByScenario(
      confirms.filter((contribution) => !isChoice(contribution)),
      getName,
      ({ valuesToConfirm }) => valuesToConfirm,
    ),
    choices: choice?.choices.map(({ scenarioId }) => getName(scenarioId)) ?? [],
    choice_reason: choice === undefined ? '' : formatEnum(ChoiceReason, choice.choiceReason),
    choice_is_reprompt: choice?.isReprompt ?? false,
    hints: groupByScenario(hints, getName, ({ tools }) => tools.map(({ toolId }) => toolId)),
    informs: groupNonEmpty(current, getName, ({ leadInTemplateIds, templateIds }) => [
      ...leadInTemplateIds,
      ...templateIds,
    ]),
    lead_ins: groupNonEmpty(current, getName, ({ leadInTemplateIds }) => leadInTemplateIds),
    silent: getNames(silent),
    waits_for: groupByScenario(silent, getName, ({ waitsFor }) => formatEnum(WaitsFor, waitsFor)),
    reprompts: getNames(current.filter(({ isReprompt, scenarioId }) => isReprompt && scenarioId !== '')),
    reminders: getNames(current.filter(({ isReminder }) => isReminder)),
    action_keys: groupNonEmpty(current, getName, ({ actionKey }) => removeInstanceId(actionKey)),
  };
}

function summarizeRequests(
  requests: readonly PlannedRequest[],
  getName: NameLookup,
): Pick<PlanSummary, 'open_requests' | 'attempts'> {
  const kinds = new Map<string, string[]>();
  const attempts = new Map<string, number>();
  for (const { scenarioId, request } of requests) {
    if (request === undefined) continue;
    const name = getName(scenarioId);
    kinds.set(name, [...(kinds.get(name) ?? []), formatEnum(RequestKind, request.kind)]);
    if (request.kind === RequestKind.REQUEST_KIND_ACTION) continue;
    attempts.set(name, Math.max(attempts.get(name) ?? 0, request.attempts));
  }
  return { open_requests: Object.fromEntries(kinds), attempts: Object.fromEntries(attempts) };
}
