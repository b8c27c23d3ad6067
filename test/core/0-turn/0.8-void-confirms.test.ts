import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { getRequest, listIgnored, listRequests } from '../../support/requests';
import { changeFirstStep, startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const stop: StepDraft = { stepId: 'stop', templateIds: ['stop'], to: ['end'] };
/** Asks to confirm the account, then goes on when x is known too. */
const sign: StepDraft = {
  stepId: 'sign',
  requiresConfirmation: true,
  confirmsFields: ['account'],
  to: [
    { to: 'stop', trigger: 'ANYTIME', condition: 'outcome == "confirmed" && data.x == 1' },
    { to: 'end', conditionFields: ['x'] },
  ],
};
const signing: ScenarioDraft = { scenarioId: 's', requires: { x: 'SOFT' }, steps: [sign, stop, end] };

test('0.8: the answer to a CONFIRM counts as the outcome of its step while its values stay the same', () => {
  const conversation = startConversation([signing], { patch: { account: 1 } });
  expect(conversation.turn(yes).plan).toEqual(['s ASK x']);
  expect(conversation.turn({ variables: { x: 1 } }).transition('s').targetStepId).toBe('stop');
});

test('0.8: the step has no outcome any more when a changed value voids its CONFIRM', () => {
  const conversation = startConversation([signing], { patch: { account: 1 } });
  conversation.turn(yes);
  const played = conversation.turn({ patch: { account: 2 }, variables: { x: 1 } });
  expect([played.transition('s').targetStepId, played.plan]).toEqual(['sign', ['s CONFIRM account=2']]);
});

test('0.8: a changed value that only an earlier step confirmed does not take the outcome from the current step', () => {
  const first: StepDraft = { stepId: 'first', requiresConfirmation: true, confirmsFields: ['amount'], to: ['sign'] };
  const conversation = startConversation([{ ...signing, steps: [first, sign, stop, end] }], {
    patch: { account: 1, amount: 1 },
  });
  conversation.turn(yes);
  expect(conversation.turn(yes).plan).toEqual(['s ASK x']);
  const played = conversation.turn({ patch: { amount: 2 }, variables: { x: 1 } });
  expect(played.transition('s').targetStepId).toBe('stop');
  expect(listRequests(conversation.instance('s')).slice(0, 2)).toEqual([
    'CONFIRM s#1/first/1 VOID',
    'CONFIRM s#1/sign/2 ANSWERED',
  ]);
});

test('0.8: the failure of the action stays the outcome of the step when a changed value voids the CONFIRM on that turn', () => {
  const pay: StepDraft = {
    stepId: 'pay',
    performsAction: true,
    isRequiredAction: true,
    toolIds: ['pay'],
    confirmsFields: ['account'],
    to: [{ to: 'stop', outcomes: ['ACTION_FAILED'] }, 'end'],
  };
  const conversation = startConversation([{ scenarioId: 's', steps: [pay, stop, end] }], { patch: { account: 1 } });
  conversation.turn(yes);
  const played = conversation.turn({ outcomes: [{ kind: 'ACTION_FAILED' }], patch: { account: 2 } });
  expect(played.transition('s').targetStepId).toBe('stop');
  expect(getRequest(conversation.instance('s'), 'CONFIRM').status).toBe('VOID');
});

test('0.8: the result of a look-up voids the CONFIRM of its step if it changes a value that was confirmed', () => {
  const look: StepDraft = {
    stepId: 'look',
    requiresConfirmation: true,
    confirmsFields: ['price'],
    isRequiredAction: true,
    toolBindings: [{ toolId: 'look', timing: 'DURING_STEP', variableNames: [], dependsOn: [], effect: 'READ' }],
    to: ['end'],
  };
  const play = (effect: 'READ' | 'WRITE', price: number) => {
    const toolBindings = (look.toolBindings ?? []).map((binding) => ({ ...binding, effect }));
    const scenario = changeFirstStep({ scenarioId: 's', steps: [look, end] }, { toolBindings });
    const conversation = startConversation([scenario], { patch: { price: 10 } });
    expect(conversation.turn(yes).plan).toEqual(['s ACTION_HINT look']);
    return conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { price } }] }).plan;
  };
  expect(play('READ', 12)).toEqual(['s CONFIRM price=12']);
  expect(play('READ', 10)).toEqual(['s INFORM bye']);
  expect(play('WRITE', 12)).toEqual(['s INFORM bye']);
});

test.each<[string, TurnDraft, string]>([
  ['answered with no', { outcomes: [{ kind: 'DECLINED' }] }, 'ALREADY_ANSWERED'],
  ['left', { intent: 'leave' }, 'OTHER_VISIT'],
  ['still open', {}, 'VOID'],
])(
  '0.6: a late yes to a CONFIRM whose value has changed and that was %s before is ignored accordingly',
  (_case, draft, reason) => {
    const confirm: StepDraft = {
      ...sign,
      to: [
        { to: 'stop', outcomes: ['DECLINED'] },
        { to: 'stop', trigger: 'ANYTIME', intentLabel: 'leave' },
        { to: 'end', intentLabel: 'never' },
      ],
    };
    const conversation = startConversation(
      [{ scenarioId: 's', steps: [confirm, { ...stop, to: [{ to: 'end', intentLabel: 'never' }] }, end] }],
      { patch: { account: 1 } },
    );
    conversation.turn(draft);
    conversation.turn({ trigger: 'TOOL_RESULTS', patch: { account: 2 } });
    const late = conversation.turn({ outcomes: [{ kind: 'CONFIRMED', actionKey: 's#1/sign/1' }] });
    expect(listIgnored(late)).toEqual([`s#1 CONFIRMED ${reason}`]);
  },
);

test('2.5: a DECLINED that is the outcome of a step without CONFIRM does not cancel', () => {
  const step: StepDraft = {
    stepId: 'wait',
    to: [
      { to: 'stop', condition: 'outcome == "confirmed"' },
      { to: 'end', intentLabel: 'never' },
    ],
  };
  const conversation = startConversation([{ scenarioId: 's', steps: [step, stop, end] }]);
  const played = conversation.turn({ outcomes: [{ kind: 'DECLINED' }] });
  expect([listIgnored(played), played.actions]).toEqual([[], ['s CONTINUE GOES_ON']]);
});
