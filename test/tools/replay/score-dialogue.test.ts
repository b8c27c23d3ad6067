import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { ScenarioLifecycleAction as Action, LifecycleReason } from '../../../gen/focal/orchestration/v1/lifecycle';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import { ScenarioStepTransitionDecision } from '../../../gen/focal/orchestration/v1/transition';
import { StepOutcome, Turn } from '../../../gen/focal/orchestration/v1/turn';
import { scenarioOf } from '../../../tools/replay/chart-scenario';
import type { TurnInputs } from '../../../tools/replay/dialogue-inputs';
import type { DialogueScore } from '../../../tools/replay/dialogue-score';
import type { Exchange } from '../../../tools/replay/played-dialogue';
import { catalogueEntry, type ReplayCatalogue } from '../../../tools/replay/replay-catalogue';
import { scenarioUuid } from '../../../tools/replay/replay-ids';
import { scoreDialogue } from '../../../tools/replay/score-dialogue';
import {
  aBookingChart,
  aContribution,
  aDecision,
  aDialogue,
  anAnswer,
  aSearchChart,
  aSignal,
  aTurn,
} from './replay-builders';

const { CONTRIBUTION_TYPE_ASK, CONTRIBUTION_TYPE_ACTION_HINT, CONTRIBUTION_TYPE_INFORM, CONTRIBUTION_TYPE_CONFIRM } =
  ContributionType;
const FIND = 'sgd.Homes_1.FindHome';
const BOOK = 'sgd.Homes_1.BookVisit';
const catalogue = new Map(
  [aSearchChart(), aBookingChart()].map((chart) => [
    scenarioUuid(chart.scenario_id),
    catalogueEntry(chart, scenarioOf(chart)),
  ]),
);

interface ScoredTurn {
  readonly inputs?: TurnInputs;
  readonly acts?: readonly string[];
  readonly lifecycle?: readonly object[];
  readonly exchanges?: readonly (ProcessTurnResponse | Exchange)[];
}

function asExchange(entry: ProcessTurnResponse | Exchange): Exchange {
  return 'response' in entry ? entry : { request: Turn.create(), response: entry };
}

function expectedAct(act: string): object {
  const [type, id = null] = act.split(' ');
  return { type, scenario_id: id };
}

/** Scores a dialogue of turns that each say what was expected ("ASK scenario") and what the service answered. */
function scoreOf(
  turns: readonly ScoredTurn[],
  {
    lifecycles = [],
    closing = anAnswer(),
    scenarios = catalogue,
  }: { lifecycles?: readonly object[]; closing?: ProcessTurnResponse; scenarios?: ReplayCatalogue } = {},
): DialogueScore {
  const named = [aSignal({ scenario_id: FIND })];
  const inputs = aDialogue(turns.map((turn) => turn.inputs ?? aTurn({ signals: named })));
  const played = {
    inputs,
    turns: inputs.turns.map((turn, place) => ({
      inputs: turn,
      exchanges: (turns[place]?.exchanges ?? []).map(asExchange),
    })),
    closing: asExchange(closing),
  };
  const record = {
    lifecycles,
    turns: turns.map(({ acts = [], lifecycle = [] }, place) => ({
      turn: place + 1,
      expected: { lifecycle, acts: acts.map(expectedAct) },
    })),
  };
  return scoreDialogue(played, record, scenarios);
}

describe('acts', () => {
  const ask = aContribution(CONTRIBUTION_TYPE_ASK);
  const inform = aContribution(CONTRIBUTION_TYPE_INFORM);
  const hint = aContribution(CONTRIBUTION_TYPE_ACTION_HINT);

  it('are compared by type and scenario, the follow-up turns of tool results included', () => {
    const score = scoreOf([
      { acts: [`ACTION ${FIND}`, `INFORM ${FIND}`], exchanges: [anAnswer([hint]), anAnswer([inform])] },
    ]);
    expect(score.active).toEqual({ hits: 1, of: 1 });
    expect(score.acts.ACTION).toEqual({ both: 1, planOnly: 0, referenceOnly: 0 });
    expect(score.acts.INFORM).toEqual({ both: 1, planOnly: 0, referenceOnly: 0 });
    expect(score.disagreements).toEqual([]);
  });

  it('count once a turn, however often they are planned', () => {
    const score = scoreOf([{ acts: [`ASK ${FIND}`], exchanges: [anAnswer([ask]), anAnswer([ask])] }]);
    expect(score.acts.ASK).toEqual({ both: 1, planOnly: 0, referenceOnly: 0 });
  });

  it('that are missing or too many spoil the turn and are told', () => {
    const score = scoreOf([{ acts: [`ASK ${FIND}`], exchanges: [anAnswer([inform])] }]);
    expect(score.active).toEqual({ hits: 0, of: 1 });
    expect(score.acts.ASK).toEqual({ both: 0, planOnly: 0, referenceOnly: 1 });
    expect(score.acts.INFORM).toEqual({ both: 0, planOnly: 1, referenceOnly: 0 });
    expect(score.disagreements).toEqual([
      { dialogueId: 'd1', turn: 1, missing: [`ASK ${FIND}`], extra: [`INFORM ${FIND}`] },
    ]);
  });

  it('of another scenario are other acts', () => {
    const score = scoreOf([{ acts: [`ASK ${BOOK}`], exchanges: [anAnswer([ask])] }]);
    expect(score.acts.ASK).toEqual({ both: 0, planOnly: 1, referenceOnly: 1 });
  });

  it('that were put off, and those without a counterpart, are none', () => {
    const deferred = aContribution(CONTRIBUTION_TYPE_ASK, { deferred: true });
    const none = aContribution(ContributionType.CONTRIBUTION_TYPE_NONE);
    const score = scoreOf([{ acts: ['GOODBYE'], exchanges: [anAnswer([deferred, none])] }]);
    expect(score.active.of).toBe(0);
    expect(score.acts.ASK).toEqual({ both: 0, planOnly: 0, referenceOnly: 0 });
  });

  it('on a turn that expects none are too many', () => {
    const score = scoreOf([{ acts: ['GOODBYE'], exchanges: [anAnswer([ask])] }]);
    expect(score.active.of).toBe(0);
    expect(score.acts.ASK.planOnly).toBe(1);
  });

  it('on a turn that the data does not know how to read are left out', () => {
    const score = scoreOf([{ inputs: aTurn(), acts: ['FREE_TEXT'], exchanges: [anAnswer([ask])] }]);
    expect(score.acts.ASK.planOnly).toBe(0);
  });
});

describe('asks of known fields', () => {
  const city = 'Homes_1.city';
  const given = aTurn({ facts: [{ field_id: city, value: 'Rome' }] });
  const ask = aContribution(CONTRIBUTION_TYPE_ASK, { stepId: 'collect.city', fieldsToAsk: [city] });

  it('count where the field was given before or in the turn', () => {
    expect(scoreOf([{ inputs: given, exchanges: [anAnswer([ask])] }]).asksOfKnown).toBe(1);
    expect(scoreOf([{ inputs: given }, { exchanges: [anAnswer([ask])] }]).asksOfKnown).toBe(1);
  });

  it('do not count where it was not given, or is not known any more', () => {
    const taken = aTurn({ facts_cleared: [city] });
    expect(scoreOf([{ exchanges: [anAnswer([ask])] }]).asksOfKnown).toBe(0);
    expect(scoreOf([{ inputs: given }, { inputs: taken, exchanges: [anAnswer([ask])] }]).asksOfKnown).toBe(0);
  });

  it('do not count where a transition has just made the field unknown', () => {
    const clearing = ScenarioStepTransitionDecision.fromPartial({ clearedFields: [city] });
    const answer = ProcessTurnResponse.fromPartial({ ...anAnswer([ask]), transitionDecisions: [clearing] });
    expect(scoreOf([{ inputs: given, exchanges: [answer] }]).asksOfKnown).toBe(0);
  });

  it('do not count on a step that is never passed over', () => {
    const chart = aSearchChart();
    const steps = chart.steps.map((step) => ({ ...step, can_skip: false }));
    const entry = catalogueEntry(chart, scenarioOf({ ...chart, steps }));
    const strict = new Map([[scenarioUuid(FIND), entry]]);
    expect(scoreOf([{ inputs: given, exchanges: [anAnswer([ask])] }], { scenarios: strict }).asksOfKnown).toBe(0);
  });
});

describe('unconfirmed actions', () => {
  const about = { scenario: BOOK, actionKey: 'key-1' };
  const confirm = aContribution(CONTRIBUTION_TYPE_CONFIRM, about);
  const book = aContribution(CONTRIBUTION_TYPE_ACTION_HINT, { ...about, tools: [{ toolId: 'Homes_1.BookVisit' }] });
  const yes = StepOutcome.fromPartial({
    instanceId: 'instance-1',
    actionKey: 'key-1',
    kind: StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED,
  });
  const confirmed = (response: ProcessTurnResponse): Exchange => ({
    request: Turn.fromPartial({ stepOutcomes: [yes] }),
    response,
  });

  it('are hints at a committing tool without a yes before', () => {
    expect(scoreOf([{ exchanges: [anAnswer([book])] }]).unconfirmedActions).toBe(1);
    expect(scoreOf([{ exchanges: [anAnswer([confirm])] }, { exchanges: [anAnswer([book])] }]).unconfirmedActions).toBe(
      1,
    );
  });

  it('are none after a yes in the same run, again after another run began', () => {
    const other = aContribution(CONTRIBUTION_TYPE_ACTION_HINT, { ...book, scenario: BOOK, instanceId: 'instance-2' });
    expect(scoreOf([{ exchanges: [confirmed(anAnswer([book]))] }]).unconfirmedActions).toBe(0);
    expect(
      scoreOf([{ exchanges: [confirmed(anAnswer([book]))] }, { exchanges: [anAnswer([other])] }]).unconfirmedActions,
    ).toBe(1);
  });

  it('count where the service ignored the yes', () => {
    const ignoring = ProcessTurnResponse.fromPartial({ ...anAnswer([book]), ignoredOutcomes: [{ outcome: yes }] });
    expect(scoreOf([{ exchanges: [confirmed(ignoring)] }]).unconfirmedActions).toBe(1);
  });

  it('are not searches', () => {
    const search = aContribution(CONTRIBUTION_TYPE_ACTION_HINT, { tools: [{ toolId: 'Homes_1.FindHome' }] });
    expect(scoreOf([{ exchanges: [anAnswer([search])] }]).unconfirmedActions).toBe(0);
  });
});

describe('lives of instances', () => {
  const start = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START);
  const pause = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_PAUSE);
  const complete = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_COMPLETE);
  const answer = (...decisions: (typeof start)[]): ProcessTurnResponse => anAnswer([], decisions);
  const pauses = [{ scenario_id: FIND, decision: 'PAUSE', returns: true }];
  const resumes = [{ scenario_id: FIND, decision: 'CONTINUE', resumed: true }];

  it('a pause that returns is found on its turn, when it begins there', () => {
    const staying = { ...pause, reason: LifecycleReason.LIFECYCLE_REASON_STAYS_PAUSED };
    expect(scoreOf([{ lifecycle: pauses, exchanges: [answer(pause)] }]).pauseReturn).toEqual({ hits: 1, of: 1 });
    expect(scoreOf([{ lifecycle: pauses, exchanges: [answer(staying)] }]).pauseReturn).toEqual({ hits: 0, of: 1 });
    expect(scoreOf([{ exchanges: [answer(pause)] }, { lifecycle: pauses }]).pauseReturn).toEqual({ hits: 0, of: 1 });
  });

  it('a resume is a CONTINUE that wakes', () => {
    const wakes = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_CONTINUE, { resumed: true });
    const goesOn = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_CONTINUE);
    expect(scoreOf([{ lifecycle: resumes, exchanges: [answer(wakes)] }]).resume).toEqual({ hits: 1, of: 1 });
    expect(scoreOf([{ lifecycle: resumes, exchanges: [answer(goesOn)] }]).resume).toEqual({ hits: 0, of: 1 });
  });

  it.each([
    ['in its window', 1, 2, 1],
    ['after it', 1, 1, 0],
    ['before it', 3, 3, 0],
  ])('a completion %s', (_, end_earliest, end_latest, hits) => {
    const lifecycles = [{ scenario_id: FIND, instance: 1, final: 'COMPLETE', end_earliest, end_latest }];
    const turns = [{ exchanges: [answer(start)] }, { exchanges: [answer(complete)] }, {}];
    expect(scoreOf(turns, { lifecycles }).completeInWindow).toEqual({ hits, of: 1 });
  });

  it('a completion when the customer has left belongs to the last turn', () => {
    const lifecycles = [{ scenario_id: FIND, instance: 1, final: 'COMPLETE', end_earliest: 2, end_latest: 2 }];
    const score = scoreOf([{ exchanges: [answer(start)] }, {}], { lifecycles, closing: answer(complete) });
    expect([score.completeInWindow.hits, score.finalState.hits]).toEqual([1, 1]);
  });

  it('the n-th instance ends as the n-th of the reference', () => {
    const lifecycle = { scenario_id: FIND, end_earliest: null, end_latest: null };
    const lifecycles = [
      { ...lifecycle, instance: 1, final: 'CANCEL' },
      { ...lifecycle, instance: 2, final: 'OPEN' },
      { ...lifecycle, instance: 3, final: 'OPEN' },
    ];
    const second = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START, { instanceId: 'instance-2' });
    const cancel = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_CANCEL);
    const score = scoreOf([{ exchanges: [answer(start)] }, { exchanges: [answer(cancel, second)] }], { lifecycles });
    expect(score.finalState).toEqual({ hits: 2, of: 3 });
  });
});
