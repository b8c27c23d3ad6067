import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { listIgnored, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { asking, end } from '../../support/sample-scenarios';

type Outcome = NonNullable<TurnDraft['outcomes']>[number];
const key = 's#1/pay/1';
const pay: StepDraft = {
  stepId: 'pay',
  isCheckpoint: true,
  isRequiredAction: true,
  toolIds: ['a', 'b'],
  to: ['more', { to: 'stop', trigger: 'ANYTIME', condition: 'outcome == "succeeded" && data.impatient == 1' }],
};
const scenario: ScenarioDraft = {
  scenarioId: 's',
  steps: [
    pay,
    { stepId: 'more', collectsProfileFields: ['more'], to: ['end'] },
    { stepId: 'stop', templateIds: ['stop'], to: ['end'] },
    end,
  ],
};
const press = (toolId = ''): Outcome => ({ kind: 'ACTION_SUCCEEDED', actionKey: key, toolId });
const answer = (kind: 'CONFIRMED' | 'DECLINED'): Outcome => ({ kind, actionKey: key });

describe('0.6: a button that confirms and acts', () => {
  test('0.6: may report its tools on different turns', () => {
    const conversation = startConversation([scenario], { patch: { impatient: 1 } });
    const first = conversation.turn({ outcomes: [press('a')] });
    expect([first.plan, listRequests(conversation.instance('s'))]).toEqual([
      ['s ACTION_HINT b'],
      [`CONFIRM ${key} ANSWERED`, `ACTION ${key} OPEN`],
    ]);
    const second = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [press('b')] });
    expect(listIgnored(second)).toEqual([]);
    expect(listRequests(conversation.instance('s')).slice(0, 2)).toEqual([
      `CONFIRM ${key} ANSWERED`,
      `ACTION ${key} ANSWERED`,
    ]);
  });

  test.each<[string, readonly Outcome[], readonly string[]]>([
    ['a yes and the success', [answer('CONFIRMED'), press()], []],
    ['a yes and the success of each tool', [answer('CONFIRMED'), press('a'), press('b')], []],
    ['the success of each tool', [press('a'), press('b')], []],
    ['the success of one tool twice', [press('a'), press('a')], ['s#1 ACTION_SUCCEEDED ALREADY_ANSWERED']],
    ['the success, then that of a tool', [press(), press('a')], ['s#1 ACTION_SUCCEEDED ALREADY_ANSWERED']],
    ['a no and the success', [answer('DECLINED'), press()], ['s#1 ACTION_SUCCEEDED ALREADY_ANSWERED']],
    ['a no and the success of a tool', [answer('DECLINED'), press('a')], ['s#1 ACTION_SUCCEEDED ALREADY_ANSWERED']],
  ])('0.6: reports %s on one turn', (_case, outcomes, ignored) => {
    expect(listIgnored(startConversation([scenario]).turn({ outcomes }))).toEqual(ignored);
  });
});

describe('0.6: a no', () => {
  const no: Outcome = { kind: 'DECLINED' };

  test('0.6: to an ASK that misses no field answers nothing', () => {
    const conversation = startConversation([asking('s', ['x', 'y'])]);
    conversation.turn({ variables: { x: 1 } });
    const back = conversation.turn({ signals: ['BACK'] });
    expect([back.plan, back.contribution('s')]).toMatchObject([['s ASK x'], { knownValues: new Map([['x', 1]]) }]);
    expect(listIgnored(conversation.turn({ outcomes: [no] }))).toEqual(['DECLINED NO_OPEN_REQUEST']);
  });

  test('0.6: to a CHOICE that is closed answers nothing', () => {
    const conversation = new Conversation([{ ...asking('s', ['x']), askBeforeStart: true }]);
    expect(conversation.turn({ candidates: { s: 0.9 } }).plan).toEqual(['CHOICE s']);
    const first = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [no] });
    const second = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [no] });
    expect([listIgnored(first), listIgnored(second)]).toEqual([[], ['DECLINED NO_OPEN_REQUEST']]);
  });
});

test('0.6: a success of a READ tool of a step that was left is not done, although another tool of the step writes', () => {
  const binding = { timing: 'DURING_STEP', variableNames: [], dependsOn: [] } as const;
  const write: StepDraft = {
    ...pay,
    toolIds: [],
    toolBindings: [
      { ...binding, toolId: 'a', effect: 'WRITE' },
      { ...binding, toolId: 'b', effect: 'READ' },
    ],
    to: ['more', { to: 'stop', trigger: 'ANYTIME', intentLabel: 'stop' }],
  };
  const conversation = startConversation([{ ...scenario, steps: [write, ...scenario.steps.slice(1)] }]);
  conversation.turn({ outcomes: [answer('CONFIRMED')] });
  conversation.turn({ intent: 'stop' });
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [press('b')] });
  expect(conversation.instance('s').irreversibleDone).toEqual([]);
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [press('a')] });
  expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'pay' }]);
});
