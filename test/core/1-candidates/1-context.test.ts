import { aRelationship, Conversation } from '../../support/conversation';
import {
  createLinkedConversation,
  getStartedScenarioIds,
  type RelationshipTuple,
} from '../../support/linked-scenarios';
import { startConversation } from '../../support/running';
import { acting, asking, end } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason'], { name: 'Refund an order' });
const booking = asking('booking', ['date']);

test('1: known candidates are listed with their scenario; unknown ones are rejected with NOT_FOUND', () => {
  const conversation = new Conversation([refund]);
  conversation.store({ ...refund, name: 'Give money back' });
  const { result } = conversation.turn({ candidates: { refund: 0.4, unknown: 0.9 } });
  expect(result.context.candidates).toEqual([
    { scenarioId: 'refund', scenarioName: 'Give money back', scenarioVersion: 2, score: 0.4 },
  ]);
  expect(result.rejectedCandidates).toMatchObject([
    { scenarioId: 'unknown', reason: 'NOT_FOUND', score: 0.9, origin: 'CANDIDATE' },
    { scenarioId: 'refund', reason: 'BELOW_THRESHOLD', score: 0.4, origin: 'CANDIDATE' },
  ]);
});

test('1: an instance keeps the version that it started on', () => {
  const conversation = new Conversation([refund]);
  conversation.turn({ candidates: { refund: 0.9 } });
  conversation.store(asking('refund', ['voucher'], { name: 'Give money back' }));
  const played = conversation.turn();
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

test('1: duplicate candidates are merged with the highest score', () => {
  const conversation = new Conversation([refund]);
  const played = conversation.turn({
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

test('1: the context lists relationships of candidates, instances and applied rules', () => {
  const related = [
    aRelationship('refund', 'RELATED', 'upgrade'),
    aRelationship('upgrade', 'RELATED', 'booking'),
    aRelationship('vip', 'IMPLIES', 'upgrade', 'RULE'),
  ];
  const unrelated = [
    aRelationship('upgrade', 'RELATED', 'newsletter'),
    aRelationship('not_applied', 'IMPLIES', 'upgrade', 'RULE'),
  ];
  const conversation = new Conversation([refund, booking], { relationships: [...related, ...unrelated] });
  conversation.turn({ candidates: { refund: 0.9 } });
  const { result } = conversation.turn({ candidates: { booking: 0.1 }, rules: [{ ruleId: 'vip' }] });
  expect(result.context.relationships).toEqual(related);
});

test.each<[string, string, string]>([
  ['the canonical label if there is one', 'canonical', 'canonical'],
  ['the raw intent if there is no canonical label', '', 'raw'],
])('0.1: the intent is %s', (_source, canonicalIntentLabel, intent) => {
  const { result } = new Conversation([]).turn({
    intent: 'raw',
    situation: { canonicalIntentLabel, canonicalIntentScore: 0.7 },
  });
  expect(result.context).toMatchObject({ intent, intentScore: 0.7 });
});

test('0.1: the intent is empty if the turn has none', () => {
  expect(new Conversation([]).turn().result.context.intent).toBe('');
});

test.each([
  ['MESSAGE', 2],
  ['TOOL_RESULTS', 1],
  ['TIMER', 1],
] as const)('0.1: after a MESSAGE and a %s turn, the turn count is %i', (trigger, turnCount) => {
  const conversation = new Conversation([]);
  conversation.turn();
  const { result, session } = conversation.turn({ trigger });
  expect([result.turnCount, session.turnCount, session.revision]).toEqual([turnCount, turnCount, 2]);
});

test('0.1: a patch sets its keys, and a null deletes a key', () => {
  const conversation = new Conversation([]);
  conversation.turn({ patch: { a: 1, b: { deep: [null] } } });
  conversation.turn({ patch: { a: null, c: '' } });
  expect([...conversation.session.variables].map(([name, { value }]) => [name, value])).toEqual([
    ['b', { deep: [null] }],
    ['c', ''],
  ]);
});

test('0: the same input gives the same output and is not modified', () => {
  const conversation = new Conversation([refund, booking], {
    relationships: [aRelationship('refund', 'IMPLIES', 'booking')],
  });
  conversation.turn({ candidates: { refund: 0.9 } });
  const before = structuredClone(conversation.session);
  const draft = { occurredAt: 120_000, variables: { order_id: '1' }, signals: [['PAUSE', 'booking']] as const };
  expect(conversation.decide(draft)).toEqual(conversation.decide(draft));
  expect(conversation.session).toEqual(before);
});

test('0: the order of candidates, scenarios and relationships in the request has no effect', () => {
  const scenarios = [refund, booking, asking('upgrade', ['plan'])];
  const relationships = [aRelationship('refund', 'IMPLIES', 'upgrade'), aRelationship('refund', 'IMPLIES', 'booking')];
  const decide = (reverse: boolean): unknown => {
    const order = <T>(list: readonly T[]): readonly T[] => (reverse ? [...list].reverse() : list);
    const conversation = new Conversation(order(scenarios), { relationships: order(relationships) });
    const { result } = conversation.turn({
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
  expect(decide(true)).toEqual(decide(false));
});

test('1: duplicate candidates keep the position of the first and the highest score', () => {
  const conversation = new Conversation([asking('s', ['x']), { scenarioId: 't', steps: [end] }]);
  const candidates = [
    ['s', 0.6],
    ['t', 0.8],
    ['s', 0.9],
    ['s', 0.9],
  ] as const;
  expect(
    conversation.turn({ candidates }).result.context.candidates.map(({ scenarioId, score }) => [scenarioId, score]),
  ).toEqual([
    ['s', 0.9],
    ['t', 0.8],
  ]);
});

test('1: the changed fields of the context include fields changed by a result', () => {
  const conversation = startConversation([acting('s'), asking('t', ['x'])]);
  const outcomes = [{ kind: 'ACTION_FAILED', instanceId: 's#1', results: { ref: 'R1' } } as const];
  expect(conversation.turn({ trigger: 'TOOL_RESULTS', outcomes }).result.context.changedFields).toEqual(['ref']);
});

describe('1: relationships without effect on a start', () => {
  test.each<[RelationshipTuple]>([
    [['a', 'DEPENDS_ON', 'c', 'RULE']],
    [['a', 'SPECIALIZES', 'b', 'RULE']],
    [['a', 'AMBIGUOUS', 'b', 'RULE']],
    [['a', 'RELATED', 'b']],
  ])('1: %j does not affect starts', (link) => {
    expect(getStartedScenarioIds(createLinkedConversation([link]).turn({ candidates: { a: 0.9, b: 0.9 } }))).toEqual([
      'a',
      'b',
    ]);
  });
});
