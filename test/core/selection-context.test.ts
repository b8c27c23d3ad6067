import { aRelationship, Conversation } from '../support/conversation';
import { asking } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason'], { name: 'Refund an order' });
const booking = asking('booking', ['date']);

test('1 context: candidates that exist are told with their scenario, unknown ones are rejected as NOT_FOUND', () => {
  const talk = new Conversation([refund]);
  talk.store({ ...refund, name: 'Give money back' });
  const { result } = talk.turn({ candidates: { refund: 0.4, unknown: 0.9 } });
  expect(result.context.candidates).toEqual([
    { scenarioId: 'refund', scenarioName: 'Give money back', scenarioVersion: 2, score: 0.4 },
  ]);
  expect(result.rejectedCandidates).toMatchObject([
    { scenarioId: 'unknown', reason: 'NOT_FOUND', score: 0.9, origin: 'CANDIDATE' },
    { scenarioId: 'refund', reason: 'BELOW_THRESHOLD', score: 0.4, origin: 'CANDIDATE' },
  ]);
});

test('1 context: an instance keeps the version that it runs on', () => {
  const talk = new Conversation([refund]);
  talk.turn({ candidates: { refund: 0.9 } });
  talk.store(asking('refund', ['voucher'], { name: 'Give money back' }));
  const played = talk.turn();
  expect(played.result.context.instances).toEqual([
    {
      instanceId: 'refund#1',
      scenarioId: 'refund',
      scenarioName: 'Refund an order',
      scenarioVersion: 1,
      stepId: 'ask_order_id',
      paused: false,
    },
  ]);
  expect(played.plan).toEqual(['refund ASK order_id']);
});

test('1 context: duplicate candidates collapse to the highest score', () => {
  const talk = new Conversation([refund]);
  const played = talk.turn({
    candidates: [
      ['refund', 0.6],
      ['refund', 0.8],
      ['refund', 0.7],
    ],
  });
  expect(played.actions).toEqual(['refund START CANDIDATE']);
  expect(played.lifecycle('refund').confidence).toBe(0.8);
  expect(played.rejections).toEqual([]);
});

test('1 context: relationships are told that touch a candidate, an instance or an applied rule', () => {
  const own = [
    aRelationship('refund', 'RELATED', 'upgrade'),
    aRelationship('upgrade', 'RELATED', 'booking'),
    aRelationship('vip', 'IMPLIES', 'upgrade', 'RULE'),
  ];
  const foreign = [
    aRelationship('upgrade', 'RELATED', 'newsletter'),
    aRelationship('not_applied', 'IMPLIES', 'upgrade', 'RULE'),
  ];
  const talk = new Conversation([refund, booking], { relationships: [...own, ...foreign] });
  talk.turn({ candidates: { refund: 0.9 } });
  const { result } = talk.turn({ candidates: { booking: 0.1 }, rules: [{ ruleId: 'vip' }] });
  expect(result.context.relationships).toEqual(own);
});

test.each<[string, string, string]>([
  ['the canonical label', 'canonical', 'canonical'],
  ['else the raw intent', '', 'raw'],
])('0.1 inputs: the intent is %s', (_which, canonicalIntentLabel, intent) => {
  const { result } = new Conversation([]).turn({
    intent: 'raw',
    situation: { canonicalIntentLabel, canonicalIntentScore: 0.7 },
  });
  expect(result.context).toMatchObject({ intent, intentScore: 0.7 });
});

test('0.1 inputs: the intent is empty where there is none', () => {
  expect(new Conversation([]).turn().result.context.intent).toBe('');
});

test.each([
  ['MESSAGE', 2],
  ['TOOL_RESULTS', 1],
  ['TIMER', 1],
] as const)('0.1 inputs: after a message and a %s the turn count is %i', (trigger, turnCount) => {
  const talk = new Conversation([]);
  talk.turn();
  const { result, session } = talk.turn({ trigger });
  expect([result.turnCount, session.turnCount, session.revision]).toEqual([turnCount, turnCount, 2]);
});

test('0.1 inputs: a patch sets what it names and a null in it deletes', () => {
  const talk = new Conversation([]);
  talk.turn({ patch: { a: 1, b: { deep: [null] } } });
  talk.turn({ patch: { a: null, c: '' } });
  expect([...talk.session.variables].map(([name, { value }]) => [name, value])).toEqual([
    ['b', { deep: [null] }],
    ['c', ''],
  ]);
});

test('0 flow: the same input gives the same output, and nothing of the input changes', () => {
  const talk = new Conversation([refund, booking], { relationships: [aRelationship('refund', 'IMPLIES', 'booking')] });
  talk.turn({ candidates: { refund: 0.9 } });
  const before = structuredClone(talk.session);
  const draft = { occurredAt: 120_000, variables: { order_id: '1' }, signals: [['PAUSE', 'booking']] as const };
  expect(talk.decide(draft)).toEqual(talk.decide(draft));
  expect(talk.session).toEqual(before);
});

test('0 flow: the order of candidates, variables and relationships in the request decides nothing', () => {
  const scenarios = [refund, booking, asking('upgrade', ['plan'])];
  const relationships = [aRelationship('refund', 'IMPLIES', 'upgrade'), aRelationship('refund', 'IMPLIES', 'booking')];
  const told = (reverse: boolean): unknown => {
    const order = <T>(list: readonly T[]): readonly T[] => (reverse ? [...list].reverse() : list);
    const talk = new Conversation(order(scenarios), { relationships: order(relationships) });
    const { result } = talk.turn({
      candidates: order([
        ['refund', 0.9],
        ['unknown', 0.8],
      ] as const),
      signals: order([
        ['START', 'refund'],
        ['CANCEL', 'booking'],
      ] as const),
    });
    return { ...result, context: undefined };
  };
  expect(told(true)).toEqual(told(false));
});
