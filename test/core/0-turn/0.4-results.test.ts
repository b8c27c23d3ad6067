import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, end } from '../../support/sample-scenarios';

const succeeded = (results: Readonly<Record<string, string>>): TurnDraft => ({
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', results }],
});
const lookUp = (step: Partial<StepDraft> = {}): StepDraft => ({
  stepId: 'look_up',
  toolBindings: [{ toolId: 'find', timing: 'DURING_STEP', variableNames: ['status'], dependsOn: [] }],
  to: ['note'],
  ...step,
});
/** Asks for an order, looks up its status, and asks for a note. */
const order = (step: Partial<StepDraft> = {}, variation: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    { stepId: 'order', collectsProfileFields: ['order'], to: ['look_up'] },
    lookUp(step),
    { stepId: 'note', collectsProfileFields: ['note'], to: ['end'] },
    end,
  ],
  ...variation,
});

describe('0.4: results belong to a visit', () => {
  const correct: TurnDraft = { variables: { order: '2' } };
  const playToNote = (scenario: ScenarioDraft, first: TurnDraft = {}): Conversation => {
    const conversation = startConversation([scenario], { ...first, variables: { order: '1' } });
    conversation.turn(succeeded({ status: 'lost', other: 'kept' }));
    expect(conversation.instance('s').currentStepId).toBe('note');
    return conversation;
  };

  test('0.4: a new visit forgets the results of its own tools only', () => {
    const conversation = playToNote(order());
    expect(conversation.turn(correct).plan).toEqual(['s ACTION_HINT find']);
    expect(conversation.instance('s').variables).toEqual(new Map([['other', 'kept']]));
  });

  test('0.4: the plan of the same turn does not show the forgotten result', () => {
    const scenario = order({ requiresConfirmation: true, confirmsFields: ['order', 'status'] });
    const conversation = startConversation([scenario], { variables: { order: '1' } });
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    conversation.turn(succeeded({ status: 'lost' }));
    expect(conversation.turn(correct).plan).toEqual(['s CONFIRM order=2']);
  });

  test.each<[string, TurnDraft, TurnDraft]>([
    ['the caller', { patch: { status: 'known' } }, {}],
    ['the profile', { customer: { status: 'known' } }, { customer: { status: 'known' } }],
  ])('0.4: a value from %s stays known', (_source, first, later) => {
    const scenario = order({ requiresConfirmation: true, confirmsFields: ['status'] });
    const conversation = startConversation([scenario], { ...first, variables: { order: '1' } });
    expect(conversation.turn({ ...later, ...correct }).plan).toEqual(['s CONFIRM status=known']);
  });

  test.each<[string, TurnDraft, TurnDraft]>([
    ['the caller', { patch: { status: 'known' } }, {}],
    ['the profile', { customer: { status: 'known' } }, { customer: { status: 'known' } }],
  ])(
    '0.4: a value from %s is known again if a new visit forgets the result that replaced it',
    (_source, first, later) => {
      const scenario = order({ requiresConfirmation: true, confirmsFields: ['status'] });
      const conversation = startConversation([scenario], { ...first, variables: { order: '1' } });
      conversation.turn({ ...later, outcomes: [{ kind: 'CONFIRMED' }] });
      conversation.turn({ ...later, ...succeeded({ status: 'lost' }) });
      expect(conversation.instance('s').variables).toEqual(new Map([['status', 'lost']]));
      expect(conversation.turn({ ...later, ...correct }).plan).toEqual(['s CONFIRM status=known']);
      expect(conversation.turn(later).plan).toEqual(['s CONFIRM status=known']);
    },
  );

  test('0.4: a value from the caller does not return if the transition to the step clears it', () => {
    const scenario = order({ requiresConfirmation: true, confirmsFields: ['status'] });
    const steps = scenario.steps.map((step) =>
      step.stepId === 'note'
        ? {
            ...step,
            to: ['end', { to: 'look_up', trigger: 'ANYTIME' as const, intentLabel: 'again', clears: ['status'] }],
          }
        : step,
    );
    const conversation = startConversation([{ ...scenario, steps }], {
      patch: { status: 'known' },
      variables: { order: '1' },
    });
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    conversation.turn(succeeded({ status: 'lost' }));
    expect(conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).plan).toEqual(['s ASK note']);
    expect(conversation.turn({ intent: 'again' }).plan).toEqual(['s CONFIRM ']);
    expect(conversation.turn().plan).toEqual(['s CONFIRM ']);
  });

  test('0.4: a step that is entered again has no result until an outcome of the new visit provides one', () => {
    const waits = order({ to: [{ to: 'note', condition: 'has(data.status)' }] });
    const conversation = playToNote(waits);
    expect(conversation.turn(correct).transition('s').targetStepId).toBe('look_up');
    expect(conversation.turn(succeeded({ status: 'found' })).transition('s').targetStepId).toBe('note');
  });
});

describe('0.4: persisted results', () => {
  const persisting = order({ to: [{ to: 'note', condition: 'has(data.status)' }] }, { persistedFields: ['status'] });
  const next = asking('next', ['x'], { entryCondition: 'data.status == "lost"' });
  const runOnce = (): Conversation => {
    const conversation = new Conversation([persisting, next]);
    conversation.turn({ candidates: { s: 0.9 }, variables: { order: '1' } });
    conversation.turn(succeeded({ status: 'lost', other: 'gone' }));
    return conversation;
  };

  test('0.4: move to the variables of the session when the instance ends', () => {
    const conversation = runOnce();
    expect(conversation.session.variables.has('status')).toBe(false);
    conversation.turn({ signals: ['CANCEL'] });
    expect(conversation.session.variables.get('status')?.value).toBe('lost');
    expect(conversation.session.variables.has('other')).toBe(false);
  });

  test('0.4: move before anything starts on that turn', () => {
    const played = runOnce().turn({ signals: ['CANCEL'], candidates: { next: 0.9 } });
    expect(played.actions).toEqual(['s CANCEL USER_REQUEST', 'next START CANDIDATE']);
  });

  test('0.4: are unknown to an instance whose visit looks them up again', () => {
    const conversation = runOnce();
    conversation.turn({ signals: ['CANCEL'] });
    const again = conversation.turn({ candidates: { s: 0.9 }, variables: { order: '2' } });
    expect(again.transition('s').targetStepId).toBe('look_up');
    expect(again.plan).toEqual(['s ACTION_HINT find']);
  });

  test('0.4: are removed from the session if such an instance ends without a new result', () => {
    const conversation = runOnce();
    conversation.turn({ signals: ['CANCEL'] });
    conversation.turn({ candidates: { s: 0.9 }, variables: { order: '2' } });
    expect(conversation.session.variables.get('status')?.value).toBe('lost');
    conversation.turn({ signals: ['CANCEL'] });
    expect(conversation.session.variables.has('status')).toBe(false);
  });

  test('0.4: are replaced by the new result', () => {
    const conversation = runOnce();
    conversation.turn({ signals: ['CANCEL'] });
    conversation.turn({ candidates: { s: 0.9 }, variables: { order: '2' } });
    conversation.turn(succeeded({ status: 'found' }));
    conversation.turn({ signals: ['CANCEL'] });
    expect(conversation.session.variables.get('status')?.value).toBe('found');
  });
});

describe('0.4: a new run on the turn on which the old one ends', () => {
  const again: TurnDraft = {
    signals: [
      ['CANCEL', 's'],
      ['START', 's'],
    ],
  };

  test('0.4: does not see the forgotten values', () => {
    const conversation = startConversation([asking('s', ['order', 'note'])], { variables: { order: '1' } });
    expect(conversation.turn(again).plan).toEqual(['s ASK order']);
    expect(conversation.session.variables.has('order')).toBe(false);
  });

  test('0.4: sees the values of this turn', () => {
    const conversation = startConversation([asking('s', ['order', 'note'])], { variables: { order: '1' } });
    expect(conversation.turn({ ...again, variables: { order: '2' } }).plan).toEqual(['s ASK note']);
  });
});

test.each<[string, string, TurnDraft]>([
  ['a value of this turn', 'data.x == 1', { variables: { x: 1 } }],
  ['a variable of the session', 'data.x == 1', { patch: { x: 1 } }],
  ['customer_data', 'data.x == 1', { customer: { x: 1 } }],
])('0.4: an entry condition sees %s', (_source, entryCondition, draft) => {
  const conversation = new Conversation([asking('s', ['order'], { entryCondition })]);
  expect(conversation.turn({ candidates: { s: 0.9 } }).rejections).toEqual(['s ENTRY_CONDITION']);
  expect(conversation.turn({ ...draft, candidates: { s: 0.9 } }).actions).toEqual(['s START CANDIDATE']);
});
