import { buildModelRequest } from '../../src/core/context/model-request';
import { Conversation, type TurnDraft } from '../support/conversation';
import { running } from '../support/running';
import { asking, end } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id'], { name: 'Refund', description: 'Pays back.' });
const booking = asking('booking', ['date'], { name: 'Booking', triggerDescription: 'Somebody wants to travel.' });

/** What the model would be asked. */
function asked(talk: Conversation, draft: TurnDraft) {
  return buildModelRequest(talk.input(draft));
}

test('9 the model is shown active scenarios with their step, candidates with their trigger, message and intent', () => {
  const talk = running([refund]);
  talk.store(booking);
  expect(asked(talk, { message: 'to Rome', intent: 'travel', candidates: { booking: 0.3 } })).toEqual({
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
        triggerDescription: 'Somebody wants to travel.',
        score: 0.3,
      },
    ],
    conditions: [],
  });
});

test('9 nobody is asked where nothing runs and nothing may start', () => {
  expect(asked(new Conversation([refund]), { message: 'hello' })).toBeUndefined();
});

test.each(['TOOL_RESULTS', 'TIMER'] as const)('9 nobody is asked on a turn with trigger %s', (trigger) => {
  expect(asked(running([refund]), { trigger })).toBeUndefined();
});

test('9 nothing is asked about a paused instance, nor one whose scenario or step is gone', () => {
  const paused = running([refund]);
  paused.turn({ signals: ['PAUSE'] });
  expect(asked(paused, {})).toBeUndefined();
  const gone = running([refund]);
  gone.remove('refund');
  expect(asked(gone, {})).toBeUndefined();
});

test.each<[string, object, object]>([
  ['that runs', {}, {}],
  ['that is disabled', { enabled: false }, {}],
  ['while starting is switched off', {}, { filteringEnabled: false }],
])('9 nothing is asked about a candidate %s', (what, variation, settings) => {
  const talk = new Conversation([{ ...refund, ...variation }], { settings });
  if (what === 'that runs') talk.turn({ candidates: { refund: 0.9 } });
  expect(asked(talk, { candidates: { refund: 0.9, unknown: 0.9 } })?.candidates ?? []).toEqual([]);
});

test('9 a candidate that is paused is asked about: naming it resumes it', () => {
  const talk = running([refund]);
  talk.turn({ signals: ['PAUSE'] });
  expect(asked(talk, { candidates: { refund: 0.1 } })?.candidates).toMatchObject([{ scenarioId: 'refund' }]);
});

const worded = {
  scenarioId: 'worded',
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

test('3.4 with "llm" the conditions in words of current steps and entry steps are asked, in the order of their evaluation', () => {
  const talk = new Conversation([worded, { ...worded, scenarioId: 'other' }], {
    settings: { semanticEvaluation: 'llm' },
  });
  talk.turn({ candidates: { worded: 0.9 } });
  const texts = asked(talk, { candidates: { other: 0.9 } })?.conditions.map(
    ({ scenarioId, scenarioVersion, transitionId, text }) =>
      `${scenarioId}@${scenarioVersion} ${transitionId}: ${text}`,
  );
  expect(texts).toEqual([
    'worded@1 first/2: leaves',
    'worded@1 global/1: wants help',
    'worded@1 happy: is happy',
    'other@1 first/2: leaves',
    'other@1 global/1: wants help',
    'other@1 happy: is happy',
  ]);
});

test.each(['off', 'embedding'] as const)('3.4 with "%s" the model judges no condition', (semanticEvaluation) => {
  const talk = new Conversation([worded], { settings: { semanticEvaluation } });
  expect(asked(talk, { candidates: { worded: 0.9 } })?.conditions).toEqual([]);
});

test('9 a prompt is bounded: fifty conditions are asked about at most', () => {
  const to = Array.from({ length: 60 }, (_, index) => ({ to: 'end', conditionText: `is ${index}` }));
  const talk = new Conversation(
    [{ scenarioId: 's', steps: [{ stepId: 'a', templateIds: ['t'], to: [...to, 'end'] }, end] }],
    {
      settings: { semanticEvaluation: 'llm' },
    },
  );
  expect(asked(talk, { candidates: { s: 0.9 } })?.conditions).toHaveLength(50);
});
