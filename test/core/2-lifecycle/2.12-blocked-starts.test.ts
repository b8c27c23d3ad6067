import { aRelationship, Conversation, type ScenarioDraft } from '../../support/conversation';
import { asking, end } from '../../support/sample-scenarios';

/** Asks for a field at a step that blocks starts. */
const blocking: ScenarioDraft = {
  ...asking('blocking', ['x']),
  steps: asking('blocking', ['x']).steps.map((step) => ({ ...step, blocksStarts: step.stepId === 'ask_x' })),
};

test('2.12: an instance that is displaced on the turn still blocks starts', () => {
  const conversation = new Conversation(
    [asking('urgent', ['y'], { priority: 5 }), blocking, asking('other', ['z'], { priority: -1 })],
    { relationships: [aRelationship('urgent', 'EXCLUDES', 'blocking')] },
  );
  conversation.turn({ candidates: { urgent: 0.9 } });
  conversation.turn({ signals: [['PAUSE', 'urgent']] });
  conversation.turn({ candidates: { blocking: 0.9 } });
  const played = conversation.turn({ signals: [['CONTINUE', 'urgent']], candidates: { other: 0.9 } });
  expect(played.actions).toEqual(['urgent CONTINUE RESUMED', 'blocking PAUSE PREEMPTED']);
  expect(played.rejections).toEqual(['other START_BLOCKED']);
});

test('2.8: an instance that a loop pauses on the turn still blocks starts, also when another one ends', () => {
  const brief: ScenarioDraft = {
    scenarioId: 'brief',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['y'], to: ['done'] },
      { stepId: 'done', isTerminal: true },
    ],
  };
  const repeating: ScenarioDraft = {
    scenarioId: 'blocking',
    maxLoopCount: 1,
    steps: [
      { stepId: 'sign', isCheckpoint: true, blocksStarts: true, to: [{ to: 'sign', outcomes: ['DECLINED'] }, 'end'] },
      end,
    ],
  };
  const conversation = new Conversation([brief, repeating, asking('other', ['z'])]);
  conversation.turn({ candidates: { brief: 0.9, blocking: 0.8 } });
  const played = conversation.turn({
    outcomes: [{ kind: 'DECLINED', instanceId: 'blocking#1' }],
    variables: { y: 1 },
    candidates: { other: 0.9 },
  });
  expect(played.actions).toEqual(['brief COMPLETE TERMINAL', 'blocking PAUSE LOOP']);
  expect(played.rejections).toEqual(['other START_BLOCKED']);
});

test('2.12: an instance that starts on the turn blocks no start', () => {
  const conversation = new Conversation([blocking, asking('other', ['z'])]);
  expect(conversation.turn({ candidates: { blocking: 0.9, other: 0.8 } }).actions).toEqual([
    'blocking START CANDIDATE',
    'other START CANDIDATE',
  ]);
});
