import { Conversation, type TurnDraft } from '../../support/conversation';
import { running } from '../../support/running';
import { acting, confirming } from '../../support/sample-scenarios';

describe('ignored outcomes', () => {
  const pay = acting('s');
  type Outcome = NonNullable<TurnDraft['outcomes']>[number];
  const play = (talk: Conversation, outcome: Outcome) => talk.turn({ outcomes: [outcome] }).result.ignoredOutcomes;

  test.each<[string, () => Conversation, Outcome, string]>([
    [
      'It names no instance, and there is none that it could be about.',
      () => new Conversation([]),
      { kind: 'CONFIRMED' },
      '',
    ],
    ['The session has no such instance.', () => running([pay]), { kind: 'CONFIRMED', instanceId: 'x#1' }, 'x#1'],
    [
      'The instance stands at step "act", not at "wait".',
      () => running([pay]),
      { kind: 'ACTION_SUCCEEDED', stepId: 'wait' },
      's#1',
    ],
    [
      'Its action_key belongs to another visit of the step.',
      () => running([pay]),
      { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/7' },
      's#1',
    ],
  ])('0.6: %s', (reasoning, talk, outcome, instanceId) => {
    expect(play(talk(), outcome)).toEqual([
      {
        outcome: { instanceId: '', stepId: '', actionKey: '', toolId: '', results: new Map(), ...outcome },
        instanceId,
        reasoning,
      },
    ]);
  });

  test('0.6: an outcome of an ended instance is ignored', () => {
    const talk = running([pay]);
    talk.turn({ signals: ['CANCEL'] });
    expect(play(talk, { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1' })).toMatchObject([
      { instanceId: 's#1', reasoning: 'The instance has ended.' },
    ]);
  });

  test('0.6: a CONFIRMED before the first CONFIRM is ignored', () => {
    const steps = [
      { stepId: 'pay', collectsProfileFields: ['x'], isCheckpoint: true, to: ['end'] },
      { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
    ];
    const talk = running([{ scenarioId: 's', steps }]);
    expect(play(talk, { kind: 'CONFIRMED' })).toMatchObject([
      { instanceId: 's#1', reasoning: 'No CONFIRM was made in this visit, so there is nothing to confirm.' },
    ]);
  });

  test('0.6: a CONFIRMED for changed values is ignored', () => {
    const talk = new Conversation([confirming('s', { confirms: ['x', 'y'] })]);
    talk.turn({ candidates: { s: 0.9 }, variables: { x: 1, y: 1 } });
    const { ignoredOutcomes } = talk.turn({ variables: { x: 2, y: 2 }, outcomes: [{ kind: 'CONFIRMED' }] }).result;
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
    const talk = running([{ scenarioId: 's', steps, completionCondition: 'false' }]);
    const { ignoredOutcomes } = talk.turn({
      outcomes: [{ kind: 'ACTION_SUCCEEDED' }, { kind: 'ACTION_FAILED' }],
    }).result;
    expect(ignoredOutcomes).toMatchObject([{ reasoning: 'The action of this visit has succeeded already.' }]);
  });
});
