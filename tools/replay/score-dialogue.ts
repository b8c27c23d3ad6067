import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import {
  ScenarioLifecycleAction as Action,
  LifecycleReason,
  type ScenarioLifecycleDecision,
} from '../../gen/focal/orchestration/v1/lifecycle';
import { StepOutcomeKind } from '../../gen/focal/orchestration/v1/scenario';
import type { ReplayCatalogue } from './chart';
import type { Exchange, PlayedDialogue, PlayedTurn } from './play-dialogue';
import {
  type DialogueReference,
  getScoredActs,
  parseReference,
  type ReferenceLifecycle,
  type ScoredAct,
  toActKey,
} from './reference';
import { type DialogueScore, type Disagreement, type Tally, toShare } from './scores';
import { isSpoken } from './session-view';

/** Scores a played dialogue against its record. Only this file reads the reference. */
export function scoreDialogue(played: PlayedDialogue, record: unknown, catalogue: ReplayCatalogue): DialogueScore {
  const reference = parseReference(record);
  return {
    turns: played.turns.length,
    ...scoreActs(played, reference, catalogue),
    ...scoreSafety(played, catalogue),
    ...scoreLifecycle(played, reference, catalogue),
  };
}

// Acts: compares the plan of the service with the reference, per turn.

const actsByContribution: ReadonlyMap<ContributionType, ScoredAct> = new Map([
  [ContributionType.CONTRIBUTION_TYPE_ASK, 'ASK'],
  [ContributionType.CONTRIBUTION_TYPE_CONFIRM, 'CONFIRM'],
  [ContributionType.CONTRIBUTION_TYPE_ACTION_HINT, 'ACTION'],
  [ContributionType.CONTRIBUTION_TYPE_INFORM, 'INFORM'],
]);

/** The act keys of one turn. */
interface TurnActs {
  readonly turn: number;
  readonly planned: ReadonlySet<string>;
  readonly expected: ReadonlySet<string>;
}

function scoreActs(
  played: PlayedDialogue,
  reference: DialogueReference,
  catalogue: ReplayCatalogue,
): Pick<DialogueScore, 'activeTurns' | 'acts' | 'disagreements'> {
  const turns = played.turns
    .map((turn) => collectActs(turn, reference, catalogue))
    .filter(({ expected }, index) => expected.size > 0 || hasSignal(played.turns[index]));
  return {
    activeTurns: toShare(turns.filter(({ expected }) => expected.size > 0).map(isExact)),
    acts: {
      ASK: tallyActs('ASK', turns),
      CONFIRM: tallyActs('CONFIRM', turns),
      ACTION: tallyActs('ACTION', turns),
      INFORM: tallyActs('INFORM', turns),
    },
    disagreements: turns
      .filter((turn) => !isExact(turn))
      .map((turn) => toDisagreement(played.inputs.dialogue_id, turn)),
  };
}

/** Whether a turn has a signal. Without a signal and a scored act, the data does not contain the intention of the customer. */
function hasSignal(turn: PlayedTurn | undefined): boolean {
  return turn !== undefined && turn.inputs.inputs.signals.length > 0;
}

function collectActs(played: PlayedTurn, reference: DialogueReference, catalogue: ReplayCatalogue): TurnActs {
  const { turn } = played.inputs;
  const expected = reference.turns.find((candidate) => candidate.turn === turn);
  if (expected === undefined) throw new Error(`The reference has no turn ${turn}.`);
  const keys = played.exchanges.flatMap(({ response }) =>
    (response.plan?.contributions ?? []).filter(isSpoken).flatMap((contribution) => toActKeys(contribution, catalogue)),
  );
  return { turn, planned: new Set(keys), expected: getScoredActs(expected) };
}

function toActKeys(contribution: ScenarioContribution, catalogue: ReplayCatalogue): string[] {
  const type = actsByContribution.get(contribution.type);
  const scenario = catalogue.get(contribution.scenarioId)?.chartId;
  return type === undefined || scenario === undefined ? [] : [toActKey(type, scenario)];
}

function tallyActs(type: ScoredAct, turns: readonly TurnActs[]): Tally {
  const tally = { matched: 0, planOnly: 0, referenceOnly: 0 };
  for (const { planned, expected } of turns) {
    const matched = [...planned].filter((key) => hasType(type, key) && expected.has(key)).length;
    tally.matched += matched;
    tally.planOnly += [...planned].filter((key) => hasType(type, key)).length - matched;
    tally.referenceOnly += [...expected].filter((key) => hasType(type, key)).length - matched;
  }
  return tally;
}

function hasType(type: ScoredAct, key: string): boolean {
  return key.startsWith(`${type} `);
}

function isExact({ planned, expected }: TurnActs): boolean {
  return planned.size === expected.size && [...planned].every((key) => expected.has(key));
}

function toDisagreement(dialogueId: string, { turn, planned, expected }: TurnActs): Disagreement {
  return {
    dialogueId,
    turn,
    missing: [...expected].filter((key) => !planned.has(key)),
    extra: [...planned].filter((key) => !expected.has(key)),
  };
}

// Safety: counts decisions that must never occur. Needs no reference.

function scoreSafety(
  played: PlayedDialogue,
  catalogue: ReplayCatalogue,
): Pick<DialogueScore, 'asksForKnownFields' | 'unconfirmedActions'> {
  return {
    asksForKnownFields: countAsksForKnownFields(played, catalogue),
    unconfirmedActions: countUnconfirmedActions(played, catalogue),
  };
}

/** Counts ASKs for a field that was given before or in the turn, except those of mandatory steps. */
function countAsksForKnownFields(played: PlayedDialogue, catalogue: ReplayCatalogue): number {
  const known = new Set<string>();
  let count = 0;
  for (const turn of played.turns) {
    updateKnownFields(known, turn);
    for (const { response } of turn.exchanges) {
      for (const decision of response.transitionDecisions) {
        for (const field of decision.clearedFields) known.delete(field);
      }
      const asks = filterContributions(response.plan?.contributions, ContributionType.CONTRIBUTION_TYPE_ASK);
      count += asks.filter(
        (ask) => !isMandatoryStep(ask, catalogue) && ask.fieldsToAsk.some((field) => known.has(field)),
      ).length;
    }
  }
  return count;
}

function updateKnownFields(known: Set<string>, { inputs: { inputs } }: PlayedTurn): void {
  for (const field of inputs.facts_cleared) known.delete(field);
  for (const fact of inputs.facts) known.add(fact.field_id);
}

function isMandatoryStep(ask: ScenarioContribution, catalogue: ReplayCatalogue): boolean {
  return catalogue.get(ask.scenarioId)?.mandatorySteps.has(ask.stepId) ?? false;
}

/** Counts hints at a committing tool of an instance without an earlier CONFIRMED. */
function countUnconfirmedActions(played: PlayedDialogue, catalogue: ReplayCatalogue): number {
  const confirmed = new Set<string>();
  let count = 0;
  for (const exchange of [...played.turns.flatMap((turn) => turn.exchanges), played.closing]) {
    for (const instanceId of findConfirmedInstances(exchange)) confirmed.add(instanceId);
    const hints = filterContributions(
      exchange.response.plan?.contributions,
      ContributionType.CONTRIBUTION_TYPE_ACTION_HINT,
    ).filter((hint) => hint.tools.some(({ toolId }) => catalogue.get(hint.scenarioId)?.committingTools.has(toolId)));
    count += hints.filter((hint) => !confirmed.has(hint.instanceId)).length;
  }
  return count;
}

/** Finds the instances with a CONFIRMED that the service did not ignore. */
function findConfirmedInstances({ request, response }: Exchange): string[] {
  const ignored = new Set(response.ignoredOutcomes.map(({ outcome }) => outcome?.actionKey));
  return request.stepOutcomes
    .filter(({ kind, actionKey }) => kind === StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED && !ignored.has(actionKey))
    .map(({ instanceId }) => instanceId);
}

function filterContributions(
  all: readonly ScenarioContribution[] | undefined,
  type: ContributionType,
): readonly ScenarioContribution[] {
  return (all ?? []).filter((contribution) => isSpoken(contribution) && contribution.type === type);
}

// Lifecycle: compares the decisions about instances with the reference.

interface TimedDecision {
  /** The turn of the dialogue. */
  readonly turn: number;
  readonly chartId: string;
  readonly decision: ScenarioLifecycleDecision;
}

function scoreLifecycle(
  played: PlayedDialogue,
  reference: DialogueReference,
  catalogue: ReplayCatalogue,
): Pick<DialogueScore, 'pausesWithReturn' | 'resumes' | 'completionsInWindow' | 'finalStates'> {
  const decisions = collectDecisions(played, catalogue);
  const expected = reference.turns.flatMap(({ turn, expected: { lifecycle } }) =>
    lifecycle.map((entry) => ({ turn, ...entry })),
  );
  const isDecided = (turn: number, chartId: string, matches: (decision: ScenarioLifecycleDecision) => boolean) =>
    decisions.some((entry) => entry.turn === turn && entry.chartId === chartId && matches(entry.decision));
  const pauses = expected.filter((entry) => entry.decision === 'PAUSE' && entry.returns);
  const resumes = expected.filter((entry) => entry.decision === 'CONTINUE' && entry.resumed);
  const completions = reference.lifecycles.filter(({ final }) => final === 'COMPLETE');
  return {
    pausesWithReturn: toShare(pauses.map(({ turn, scenario_id }) => isDecided(turn, scenario_id, isNewPause))),
    resumes: toShare(resumes.map(({ turn, scenario_id }) => isDecided(turn, scenario_id, isResume))),
    completionsInWindow: toShare(completions.map((lifecycle) => completesInWindow(lifecycle, decisions))),
    finalStates: toShare(
      reference.lifecycles.map((lifecycle) => findFinalState(lifecycle, decisions) === lifecycle.final),
    ),
  };
}

/** Returns all decisions in order. The decisions of the closing turn count for the last turn of the dialogue. */
function collectDecisions(played: PlayedDialogue, catalogue: ReplayCatalogue): TimedDecision[] {
  const timed = played.turns.flatMap(({ inputs, exchanges }) =>
    exchanges.map((exchange) => ({ turn: inputs.turn, exchange })),
  );
  timed.push({ turn: played.turns.at(-1)?.inputs.turn ?? 0, exchange: played.closing });
  return timed.flatMap(({ turn, exchange }) =>
    exchange.response.lifecycleDecisions.flatMap((decision) => {
      const chartId = catalogue.get(decision.scenarioId)?.chartId;
      return chartId === undefined ? [] : [{ turn, chartId, decision }];
    }),
  );
}

function isNewPause({ action, reason }: ScenarioLifecycleDecision): boolean {
  return action === Action.SCENARIO_LIFECYCLE_ACTION_PAUSE && reason !== LifecycleReason.LIFECYCLE_REASON_STAYS_PAUSED;
}

function isResume({ action, resumed }: ScenarioLifecycleDecision): boolean {
  return action === Action.SCENARIO_LIFECYCLE_ACTION_CONTINUE && resumed;
}

function completesInWindow(lifecycle: ReferenceLifecycle, decisions: readonly TimedDecision[]): boolean {
  const { scenario_id, end_earliest, end_latest } = lifecycle;
  return decisions.some(
    ({ turn, chartId, decision }) =>
      chartId === scenario_id &&
      decision.action === Action.SCENARIO_LIFECYCLE_ACTION_COMPLETE &&
      turn >= (end_earliest ?? 0) &&
      turn <= (end_latest ?? Number.POSITIVE_INFINITY),
  );
}

/** Finds the final state of the n-th instance of a scenario; undefined if the instance was not started. */
function findFinalState(
  lifecycle: ReferenceLifecycle,
  decisions: readonly TimedDecision[],
): ReferenceLifecycle['final'] | undefined {
  const own = decisions.filter(({ chartId }) => chartId === lifecycle.scenario_id).map(({ decision }) => decision);
  const starts = own.filter(({ action }) => action === Action.SCENARIO_LIFECYCLE_ACTION_START);
  const instanceId = starts[lifecycle.instance - 1]?.instanceId;
  if (instanceId === undefined) return undefined;
  const actions = own.filter((decision) => decision.instanceId === instanceId).map(({ action }) => action);
  if (actions.includes(Action.SCENARIO_LIFECYCLE_ACTION_COMPLETE)) return 'COMPLETE';
  return actions.includes(Action.SCENARIO_LIFECYCLE_ACTION_CANCEL) ? 'CANCEL' : 'OPEN';
}
