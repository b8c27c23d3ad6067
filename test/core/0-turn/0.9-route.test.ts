import type { Conversation, ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const ask = (field: string, ...to: NonNullable<StepDraft['to']>): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to: to.length > 0 ? to : ['end'],
});
/** The route as text, followed by the current step. */
const getRoute = (conversation: Conversation): string => {
  const { route, currentStepId } = conversation.instance('s');
  return [...route.map(({ stepId }) => stepId), currentStepId].join(' > ');
};
const line: ScenarioDraft = { scenarioId: 's', steps: [ask('a', 'b'), ask('b', 'c'), ask('c', 'd'), ask('d'), end] };

test('0.9: the route contains all steps that the walks reached, including those passed over', () => {
  const conversation = startConversation([line], { variables: { a: 1, b: 1 } });
  expect(getRoute(conversation)).toBe('a > b > c');
  conversation.turn({ variables: { c: 1 } });
  expect(getRoute(conversation)).toBe('a > b > c > d');
  expect(conversation.instance('s').route.map(({ visitNumber }) => visitNumber)).toEqual([0, 0, 1]);
});

test('0.9: the current step is not on the route', () => {
  const conversation = startConversation([line]);
  conversation.turn();
  expect(getRoute(conversation)).toBe('a');
});

describe('0.9: reaching a step again removes the later entries from the route', () => {
  test('0.9: if a transition reaches it', () => {
    const again = ask('c', { to: 'a', condition: 'data.c == "no"', clears: ['a', 'c'] }, 'end');
    const conversation = startConversation([{ scenarioId: 's', steps: [ask('a', 'b'), ask('b', 'c'), again, end] }], {
      variables: { a: 1, b: 1 },
    });
    conversation.turn({ variables: { c: 'no' } });
    expect(getRoute(conversation)).toBe('a');
  });

  test('0.9: if a self-transition reaches it', () => {
    const self = ask('b', { to: 'b', condition: 'data.b == "no"', clears: ['b'] }, 'end');
    const conversation = startConversation([{ scenarioId: 's', steps: [ask('a', 'b'), self, end] }], {
      variables: { a: 1 },
    });
    conversation.turn({ variables: { b: 'no' } });
    expect(getRoute(conversation)).toBe('a > b');
  });

  test('0.9: if a correction reaches it', () => {
    const conversation = startConversation([line], { variables: { a: 1, b: 1, c: 1 } });
    conversation.turn({ variables: { b: null } });
    expect(getRoute(conversation)).toBe('a > b');
  });

  test('0.9: if BACK reaches it', () => {
    const conversation = startConversation([line], { variables: { a: 1, b: 1 } });
    conversation.turn({ signals: ['BACK'] });
    expect(getRoute(conversation)).toBe('a > b');
  });

  test('0.9: if relocalization reaches it', () => {
    const help: StepDraft = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['a'] };
    const scenario: ScenarioDraft = { ...line, steps: [help, ...line.steps] };
    const conversation = startConversation([scenario], {}, { maxAttempts: 1 });
    conversation.turn();
    expect(getRoute(conversation)).toBe('help > a');
    conversation.turn();
    expect(conversation.turn().transition('s').reason).toBe('RELOCALIZED');
    expect(getRoute(conversation)).toBe('help');
  });

  test('0.9: if a returning transition reaches it', () => {
    const why: StepDraft = {
      stepId: 'why',
      reachableFromAnywhere: true,
      templateIds: ['why'],
      to: [{ returns: true }],
    };
    const scenario: ScenarioDraft = {
      ...line,
      steps: [...line.steps, why],
      globals: [{ to: 'why', intentLabel: 'why' }],
    };
    const conversation = startConversation([scenario], { variables: { a: 1 } });
    conversation.turn({ intent: 'why' });
    expect(getRoute(conversation)).toBe('a > b > why');
    conversation.turn({ intent: 'ok' });
    expect(getRoute(conversation)).toBe('a > b');
  });
});

describe('0.9: branches that were left', () => {
  /** Asks for the age. A minor needs a guardian, an adult chooses a wine. */
  const wine: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      ask('age', { to: 'guardian', condition: 'data.age < 18' }, 'wine'),
      ask('guardian', 'done'),
      ask('wine', 'done'),
      ask('done'),
      end,
    ],
  };
  const correctAge: TurnDraft = { variables: { age: 16 } };

  test('0.9: are not on the route', () => {
    const conversation = startConversation([wine], { variables: { age: 20, wine: 'red' } });
    expect(getRoute(conversation)).toBe('age > wine > done');
    conversation.turn(correctAge);
    expect(getRoute(conversation)).toBe('age > guardian');
  });

  test('0.9: are not returned to by a correction of a field that only they used', () => {
    const conversation = startConversation([wine], { variables: { age: 20, wine: 'red' } });
    conversation.turn(correctAge);
    const played = conversation.turn({ variables: { wine: 'white' } });
    expect(played.transition('s')).toMatchObject({ targetStepId: 'guardian', correctedFields: [] });
  });

  test('0.9: are not returned to by BACK', () => {
    const conversation = startConversation([wine], { variables: { age: 20 } });
    conversation.turn(correctAge);
    expect(conversation.turn({ signals: ['BACK'] }).transition('s').targetStepId).toBe('age');
  });

  test('0.9: are kept in the path', () => {
    const conversation = startConversation([wine], { variables: { age: 20 } });
    conversation.turn(correctAge);
    expect(conversation.instance('s').path.map(({ stepId }) => stepId)).toEqual(['age', 'wine', 'age']);
  });
});
