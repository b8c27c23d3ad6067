import { Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { getRequest } from '../../support/requests';
import { startConversation } from '../../support/running';
import { asking, confirming, end } from '../../support/sample-scenarios';

const ask: ScenarioDraft = {
  scenarioId: 's',
  steps: [{ stepId: 'a', collectsProfileFields: ['a', 'b'], to: ['end'] }, end],
};
const confirm = confirming('s', { confirms: ['amount'] });
const other = asking('o', ['x', 'y']);
const third = asking('third', ['z'], { entryCondition: 'false' });

/** Plays a turn after one that put the request, and returns the attempts of the request and of the instance. */
function countAttempts(
  scenario: ScenarioDraft,
  draft: TurnDraft,
  options: ConstructorParameters<typeof Conversation>[1] = {},
) {
  const conversation = new Conversation([scenario, other, third, asking('fresh', ['f'])], options);
  conversation.turn({ candidates: { s: 0.9, o: 0.8 } });
  conversation.turn(draft);
  const instance = conversation.instance('s');
  const request = instance.requests[0];
  expect(request?.attempts).toBe(instance.attempts);
  expect(instance.attemptsTotal).toBe(instance.attempts);
  return instance.attempts;
}

describe.each([
  ['an ASK', ask],
  ['a CONFIRM', confirm],
])('0.8: attempts at %s', (_kind, scenario) => {
  test.each<[string, TurnDraft]>([
    ['leaves it unanswered', {}],
    ['addresses its instance without an answer', { signals: [['CONTINUE', 's']] }],
    ['names its own scenario', { candidates: { s: 0.9 } }],
    ['has a START of its own scenario', { signals: [['START', 's']] }],
    ['names another scenario below the threshold', { candidates: { third: 0.4 } }],
    ['brings a value that no instance waits for', { variables: { hobby: 'chess' } }],
    ['carries an answer that is ignored', { outcomes: [{ kind: 'CONFIRMED', actionKey: 's#1/x/9' }] }],
  ])('0.8: a turn that %s is an attempt', (_case, draft) => {
    expect(countAttempts(scenario, draft)).toBe(1);
  });

  test.each<[string, TurnDraft]>([
    ['addresses another instance', { variables: { x: 1 } }],
    ['names another active scenario', { candidates: { o: 0.9 } }],
    ['starts another scenario', { candidates: { fresh: 0.9 } }],
    ['names a scenario whose start is refused', { candidates: { third: 0.9 } }],
    ['names an unknown scenario', { candidates: { unknown: 0.9 } }],
    ['has a START of a scenario that is refused', { signals: [['START', 'third']] }],
    ['asks something', { requested: ['parking'] }],
    ['has the trigger TIMER', { trigger: 'TIMER' }],
    ['carries tool results', { trigger: 'TOOL_RESULTS' }],
  ])('0.8: a turn that %s is no attempt', (_case, draft) => {
    expect(countAttempts(scenario, draft)).toBe(0);
  });
});

test.each<[string, ScenarioDraft, TurnDraft]>([
  ['gives a field of the ASK', ask, { variables: { a: 1 } }],
  ['declines a field of the ASK', ask, { given: [{ name: 'a', declined: true }] }],
])('0.8: a turn that %s answers it and is no attempt', (_case, scenario, draft) => {
  expect(countAttempts(scenario, draft)).toBe(0);
});

test('0.8: a null for a required field is an attempt', () => {
  expect(countAttempts(ask, { variables: { a: null } })).toBe(1);
});

test('0.8: the same value again answers an ASK that shows it', () => {
  const step = { stepId: 'a', collectsProfileFields: ['a'], canSkip: false, to: ['end'] };
  const conversation = startConversation([{ scenarioId: 's', steps: [step, end] }], { patch: { a: 1 } });
  conversation.turn({ variables: { a: 1 } });
  expect(conversation.instance('s')).toMatchObject({ currentStepId: 'end', attemptsTotal: 0 });
});

test.each<[string, TurnDraft]>([
  ['although the turn names another scenario', { candidates: { o: 0.9 } }],
  ['although the turn asks something', { requested: ['parking'] }],
  ['although the turn gives another field', { variables: { a: 'text', b: 1 } }],
])('0.8: a rejected value is an attempt, %s', (_case, draft) => {
  const fields = [{ name: 'a', type: 'INTEGER' as const }];
  expect(countAttempts(ask, { ...draft, variables: { a: 'text', ...draft.variables } }, { fields })).toBe(1);
});

test('0.8: a request of an earlier exchange is not attempted', () => {
  const conversation = startConversation([ask, other]);
  conversation.turn({ variables: { x: 1 } });
  expect(conversation.turn({ message: 'hm' }).plan).toContain('s ASK a,b');
  expect(conversation.instance('s').attempts).toBe(0);
  conversation.turn({ message: 'hm' });
  expect(conversation.instance('s').attempts).toBe(1);
});

test('0.8: a request that a TOOL_RESULTS turn put belongs to the exchange', () => {
  const conversation = startConversation([
    {
      scenarioId: 's',
      steps: [
        { stepId: 'act', isRequiredAction: true, requiresConfirmation: false, toolIds: ['t'], to: ['a'] },
        { stepId: 'a', collectsProfileFields: ['a'], to: ['end'] },
        end,
      ],
    },
  ]);
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
  conversation.turn({ message: 'hm' });
  expect(getRequest(conversation.instance('s'), 'ASK').attempts).toBe(1);
});

describe('0.8: the attempts of an instance', () => {
  const steps: ScenarioDraft['steps'] = [
    { stepId: 'a', collectsProfileFields: ['a'], to: ['b', { to: 'b', trigger: 'ANYTIME', intentLabel: 'next' }] },
    { stepId: 'b', collectsProfileFields: ['b'], to: ['end'] },
    end,
  ];
  const read = (conversation: Conversation): readonly number[] => {
    const { attempts, attemptsTotal } = conversation.instance('s');
    return [attempts, attemptsTotal];
  };

  test('0.8: are counted since it entered its step, and the total never decreases', () => {
    const conversation = startConversation([{ scenarioId: 's', steps }]);
    conversation.turn();
    conversation.turn();
    expect(read(conversation)).toEqual([2, 2]);
    conversation.turn({ intent: 'next', requested: ['why'] });
    expect(read(conversation)).toEqual([0, 2]);
    conversation.turn();
    expect(read(conversation)).toEqual([1, 3]);
  });

  test('0.8: are set to 0 with the loop counts (3.6), and the total is not', () => {
    const conversation = startConversation([{ scenarioId: 's', steps }]);
    conversation.turn();
    conversation.turn({ variables: { b: 1 } });
    expect(read(conversation)).toEqual([1, 2]);
  });

  test('0.8: can be read by conditions', () => {
    const to = [{ to: 'end', trigger: 'ANYTIME' as const, condition: 'attempts == 2 && attempts_total == 2' }, 'end'];
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'a', collectsProfileFields: ['a'], to }, end],
    };
    const conversation = startConversation([scenario]);
    expect([conversation.turn().plan, conversation.turn().plan]).toEqual([['s ASK a'], ['s INFORM bye']]);
  });
});

test('0.8: the turn that resumes an instance is no attempt, although its ASK belongs to the exchange', () => {
  const conversation = startConversation([asking('s', ['x'])]);
  conversation.turn({ trigger: 'TOOL_RESULTS', signals: ['PAUSE'] });
  expect(conversation.turn({ signals: [['CONTINUE', 's']] }).plan).toEqual(['s ASK x']);
  expect(conversation.instance('s')).toMatchObject({ attempts: 0, attemptsTotal: 0 });
});
