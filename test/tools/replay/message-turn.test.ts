import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import { ScenarioSignal, TurnTrigger, VariableScope } from '../../../gen/focal/orchestration/v1/turn';
import { isRefusal, type SignalInput } from '../../../tools/replay/dialogue-inputs';
import { buildClosingTurn, toMessageTurn, toToolResultsTurn } from '../../../tools/replay/message-turn';
import { toScenarioId } from '../../../tools/replay/replay-ids';
import { emptyView, type SessionView } from '../../../tools/replay/session-view';
import { aContribution, aSignal, aTurn } from './replay-builders';

const findHome = 'sgd.Homes_1.FindHome';
const bookVisit = 'sgd.Homes_1.BookVisit';

function getSignals(signal: SignalInput['signal'], view: SessionView = emptyView): unknown {
  const { situation } = toMessageTurn(aTurn({ signals: [aSignal({ scenario_id: findHome, signal })] }), view);
  return situation?.signals;
}

/** Creates the view of a session in which the search is at a step. Its last contribution, at `confirm`, has the type. */
function createView(type: ContributionType, stepId = 'confirm'): SessionView {
  const lastContribution = aContribution(type, { stepId: 'confirm', actionKey: 'key-1' });
  return new Map([[toScenarioId(findHome), { instanceId: 'instance-1', stepId, lastContribution }]]);
}

describe('a message as a turn', () => {
  it('has values as session variables, and null for cleared ones', () => {
    const turn = aTurn({ facts: [{ field_id: 'a', value: '1' }], facts_cleared: ['b'] });
    const scope = VariableScope.VARIABLE_SCOPE_SESSION;
    expect(toMessageTurn(turn, emptyView).situation?.candidateVariables).toEqual([
      expect.objectContaining({ name: 'a', value: '1', scope, declined: false }),
      expect.objectContaining({ name: 'b', value: null, scope, declined: false }),
    ]);
  });

  it('has candidates with UUID and score, and the intent', () => {
    const turn = aTurn({ intent: 'Homes_1.FindHome', candidates: [{ scenario_id: findHome, score: 0.92 }] });
    const content = toMessageTurn(turn, emptyView);
    expect(content.candidates).toEqual([{ scenarioId: toScenarioId(findHome), score: 0.92, reasoning: '' }]);
    expect(content.situation?.canonicalIntentLabel).toBe('Homes_1.FindHome');
    expect(content.trigger).toBe(TurnTrigger.TURN_TRIGGER_MESSAGE);
  });

  it.each([
    ['start', ScenarioSignal.SCENARIO_SIGNAL_START],
    ['continue', ScenarioSignal.SCENARIO_SIGNAL_CONTINUE],
    ['pause', ScenarioSignal.SCENARIO_SIGNAL_PAUSE],
    ['cancel', ScenarioSignal.SCENARIO_SIGNAL_CANCEL],
    ['exit', ScenarioSignal.SCENARIO_SIGNAL_CANCEL],
  ] as const)('converts the signal %s to a signal for the scenario', (signal, expected) => {
    expect(getSignals(signal)).toEqual([
      { signal: expected, scenarioIds: [toScenarioId(findHome)], allInstances: false },
    ]);
  });

  it('has no signal if the message has none', () => {
    expect(getSignals('none')).toEqual([]);
  });

  it('cancels a running instance that the customer starts again', () => {
    expect(getSignals('start', createView(ContributionType.CONTRIBUTION_TYPE_INFORM))).toMatchObject([
      { signal: ScenarioSignal.SCENARIO_SIGNAL_CANCEL },
      { signal: ScenarioSignal.SCENARIO_SIGNAL_START },
    ]);
  });

  it.each(['start', 'continue'] as const)('with the signal %s pauses running scenarios without a signal', (signal) => {
    const view = createView(ContributionType.CONTRIBUTION_TYPE_ASK);
    const turn = aTurn({ signals: [aSignal({ scenario_id: bookVisit, signal })] });
    expect(toMessageTurn(turn, view).situation?.signals.slice(1)).toEqual([
      {
        signal: ScenarioSignal.SCENARIO_SIGNAL_PAUSE,
        scenarioIds: [toScenarioId(findHome)],
        allInstances: false,
      },
    ]);
  });

  it.each(['none', 'cancel', 'pause', 'exit'] as const)('with the signal %s pauses no other scenario', (signal) => {
    const view = createView(ContributionType.CONTRIBUTION_TYPE_ASK);
    const turn = aTurn({ signals: [aSignal({ scenario_id: bookVisit, signal })] });
    const ids = toMessageTurn(turn, view).situation?.signals.flatMap(({ scenarioIds }) => scenarioIds);
    expect(ids).not.toContain(toScenarioId(findHome));
  });

  it('has facts for scenarios that are left, started, turned to, and selected', () => {
    const turn = aTurn({
      session_signal: 'exit',
      signals: [
        aSignal({ scenario_id: findHome, signal: 'exit' }),
        aSignal({ scenario_id: bookVisit, signal: 'start', selected_offer: true, wants_alternatives: true }),
      ],
    });
    expect(toMessageTurn(turn, emptyView).situation?.facts).toEqual({
      ending: true,
      left: [findHome],
      started: [bookVisit],
      turned_to: [bookVisit],
      selected: [bookVisit],
      alternatives: [bookVisit],
      accepted: [],
      refused: [],
    });
  });

  it('has each requested field once', () => {
    const signals = [findHome, bookVisit].map((scenario_id) =>
      aSignal({ scenario_id, requested_fields: ['Homes_1.rent'] }),
    );
    expect(toMessageTurn(aTurn({ signals }), emptyView).situation?.requestedFields).toEqual(['Homes_1.rent']);
  });
});

describe('a yes or no of the customer', () => {
  const getOutcomes = (confirmation: 'yes' | 'no', view: SessionView): unknown =>
    toMessageTurn(aTurn({ signals: [aSignal({ scenario_id: findHome, confirmation })] }), view).stepOutcomes;

  it.each([
    ['yes', StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED],
    ['no', StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED],
  ] as const)('%s is an outcome for the instance, step and visit of the CONFIRM', (confirmation, kind) => {
    expect(getOutcomes(confirmation, createView(ContributionType.CONTRIBUTION_TYPE_CONFIRM))).toEqual([
      { instanceId: 'instance-1', stepId: 'confirm', actionKey: 'key-1', kind, toolId: '', results: {} },
    ]);
  });

  it('is only a fact after an INFORM', () => {
    const getFacts = (confirmation: 'yes' | 'no'): unknown =>
      toMessageTurn(aTurn({ signals: [aSignal({ scenario_id: findHome, confirmation })] }), emptyView).situation?.facts;
    expect(getFacts('yes')).toMatchObject({ accepted: [findHome], refused: [] });
    expect(getFacts('no')).toMatchObject({ accepted: [], refused: [findHome] });
  });

  it.each([
    ['there is no instance', emptyView],
    ['the last contribution is an INFORM', createView(ContributionType.CONTRIBUTION_TYPE_INFORM)],
    ['the last contribution is an ASK', createView(ContributionType.CONTRIBUTION_TYPE_ASK)],
    ['the instance has left the step', createView(ContributionType.CONTRIBUTION_TYPE_CONFIRM, 'elsewhere')],
  ])('is not an outcome if %s', (_, view) => {
    expect(getOutcomes('yes', view)).toEqual([]);
  });

  it('is not an outcome if the scenario is canceled', () => {
    const signals = [aSignal({ scenario_id: findHome, signal: 'cancel', confirmation: 'no' })];
    const view = createView(ContributionType.CONTRIBUTION_TYPE_CONFIRM);
    expect(toMessageTurn(aTurn({ signals }), view).stepOutcomes).toEqual([]);
  });
});

describe('a customer who does not have a value', () => {
  const turn = aTurn({ facts: [{ field_id: 'pin', value: "Sorry, I can't remember my PIN." }] });
  const createAskView = (fieldsToAsk: string[], stepId = 'ask'): SessionView => {
    const lastContribution = aContribution(ContributionType.CONTRIBUTION_TYPE_ASK, { stepId: 'ask', fieldsToAsk });
    return new Map([[toScenarioId(findHome), { instanceId: 'instance-1', stepId, lastContribution }]]);
  };

  it('declines the field', () => {
    expect(toMessageTurn(turn, emptyView).situation?.candidateVariables).toMatchObject([
      { name: 'pin', declined: true, value: undefined },
    ]);
  });

  it('declines the question of the step that asks for it', () => {
    expect(toMessageTurn(turn, createAskView(['pin'])).stepOutcomes).toEqual([
      {
        instanceId: 'instance-1',
        stepId: 'ask',
        actionKey: '',
        kind: StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED,
        toolId: '',
        results: {},
      },
    ]);
  });

  it.each([
    ['the step asks for another field', createAskView(['name'])],
    ['the instance has left the step', createAskView(['pin'], 'elsewhere')],
    ['there is no instance', emptyView],
  ])('declines no question if %s', (_, view) => {
    expect(toMessageTurn(turn, view).stepOutcomes).toEqual([]);
  });

  it.each([
    ["I don't know my pin", true],
    ['Hmm... I have no clue.', true],
    ["Um, I don't seem to remember what it was.", true],
    ['i forgot it', true],
    ["I'm not sure what my PIN is", true],
    ["95381901, but I can't remember my PIN", false],
    ["I don't want pizza", false],
    ['Ian', false],
    ['Indian', false],
  ])('is recognized by the first words: %s', (value, expected) => {
    expect(isRefusal(value)).toBe(expected);
  });
});

describe('a turn without a message', () => {
  it('has the fact that the customer has left', () => {
    const { situation, trigger } = buildClosingTurn();
    expect(situation?.facts).toMatchObject({ ending: true, turned_to: [] });
    expect(trigger).toBe(TurnTrigger.TURN_TRIGGER_MESSAGE);
  });

  it('has the results of tools', () => {
    expect(toToolResultsTurn([], { 'tool.report': 1 })).toMatchObject({
      trigger: TurnTrigger.TURN_TRIGGER_TOOL_RESULTS,
      situation: undefined,
      sessionVariables: { 'tool.report': 1 },
    });
  });
});
