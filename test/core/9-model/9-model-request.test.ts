import { buildModelRequest } from '../../../src/core/context/model-request';
import { Conversation, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, end } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id'], { name: 'Refund', description: 'Pays back.' });
const booking = asking('booking', ['date'], { name: 'Booking', triggerDescription: 'The customer wants to travel.' });

function buildRequest(conversation: Conversation, draft: TurnDraft) {
  return buildModelRequest(conversation.input(draft));
}

const withTextConditions = {
  scenarioId: 'text',
  globals: [{ to: 'help', conditionText: 'wants help' }],
  steps: [
    {
      stepId: 'first',
      collectsProfileFields: ['x'],
      to: [
        { to: 'end', conditionText: 'is happy', transitionId: 'happy' },
        { to: 'end', conditionText: 'leaves', trigger: 'ANYTIME' as const },
        'second',
      ],
    },
    { stepId: 'second', templateIds: ['t'], to: [{ to: 'end', conditionText: 'later' }] },
    { stepId: 'help', templateIds: ['h'], reachableFromAnywhere: true, to: ['first'] },
    end,
  ],
};

test('9: the request contains active instances, candidates, message and intent', () => {
  const conversation = startConversation([refund]);
  conversation.store(booking);
  expect(buildRequest(conversation, { message: 'to Rome', intent: 'travel', candidates: { booking: 0.3 } })).toEqual({
    message: 'to Rome',
    intent: 'travel',
    instances: [
      {
        instanceId: 'refund#1',
        name: 'Refund',
        description: 'Pays back.',
        step: 'ask_order_id',
        stepDescription: '',
      },
    ],
    candidates: [
      {
        scenarioId: 'booking',
        name: 'Booking',
        description: '',
        triggerDescription: 'The customer wants to travel.',
        score: 0.3,
      },
    ],
    conditions: [],
  });
});

test.each<[string, (conversation: Conversation) => void]>([
  ['whose scenario is gone', (conversation) => conversation.remove('text')],
  [
    'whose step is missing',
    (conversation) => {
      const instances = conversation.session.instances.map((each) =>
        each.scenarioId === 'text' ? { ...each, currentStepId: 'gone' } : each,
      );
      conversation.session = { ...conversation.session, instances };
    },
  ],
])('9: the request does not contain an instance %s', (_which, change) => {
  const conversation = startConversation([refund, withTextConditions], {}, { semanticEvaluation: 'llm' });
  change(conversation);
  const request = buildRequest(conversation, {});
  expect([request?.instances.map(({ name }) => name), request?.conditions]).toEqual([['Refund'], []]);
});

test('9: there is no request if no instance is active and no candidate can start', () => {
  expect(buildRequest(new Conversation([refund]), { message: 'hello' })).toBeUndefined();
});

test.each(['TOOL_RESULTS', 'TIMER'] as const)('9: there is no request on a %s turn', (trigger) => {
  expect(buildRequest(startConversation([refund]), { trigger })).toBeUndefined();
});

test('9: the request omits paused instances and instances whose scenario or step is missing', () => {
  const paused = startConversation([refund]);
  paused.turn({ signals: ['PAUSE'] });
  expect(buildRequest(paused, {})).toBeUndefined();
  const gone = startConversation([refund]);
  gone.remove('refund');
  expect(buildRequest(gone, {})).toBeUndefined();
});

test.each<[string, object, object]>([
  ['that is active', {}, {}],
  ['that is disabled', { enabled: false }, {}],
  ['while scenario_filtering is off', {}, { filteringEnabled: false }],
])('9: the request omits a candidate %s', (what, variation, settings) => {
  const conversation = new Conversation([{ ...refund, ...variation }], { settings });
  if (what === 'that is active') conversation.turn({ candidates: { refund: 0.9 } });
  expect(buildRequest(conversation, { candidates: { refund: 0.9, unknown: 0.9 } })?.candidates ?? []).toEqual([]);
});

test('9: the request contains a candidate whose scenario is paused, because it can resume', () => {
  const conversation = startConversation([refund]);
  conversation.turn({ signals: ['PAUSE'] });
  expect(buildRequest(conversation, { candidates: { refund: 0.1 } })?.candidates).toMatchObject([
    { scenarioId: 'refund' },
  ]);
});

test('3.4: with "llm" the request contains the text conditions of current and entry steps, in order of evaluation', () => {
  const conversation = new Conversation([withTextConditions, { ...withTextConditions, scenarioId: 'other' }], {
    settings: { semanticEvaluation: 'llm' },
  });
  conversation.turn({ candidates: { text: 0.9 } });
  const texts = buildRequest(conversation, { candidates: { other: 0.9 } })?.conditions.map(
    ({ scenarioId, scenarioVersion, transitionId, text }) =>
      `${scenarioId}@${scenarioVersion} ${transitionId}: ${text}`,
  );
  expect(texts).toEqual([
    'text@1 first/2: leaves',
    'text@1 global/1: wants help',
    'text@1 happy: is happy',
    'other@1 first/2: leaves',
    'other@1 global/1: wants help',
    'other@1 happy: is happy',
  ]);
});

test.each(['off', 'embedding'] as const)(
  '3.4: with "%s" the request contains no text conditions',
  (semanticEvaluation) => {
    const conversation = new Conversation([withTextConditions], { settings: { semanticEvaluation } });
    expect(buildRequest(conversation, { candidates: { text: 0.9 } })?.conditions).toEqual([]);
  },
);

test('9: the request contains at most fifty conditions', () => {
  const to = Array.from({ length: 60 }, (_, index) => ({ to: 'end', conditionText: `is ${index}` }));
  const conversation = new Conversation(
    [{ scenarioId: 's', steps: [{ stepId: 'a', templateIds: ['t'], to: [...to, 'end'] }, end] }],
    {
      settings: { semanticEvaluation: 'llm' },
    },
  );
  expect(buildRequest(conversation, { candidates: { s: 0.9 } })?.conditions).toHaveLength(50);
});
