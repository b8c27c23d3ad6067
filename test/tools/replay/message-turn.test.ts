import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import { ScenarioSignal, TurnTrigger, VariableScope } from '../../../gen/focal/orchestration/v1/turn';
import type { SignalInput } from '../../../tools/replay/dialogue-inputs';
import { closingTurn, messageTurn, toolResultsTurn } from '../../../tools/replay/message-turn';
import { scenarioUuid } from '../../../tools/replay/replay-ids';
import { EMPTY_VIEW, type SessionView } from '../../../tools/replay/session-view';
import { aContribution, aSignal, aTurn } from './replay-builders';

const FIND = 'sgd.Homes_1.FindHome';
const BOOK = 'sgd.Homes_1.BookVisit';

function signalsFor(signal: SignalInput['signal'], view: SessionView = EMPTY_VIEW): unknown {
  const { situation } = messageTurn(aTurn({ signals: [aSignal({ scenario_id: FIND, signal })] }), view);
  return situation?.signals;
}

/** A session in which the search stands at a step and last said something of this type. */
function viewAt(type: ContributionType, stepId = 'confirm'): SessionView {
  const said = aContribution(type, { stepId: 'confirm', actionKey: 'key-1' });
  return new Map([[scenarioUuid(FIND), { instanceId: 'instance-1', stepId, said }]]);
}

describe('a message as a turn', () => {
  it('carries values as variables of the session, and nulls for those taken back', () => {
    const turn = aTurn({ facts: [{ field_id: 'a', value: '1' }], facts_cleared: ['b'] });
    const scope = VariableScope.VARIABLE_SCOPE_SESSION;
    expect(messageTurn(turn, EMPTY_VIEW).situation?.candidateVariables).toEqual([
      { name: 'a', value: '1', scope },
      { name: 'b', value: null, scope },
    ]);
  });

  it('names candidates by UUID with their scores, and the intent', () => {
    const turn = aTurn({ intent: 'Homes_1.FindHome', candidates: [{ scenario_id: FIND, score: 0.92 }] });
    const content = messageTurn(turn, EMPTY_VIEW);
    expect(content.candidates).toEqual([{ scenarioId: scenarioUuid(FIND), score: 0.92, reasoning: '' }]);
    expect(content.situation?.canonicalIntentLabel).toBe('Homes_1.FindHome');
    expect(content.trigger).toBe(TurnTrigger.TURN_TRIGGER_MESSAGE);
  });

  it.each([
    ['start', ScenarioSignal.SCENARIO_SIGNAL_START],
    ['continue', ScenarioSignal.SCENARIO_SIGNAL_CONTINUE],
    ['pause', ScenarioSignal.SCENARIO_SIGNAL_PAUSE],
    ['cancel', ScenarioSignal.SCENARIO_SIGNAL_CANCEL],
    ['exit', ScenarioSignal.SCENARIO_SIGNAL_CANCEL],
  ] as const)('aims %s at the scenario', (signal, expected) => {
    expect(signalsFor(signal)).toEqual([{ signal: expected, scenarioIds: [scenarioUuid(FIND)], allInstances: false }]);
  });

  it('sends nothing for a scenario that got nothing', () => {
    expect(signalsFor('none')).toEqual([]);
  });

  it('ends a running instance that the customer starts anew', () => {
    expect(signalsFor('start', viewAt(ContributionType.CONTRIBUTION_TYPE_INFORM))).toMatchObject([
      { signal: ScenarioSignal.SCENARIO_SIGNAL_CANCEL },
      { signal: ScenarioSignal.SCENARIO_SIGNAL_START },
    ]);
  });

  it('tells as facts who was left, started, turned to, and what was selected or wanted otherwise', () => {
    const turn = aTurn({
      session_signal: 'exit',
      signals: [
        aSignal({ scenario_id: FIND, signal: 'exit' }),
        aSignal({ scenario_id: BOOK, signal: 'start', selected_offer: true, wants_alternatives: true }),
      ],
    });
    expect(messageTurn(turn, EMPTY_VIEW).situation?.facts).toEqual({
      ending: true,
      left: [FIND],
      started: [BOOK],
      turned_to: [BOOK],
      selected: [BOOK],
      alternatives: [BOOK],
      accepted: [],
      refused: [],
    });
  });

  it('asks about each requested field once', () => {
    const signals = [FIND, BOOK].map((scenario_id) => aSignal({ scenario_id, requested_fields: ['Homes_1.rent'] }));
    expect(messageTurn(aTurn({ signals }), EMPTY_VIEW).situation?.requestedFields).toEqual(['Homes_1.rent']);
  });
});

describe('a yes or no', () => {
  const answerTo = (confirmation: 'yes' | 'no', view: SessionView): unknown =>
    messageTurn(aTurn({ signals: [aSignal({ scenario_id: FIND, confirmation })] }), view).stepOutcomes;

  it.each([
    ['yes', StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED],
    ['no', StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED],
  ] as const)('%s goes to the instance, step and visit that asked', (confirmation, kind) => {
    expect(answerTo(confirmation, viewAt(ContributionType.CONTRIBUTION_TYPE_CONFIRM))).toEqual([
      { instanceId: 'instance-1', stepId: 'confirm', actionKey: 'key-1', kind, toolId: '', results: {} },
    ]);
  });

  it('to what was told is a fact', () => {
    const facts = (confirmation: 'yes' | 'no'): unknown =>
      messageTurn(aTurn({ signals: [aSignal({ scenario_id: FIND, confirmation })] }), EMPTY_VIEW).situation?.facts;
    expect(facts('yes')).toMatchObject({ accepted: [FIND], refused: [] });
    expect(facts('no')).toMatchObject({ accepted: [], refused: [FIND] });
  });

  it.each([
    ['no instance', EMPTY_VIEW],
    ['something told', viewAt(ContributionType.CONTRIBUTION_TYPE_INFORM)],
    ['a question for a value', viewAt(ContributionType.CONTRIBUTION_TYPE_ASK)],
    ['a step that was left', viewAt(ContributionType.CONTRIBUTION_TYPE_CONFIRM, 'elsewhere')],
  ])('answers nothing where there is %s', (_, view) => {
    expect(answerTo('yes', view)).toEqual([]);
  });

  it('is no decline of a step when the scenario is cancelled', () => {
    const signals = [aSignal({ scenario_id: FIND, signal: 'cancel', confirmation: 'no' })];
    const view = viewAt(ContributionType.CONTRIBUTION_TYPE_CONFIRM);
    expect(messageTurn(aTurn({ signals }), view).stepOutcomes).toEqual([]);
  });
});

describe('turns without a message of the dialogue', () => {
  it('the customer has left', () => {
    const { situation, trigger } = closingTurn();
    expect(situation?.facts).toMatchObject({ ending: true, turned_to: [] });
    expect(trigger).toBe(TurnTrigger.TURN_TRIGGER_MESSAGE);
  });

  it('tools have run', () => {
    expect(toolResultsTurn([])).toMatchObject({ trigger: TurnTrigger.TURN_TRIGGER_TOOL_RESULTS, situation: undefined });
  });
});
