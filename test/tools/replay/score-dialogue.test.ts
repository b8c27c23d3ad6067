import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { ScenarioLifecycleAction as Action, LifecycleReason } from '../../../gen/focal/orchestration/v1/lifecycle';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import { ScenarioStepTransitionDecision } from '../../../gen/focal/orchestration/v1/transition';
import { StepOutcome, Turn } from '../../../gen/focal/orchestration/v1/turn';
import { type ReplayCatalogue, toCatalogueEntry } from '../../../tools/replay/chart';
import { toScenario } from '../../../tools/replay/chart-scenario';
import type { TurnInputs } from '../../../tools/replay/dialogue-inputs';
import type { Exchange } from '../../../tools/replay/play-dialogue';
import { toScenarioId } from '../../../tools/replay/replay-ids';
import { scoreDialogue } from '../../../tools/replay/score-dialogue';
import type { DialogueScore, GroupScores } from '../../../tools/replay/scores';
import {
  aBookingChart,
  aContribution,
  aDecision,
  aDialogue,
  aResponse,
  aSearchChart,
  aSignal,
  aTurn,
} from './replay-builders';

const { CONTRIBUTION_TYPE_ASK, CONTRIBUTION_TYPE_ACTION_HINT, CONTRIBUTION_TYPE_INFORM, CONTRIBUTION_TYPE_CONFIRM } =
  ContributionType;
const findHome = 'sgd.Homes_1.FindHome';
const bookVisit = 'sgd.Homes_1.BookVisit';
const catalogue = new Map(
  [aSearchChart(), aBookingChart()].map((chart) => [
    toScenarioId(chart.scenario_id),
    toCatalogueEntry(chart, toScenario(chart)),
  ]),
);

interface TestTurn {
  readonly inputs?: TurnInputs;
  readonly acts?: readonly string[];
  readonly lifecycle?: readonly object[];
  readonly exchanges?: readonly (ProcessTurnResponse | Exchange)[];
}

function toExchange(entry: ProcessTurnResponse | Exchange): Exchange {
  return 'response' in entry ? entry : { request: Turn.create(), response: entry };
}

function toExpectedAct(act: string): object {
  const [type, id = null] = act.split(' ');
  return { type, scenario_id: id };
}

interface TestContext {
  readonly lifecycles?: readonly object[];
  readonly closing?: ProcessTurnResponse;
  readonly scenarios?: ReplayCatalogue;
}

/** Scores a dialogue as a whole. */
function score(turns: readonly TestTurn[], context: TestContext = {}): DialogueScore {
  return scoreGroups(turns, context).all;
}

/** Scores a dialogue. Each turn has the expected acts ("ASK scenario") and the responses of the service. */
function scoreGroups(
  turns: readonly TestTurn[],
  { lifecycles = [], closing = aResponse(), scenarios = catalogue }: TestContext = {},
): GroupScores {
  const named = [aSignal({ scenario_id: findHome })];
  const inputs = aDialogue(turns.map((turn) => turn.inputs ?? aTurn({ signals: named })));
  const played = {
    inputs,
    turns: inputs.turns.map((turn, index) => ({
      inputs: turn,
      exchanges: (turns[index]?.exchanges ?? []).map(toExchange),
    })),
    closing: toExchange(closing),
  };
  const record = {
    lifecycles,
    turns: turns.map(({ acts = [], lifecycle = [] }, index) => ({
      turn: index + 1,
      expected: { lifecycle, acts: acts.map(toExpectedAct) },
    })),
  };
  return scoreDialogue(played, record, scenarios);
}

describe('acts', () => {
  const ask = aContribution(CONTRIBUTION_TYPE_ASK);
  const inform = aContribution(CONTRIBUTION_TYPE_INFORM);
  const hint = aContribution(CONTRIBUTION_TYPE_ACTION_HINT);

  it('are compared by type and scenario, including those after tool results', () => {
    const result = score([
      { acts: [`ACTION ${findHome}`, `INFORM ${findHome}`], exchanges: [aResponse([hint]), aResponse([inform])] },
    ]);
    expect(result.activeTurns).toEqual({ hits: 1, total: 1 });
    expect(result.acts.ACTION).toEqual({ matched: 1, planOnly: 0, referenceOnly: 0 });
    expect(result.acts.INFORM).toEqual({ matched: 1, planOnly: 0, referenceOnly: 0 });
    expect(result.disagreements).toEqual([]);
  });

  it('count once per turn', () => {
    const result = score([{ acts: [`ASK ${findHome}`], exchanges: [aResponse([ask]), aResponse([ask])] }]);
    expect(result.acts.ASK).toEqual({ matched: 1, planOnly: 0, referenceOnly: 0 });
  });

  it('make a turn a disagreement if they are missing or extra', () => {
    const result = score([{ acts: [`ASK ${findHome}`], exchanges: [aResponse([inform])] }]);
    expect(result.activeTurns).toEqual({ hits: 0, total: 1 });
    expect(result.acts.ASK).toEqual({ matched: 0, planOnly: 0, referenceOnly: 1 });
    expect(result.acts.INFORM).toEqual({ matched: 0, planOnly: 1, referenceOnly: 0 });
    expect(result.disagreements).toEqual([
      { dialogueId: 'd1', turn: 1, missing: [`ASK ${findHome}`], extra: [`INFORM ${findHome}`] },
    ]);
  });

  it('do not match if they belong to another scenario', () => {
    const result = score([{ acts: [`ASK ${bookVisit}`], exchanges: [aResponse([ask])] }]);
    expect(result.acts.ASK).toEqual({ matched: 0, planOnly: 1, referenceOnly: 1 });
  });

  it('do not count if they are deferred or empty', () => {
    const deferred = aContribution(CONTRIBUTION_TYPE_ASK, { deferred: true });
    const none = aContribution(ContributionType.CONTRIBUTION_TYPE_NONE);
    const result = score([{ acts: ['GOODBYE'], exchanges: [aResponse([deferred, none])] }]);
    expect(result.activeTurns.total).toBe(0);
    expect(result.acts.ASK).toEqual({ matched: 0, planOnly: 0, referenceOnly: 0 });
  });

  it('are extra in a turn without expected acts', () => {
    const result = score([{ acts: ['GOODBYE'], exchanges: [aResponse([ask])] }]);
    expect(result.activeTurns.total).toBe(0);
    expect(result.acts.ASK.planOnly).toBe(1);
  });

  it('do not count in a turn without signals and expected acts', () => {
    const result = score([{ inputs: aTurn(), acts: ['FREE_TEXT'], exchanges: [aResponse([ask])] }]);
    expect(result.acts.ASK.planOnly).toBe(0);
  });
});

describe('the groups of a score', () => {
  const unseen = 'star.unknown';
  const chart = aSearchChart({ scenario_id: unseen });
  const entry = toCatalogueEntry(chart, toScenario(chart));
  const scenarios = new Map([...catalogue, [toScenarioId(unseen), entry]]);
  const ask = aContribution(CONTRIBUTION_TYPE_ASK);
  const unseenAsk = aContribution(CONTRIBUTION_TYPE_ASK, { scenario: unseen });

  it('leave out the turns with free text', () => {
    const { all, withoutFreeText } = scoreGroups([
      { acts: [`ASK ${findHome}`], exchanges: [aResponse([ask])] },
      { acts: [`ASK ${findHome}`, 'FREE_TEXT'], exchanges: [aResponse()] },
    ]);
    expect([all.activeTurns, withoutFreeText.activeTurns]).toEqual([
      { hits: 1, total: 2 },
      { hits: 1, total: 1 },
    ]);
    expect([all.acts.ASK.referenceOnly, withoutFreeText.acts.ASK.referenceOnly]).toEqual([1, 0]);
  });

  it('count only the acts of seen or unseen charts', () => {
    const turns = [{ acts: [`ASK ${findHome}`, `ASK ${unseen}`], exchanges: [aResponse([ask])] }];
    const groups = scoreGroups(turns, { scenarios });
    expect(groups.all.activeTurns).toEqual({ hits: 0, total: 1 });
    expect(groups.seen.activeTurns).toEqual({ hits: 1, total: 1 });
    expect(groups.unseen.activeTurns).toEqual({ hits: 0, total: 1 });
    expect(groups.unseen.acts.ASK).toEqual({ matched: 0, planOnly: 0, referenceOnly: 1 });
  });

  it('count an extra act for its chart', () => {
    const groups = scoreGroups([{ acts: [`ASK ${findHome}`], exchanges: [aResponse([ask, unseenAsk])] }], {
      scenarios,
    });
    expect([groups.seen.acts.ASK.planOnly, groups.unseen.acts.ASK.planOnly]).toEqual([0, 1]);
  });

  it('count only the lifecycles of seen or unseen charts', () => {
    const lifecycle = { instance: 1, final: 'OPEN', end_earliest: null, end_latest: null };
    const lifecycles = [findHome, unseen].map((scenario_id) => ({ ...lifecycle, scenario_id }));
    const decisions = [{ scenario_id: unseen, decision: 'PAUSE', returns: true }];
    const groups = scoreGroups([{ lifecycle: decisions }], { scenarios, lifecycles });
    expect([groups.seen.finalStates.total, groups.unseen.finalStates.total]).toEqual([1, 1]);
    expect([groups.seen.pausesWithReturn.total, groups.unseen.pausesWithReturn.total]).toEqual([0, 1]);
  });
});

describe('asks for known fields', () => {
  const city = 'Homes_1.city';
  const given = aTurn({ facts: [{ field_id: city, value: 'Rome' }] });
  const ask = aContribution(CONTRIBUTION_TYPE_ASK, { stepId: 'collect.city', fieldsToAsk: [city] });

  it('count if the field was given before or in the turn', () => {
    expect(score([{ inputs: given, exchanges: [aResponse([ask])] }]).asksForKnownFields).toBe(1);
    expect(score([{ inputs: given }, { exchanges: [aResponse([ask])] }]).asksForKnownFields).toBe(1);
  });

  it('do not count if the field was not given, or was cleared', () => {
    const taken = aTurn({ facts_cleared: [city] });
    expect(score([{ exchanges: [aResponse([ask])] }]).asksForKnownFields).toBe(0);
    expect(score([{ inputs: given }, { inputs: taken, exchanges: [aResponse([ask])] }]).asksForKnownFields).toBe(0);
  });

  it('do not count if the customer does not have the value', () => {
    const refused = aTurn({ facts: [{ field_id: city, value: "I don't know" }] });
    expect(score([{ inputs: refused, exchanges: [aResponse([ask])] }]).asksForKnownFields).toBe(0);
    expect(score([{ inputs: given }, { inputs: refused, exchanges: [aResponse([ask])] }]).asksForKnownFields).toBe(0);
  });

  it('do not count if a transition of the turn cleared the field', () => {
    const clearing = ScenarioStepTransitionDecision.fromPartial({ clearedFields: [city] });
    const answer = ProcessTurnResponse.fromPartial({ ...aResponse([ask]), transitionDecisions: [clearing] });
    expect(score([{ inputs: given, exchanges: [answer] }]).asksForKnownFields).toBe(0);
  });

  it('do not count in a step that cannot be skipped', () => {
    const chart = aSearchChart();
    const steps = chart.steps.map((step) => ({ ...step, can_skip: false }));
    const entry = toCatalogueEntry(chart, toScenario({ ...chart, steps }));
    const strict = new Map([[toScenarioId(findHome), entry]]);
    expect(score([{ inputs: given, exchanges: [aResponse([ask])] }], { scenarios: strict }).asksForKnownFields).toBe(0);
  });
});

describe('unconfirmed actions', () => {
  const booking = { scenario: bookVisit, actionKey: 'key-1' };
  const confirm = aContribution(CONTRIBUTION_TYPE_CONFIRM, booking);
  const book = aContribution(CONTRIBUTION_TYPE_ACTION_HINT, { ...booking, tools: [{ toolId: 'Homes_1.BookVisit' }] });
  const yes = StepOutcome.fromPartial({
    instanceId: 'instance-1',
    actionKey: 'key-1',
    kind: StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED,
  });
  const toConfirmedExchange = (response: ProcessTurnResponse): Exchange => ({
    request: Turn.fromPartial({ stepOutcomes: [yes] }),
    response,
  });

  it('are hints at a committing tool without an earlier CONFIRMED', () => {
    expect(score([{ exchanges: [aResponse([book])] }]).unconfirmedActions).toBe(1);
    expect(score([{ exchanges: [aResponse([confirm])] }, { exchanges: [aResponse([book])] }]).unconfirmedActions).toBe(
      1,
    );
  });

  it('do not count after a CONFIRMED of the same instance, but count for another instance', () => {
    const other = aContribution(CONTRIBUTION_TYPE_ACTION_HINT, {
      ...book,
      scenario: bookVisit,
      instanceId: 'instance-2',
    });
    expect(score([{ exchanges: [toConfirmedExchange(aResponse([book]))] }]).unconfirmedActions).toBe(0);
    expect(
      score([{ exchanges: [toConfirmedExchange(aResponse([book]))] }, { exchanges: [aResponse([other])] }])
        .unconfirmedActions,
    ).toBe(1);
  });

  it('count if the service ignored the CONFIRMED', () => {
    const ignoring = ProcessTurnResponse.fromPartial({ ...aResponse([book]), ignoredOutcomes: [{ outcome: yes }] });
    expect(score([{ exchanges: [toConfirmedExchange(ignoring)] }]).unconfirmedActions).toBe(1);
  });

  it('are not searches', () => {
    const search = aContribution(CONTRIBUTION_TYPE_ACTION_HINT, { tools: [{ toolId: 'Homes_1.FindHome' }] });
    expect(score([{ exchanges: [aResponse([search])] }]).unconfirmedActions).toBe(0);
  });
});

describe('the lifecycle of instances', () => {
  const start = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START);
  const pause = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_PAUSE);
  const complete = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_COMPLETE);
  const answer = (...decisions: (typeof start)[]): ProcessTurnResponse => aResponse([], decisions);
  const pauses = [{ scenario_id: findHome, decision: 'PAUSE', returns: true }];
  const resumes = [{ scenario_id: findHome, decision: 'CONTINUE', resumed: true }];

  it('a pause counts only in its turn, if it starts there', () => {
    const staying = { ...pause, reason: LifecycleReason.LIFECYCLE_REASON_STAYS_PAUSED };
    expect(score([{ lifecycle: pauses, exchanges: [answer(pause)] }]).pausesWithReturn).toEqual({ hits: 1, total: 1 });
    expect(score([{ lifecycle: pauses, exchanges: [answer(staying)] }]).pausesWithReturn).toEqual({
      hits: 0,
      total: 1,
    });
    expect(score([{ exchanges: [answer(pause)] }, { lifecycle: pauses }]).pausesWithReturn).toEqual({
      hits: 0,
      total: 1,
    });
  });

  it('a resume is a CONTINUE with resumed', () => {
    const resumed = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_CONTINUE, { resumed: true });
    const continued = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_CONTINUE);
    expect(score([{ lifecycle: resumes, exchanges: [answer(resumed)] }]).resumes).toEqual({ hits: 1, total: 1 });
    expect(score([{ lifecycle: resumes, exchanges: [answer(continued)] }]).resumes).toEqual({ hits: 0, total: 1 });
  });

  it.each([
    ['in the window is a hit', 1, 2, 1],
    ['after the window is not a hit', 1, 1, 0],
    ['before the window is not a hit', 3, 3, 0],
  ])('a completion %s', (_, end_earliest, end_latest, hits) => {
    const lifecycles = [{ scenario_id: findHome, instance: 1, final: 'COMPLETE', end_earliest, end_latest }];
    const turns = [{ exchanges: [answer(start)] }, { exchanges: [answer(complete)] }, {}];
    expect(score(turns, { lifecycles }).completionsInWindow).toEqual({ hits, total: 1 });
  });

  it('a completion after the last message counts for the last turn', () => {
    const lifecycles = [{ scenario_id: findHome, instance: 1, final: 'COMPLETE', end_earliest: 2, end_latest: 2 }];
    const result = score([{ exchanges: [answer(start)] }, {}], { lifecycles, closing: answer(complete) });
    expect([result.completionsInWindow.hits, result.finalStates.hits]).toEqual([1, 1]);
  });

  it('the n-th instance is compared with the n-th of the reference', () => {
    const lifecycle = { scenario_id: findHome, end_earliest: null, end_latest: null };
    const lifecycles = [
      { ...lifecycle, instance: 1, final: 'CANCEL' },
      { ...lifecycle, instance: 2, final: 'OPEN' },
      { ...lifecycle, instance: 3, final: 'OPEN' },
    ];
    const second = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START, { instanceId: 'instance-2' });
    const cancel = aDecision(Action.SCENARIO_LIFECYCLE_ACTION_CANCEL);
    const result = score([{ exchanges: [answer(start)] }, { exchanges: [answer(cancel, second)] }], { lifecycles });
    expect(result.finalStates).toEqual({ hits: 2, total: 3 });
  });
});
