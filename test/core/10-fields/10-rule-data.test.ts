import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import type { FieldDraft } from '../../support/field-definitions';
import { startConversation } from '../../support/running';
import { asking, confirming, end } from '../../support/sample-scenarios';

const limited: FieldDraft = { name: 'amount', type: 'NUMBER', valid: 'value <= data.limit' };

/** Looks up a limit and then an amount. */
const look = (scenarioId: string): ScenarioDraft => ({
  scenarioId,
  steps: [
    { stepId: 'limit', toolIds: [`${scenarioId}_limit`], to: [{ to: 'amount', outcomes: ['ACTION_SUCCEEDED'] }] },
    { stepId: 'amount', toolIds: [`${scenarioId}_amount`], to: [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'] }] },
    end,
  ],
});
const result = (toolId: string, results: Readonly<Record<string, number>>): TurnDraft => ({
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId, results }],
});
const rejected = (turn: ReturnType<Conversation['turn']>): readonly string[] =>
  turn.result.plan.rejectedValues.map(({ fieldName, reason, source }) => `${fieldName} ${reason} ${source}`);

test('10: the rule for a result reads the data of the instance that the outcome is about', () => {
  const conversation = new Conversation([look('low'), look('high')], { fields: [limited] });
  conversation.turn({ candidates: { low: 0.9, high: 0.8 } });
  conversation.turn(result('low_limit', { limit: 10 }));
  conversation.turn(result('high_limit', { limit: 100 }));
  expect(rejected(conversation.turn(result('low_amount', { amount: 50 })))).toEqual(['amount RULE TOOL']);
  expect(rejected(conversation.turn(result('high_amount', { amount: 50 })))).toEqual([]);
});

test('10: the rule for a value reads the data of the active instance that asks for it', () => {
  const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['amount'], to: ['end'] };
  const asks: ScenarioDraft = {
    scenarioId: 'asks',
    steps: [look('asks').steps[0] ?? end, { ...ask, stepId: 'amount' }, end],
  };
  const conversation = new Conversation([confirming('first'), asks, asking('last', ['x'])], { fields: [limited] });
  conversation.turn({ candidates: { first: 0.9, asks: 0.8 } });
  expect(conversation.turn(result('asks_limit', { limit: 10 })).plan).toContain('asks ASK amount');
  conversation.turn({ candidates: { last: 0.9 } });
  expect(conversation.session.lastContributorId).toBe('last#3');
  expect(rejected(conversation.turn({ variables: { amount: 50 } }))).toEqual(['amount RULE CUSTOMER']);
});

test('10: the results of an answer to a CHOICE are neither stored nor checked', () => {
  const conversation = new Conversation([{ ...asking('s', ['x']), askBeforeStart: true }], {
    fields: [{ name: 'amount', type: 'NUMBER' }],
  });
  conversation.turn({ candidates: { s: 0.9 } });
  const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED', results: { amount: 'none' } }] });
  expect([played.actions, rejected(played)]).toEqual([['s START CONSENTED'], []]);
  expect(conversation.session.variables.size).toBe(0);
});

describe("0.4: values of the instance's own", () => {
  const reader: ScenarioDraft = {
    scenarioId: 's',
    persistedFields: ['status', 'missing'],
    steps: [
      {
        stepId: 'look',
        toolBindings: [
          {
            toolId: 'look',
            timing: 'DURING_STEP',
            variableNames: ['status', 'missing'],
            dependsOn: [],
            effect: 'READ',
          },
        ],
        to: [{ to: 'ask', condition: 'data.status == "ok"' }],
      },
      { stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] },
      end,
    ],
  };
  const start = (): Conversation => {
    const conversation = startConversation([reader]);
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { status: 'ok' } }] });
    expect(conversation.instance('s')).toMatchObject({
      currentStepId: 'ask',
      variables: new Map([['status', 'ok']]),
      variableTimes: new Map([['status', 120_000]]),
    });
    return conversation;
  };

  test('0.4: a persisted variable that no outcome gave does not enter the session when the instance ends', () => {
    const conversation = start();
    conversation.turn({ signals: ['CANCEL'] });
    expect([...conversation.session.variables.keys()]).toEqual(['status']);
  });

  test('3.9: the value of the caller that replaces the last one of the instance is a correction', () => {
    const conversation = start();
    const played = conversation.turn({ patch: { status: 'lost' } });
    expect(played.transition('s').correctedFields).toEqual(['status']);
    expect(conversation.instance('s').pendingCorrections.size).toBe(0);
  });

  test('3.9: the same value from the caller is no correction', () => {
    const played = start().turn({ patch: { status: 'ok' } });
    expect([played.result.context.changedFields, played.transition('s').correctedFields]).toEqual([['status'], []]);
  });
});
