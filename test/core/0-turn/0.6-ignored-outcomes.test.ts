import { Conversation, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, confirming } from '../../support/sample-scenarios';

describe('ignored outcomes', () => {
  const pay = acting('s');
  type Outcome = NonNullable<TurnDraft['outcomes']>[number];
  const play = (conversation: Conversation, outcome: Outcome) =>
    conversation.turn({ outcomes: [outcome] }).result.ignoredOutcomes;

  test.each<[string, () => Conversation, Outcome, string]>([
    [
      'The outcome names no instance, and the session has none that it could apply to.',
      () => new Conversation([]),
      { kind: 'CONFIRMED' },
      '',
    ],
    [
      'The session has no such instance.',
      () => startConversation([pay]),
      { kind: 'CONFIRMED', instanceId: 'x#1' },
      'x#1',
    ],
    [
      'The instance is at step "act", not at "wait".',
      () => startConversation([pay]),
      { kind: 'ACTION_SUCCEEDED', stepId: 'wait' },
      's#1',
    ],
    [
      'The action_key belongs to another visit of the step.',
      () => startConversation([pay]),
      { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/7' },
      's#1',
    ],
  ])('0.6: an outcome is ignored with the reasoning: %s', (reasoning, conversation, outcome, instanceId) => {
    expect(play(conversation(), outcome)).toEqual([
      {
        outcome: { instanceId: '', stepId: '', actionKey: '', toolId: '', results: new Map(), ...outcome },
        instanceId,
        reasoning,
      },
    ]);
  });

  test('0.6: an outcome of an ended instance is ignored', () => {
    const conversation = startConversation([pay]);
    conversation.turn({ signals: ['CANCEL'] });
    expect(play(conversation, { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1' })).toMatchObject([
      { instanceId: 's#1', reasoning: 'The instance has ended.' },
    ]);
  });

  test('0.6: a CONFIRMED before the first CONFIRM is ignored', () => {
    const steps = [
      { stepId: 'pay', collectsProfileFields: ['x'], isCheckpoint: true, to: ['end'] },
      { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
    ];
    const conversation = startConversation([{ scenarioId: 's', steps }]);
    expect(play(conversation, { kind: 'CONFIRMED' })).toMatchObject([
      { instanceId: 's#1', reasoning: 'This visit has not contributed a CONFIRM, so there is nothing to confirm.' },
    ]);
  });

  test('0.6: a CONFIRMED for changed values is ignored', () => {
    const conversation = new Conversation([confirming('s', { confirms: ['x', 'y'] })]);
    conversation.turn({ candidates: { s: 0.9 }, variables: { x: 1, y: 1 } });
    const { ignoredOutcomes } = conversation.turn({
      variables: { x: 2, y: 2 },
      outcomes: [{ kind: 'CONFIRMED' }],
    }).result;
    expect(ignoredOutcomes).toMatchObject([
      { reasoning: 'The values to confirm have changed since they were shown: x, y.' },
    ]);
  });

  test('0.6: an ACTION_FAILED after ACTION_SUCCEEDED is ignored', () => {
    const steps = [
      {
        stepId: 'act',
        performsAction: true,
        isRequiredAction: true,
        requiresConfirmation: false,
        toolIds: ['t'],
        templateIds: ['done'],
        to: ['act2'],
      },
      { stepId: 'act2', templateIds: ['x'] },
    ];
    const conversation = startConversation([{ scenarioId: 's', steps, completionCondition: 'false' }]);
    const { ignoredOutcomes } = conversation.turn({
      outcomes: [{ kind: 'ACTION_SUCCEEDED' }, { kind: 'ACTION_FAILED' }],
    }).result;
    expect(ignoredOutcomes).toMatchObject([{ reasoning: 'The action of this visit has already succeeded.' }]);
  });
});
