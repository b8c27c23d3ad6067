import { startConversation } from '../../support/running';
import { asking } from '../../support/sample-scenarios';

test('1: the context lists candidates and instances that exist, and the changed fields', () => {
  const conversation = startConversation([
    asking('s', ['x'], { name: 'Sample' }),
    asking('t', ['y'], { name: 'Other' }),
  ]);
  const { context } = conversation.turn({
    candidates: { t: 0.8, removed: 0.7 },
    intent: 'buy',
    variables: { x: 1 },
    situation: { canonicalIntentScore: 0.6 },
  }).result;
  expect(context).toEqual({
    intent: 'buy',
    intentScore: 0.6,
    focusInstanceId: 's#1',
    addressedInstanceIds: ['s#1', 't#1'],
    candidates: [{ scenarioId: 't', scenarioName: 'Other', scenarioVersion: 1, score: 0.8 }],
    instances: [
      {
        instanceId: 's#1',
        scenarioId: 's',
        scenarioName: 'Sample',
        scenarioVersion: 1,
        stepId: 'ask_x',
        paused: false,
      },
      {
        instanceId: 't#1',
        scenarioId: 't',
        scenarioName: 'Other',
        scenarioVersion: 1,
        stepId: 'ask_y',
        paused: false,
      },
    ],
    relationships: [],
    changedFields: ['x'],
    conditionErrors: [],
  });
});

test('1: the context reports a paused instance, without a name if its scenario was removed', () => {
  const conversation = startConversation([asking('s', ['x'], { name: 'Sample' })]);
  conversation.turn({ signals: ['PAUSE'] });
  conversation.remove('s');
  expect(conversation.turn().result.context.instances).toMatchObject([{ scenarioName: '', paused: true }]);
});
