import { findFocusInstanceId } from '../../../src/core/model/focus';
import { aRelationship, Conversation, type PlayedTurn, type ScenarioDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, silent, type Variation } from '../../support/sample-scenarios';

const always: Variation = { whenNotAddressed: 'CONTRIBUTE' };
const getFocus = (played: PlayedTurn): string => played.result.context.focusInstanceId;

test.each([
  [
    'the first CONFIRM, even after an ASK,',
    [asking('refund', ['order_id'], { priority: 100 }), confirming('payment')],
    { refund: 0.9, payment: 0.8 },
    'payment#1',
  ],
  [
    'the first ASK if there is no CONFIRM, even after an ACTION_HINT,',
    [
      acting('transfer', { priority: 100 }),
      asking('refund', ['order_id'], { priority: 10 }),
      asking('booking', ['date']),
    ],
    { booking: 0.9, transfer: 0.8, refund: 0.7 },
    'refund#1',
  ],
  [
    'the first contribution if there is no CONFIRM or ASK',
    [acting('transfer', { priority: 100 }), acting('upload'), silent('chat', { priority: 200 })],
    { upload: 0.9, transfer: 0.8, chat: 0.7 },
    'transfer#1',
  ],
])('0.3: the focus is the owner of %s in the last plan', (_rule, scenarios, candidates, focus) => {
  const conversation = new Conversation(scenarios);
  conversation.turn({ candidates });
  expect(getFocus(conversation.turn())).toBe(focus);
});

test('0.3: the owner of a NONE is not the focus', () => {
  const conversation = new Conversation([silent('chat', { priority: 200 }), asking('refund', ['order_id'])]);
  conversation.turn({ candidates: { refund: 0.9, chat: 0.8 } });
  expect(getFocus(conversation.turn())).toBe('refund#1');
});

test('0.3: the owner of a deferred contribution is not the focus', () => {
  const conversation = new Conversation([
    confirming('payment', { ...always, priority: 10 }),
    confirming('contract', always),
  ]);
  conversation.turn({ candidates: { contract: 0.9, payment: 0.8 } });
  const deferred = conversation.turn();
  expect(deferred.plan).toEqual(['payment CONFIRM ', '(deferred) contract CONFIRM ']);
  expect(getFocus(conversation.turn())).toBe('payment#1');
});

test('0.3: a contribution of a TOOL_RESULTS turn replaces the previous one of the same instance', () => {
  const transfer = acting('transfer');
  const [act, ...rest] = transfer.steps;
  if (!act) throw new Error('no step');
  const thenConfirm = {
    ...transfer,
    steps: [{ ...act, to: ['sign'] }, { stepId: 'sign', isCheckpoint: true, to: ['wait'] }, ...rest],
  };
  const conversation = new Conversation([asking('refund', ['order_id'], { priority: 10 }), thenConfirm]);
  conversation.turn({ candidates: { refund: 0.9, transfer: 0.8 } });
  const results = conversation.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'transfer#1' }],
  });
  expect(getFocus(results)).toBe('refund#1');
  expect(results.plan).toContain('transfer CONFIRM ');
  expect(getFocus(conversation.turn())).toBe('transfer#1');
});

describe('0.3: the current exchange', () => {
  const ask = (scenarioId: string): ScenarioDraft => asking(scenarioId, [`${scenarioId}_x`, `${scenarioId}_y`]);

  test('0.3: is the last MESSAGE turn and every later turn, and its latest request has the focus', () => {
    const conversation = startConversation([ask('a'), ask('b')]);
    expect(getFocus(conversation.turn({ variables: { b_x: 1 } }))).toBe('a#1');
    // Only b contributed, so that the request of a belongs to an earlier exchange.
    expect(getFocus(conversation.turn({ variables: { a_x: 1 } }))).toBe('b#1');
    // A turn without a message belongs to the exchange.
    conversation.turn({ trigger: 'TOOL_RESULTS', variables: { b_y: 1 } });
    expect(getFocus(conversation.turn())).toBe('a#1');
  });

  test('0.3: without an open ASK or CONFIRM, gives the focus to the first contributor of its latest turn with a contribution', () => {
    const conversation = startConversation([acting('a', { priority: 9 }), acting('b')]);
    expect(getFocus(conversation.turn({ trigger: 'TIMER' }))).toBe('a#1');
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'b#1' }] });
    conversation.turn({ trigger: 'TIMER' });
    expect(getFocus(conversation.turn())).toBe('b#1');
  });

  test('0.3: an ended instance cannot be the focus', () => {
    const conversation = startConversation([ask('a'), ask('b')]);
    conversation.turn({ signals: ['CANCEL'] });
    expect(getFocus(conversation.turn())).toBe('b#1');
  });
});

test('0.3: a TIMER turn does not change the focus', () => {
  const conversation = new Conversation([
    asking('refund', ['order_id'], { ...always, priority: 10 }),
    asking('booking', ['date'], always),
  ]);
  conversation.turn({ candidates: { refund: 0.9 } });
  conversation.turn({ candidates: { booking: 0.9 } });
  conversation.turn({ trigger: 'TIMER' });
  expect(getFocus(conversation.turn())).toBe('refund#1');
});

test('0.3: an instance that was paused remains the focus and receives unaimed signals', () => {
  const conversation = new Conversation([
    asking('refund', ['order_id'], { ...always, priority: 10, idleTimeoutMs: 90_000 }),
    asking('booking', ['date'], always),
  ]);
  conversation.turn({ candidates: { refund: 0.9, booking: 0.8 }, occurredAt: 0 });
  expect(conversation.turn({ trigger: 'TIMER', occurredAt: 90_001 }).actions).toContain('refund PAUSE IDLE');
  const played = conversation.turn({ signals: ['CANCEL'] });
  expect(played.actions).toEqual(['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON']);
});

test('0.3: after the owner ends, the focus is the owner of the next request in the plan', () => {
  const conversation = new Conversation([
    confirming('payment', always),
    asking('refund', ['order_id'], { ...always, priority: 10 }),
    asking('booking', ['date'], always),
  ]);
  conversation.turn({ candidates: { payment: 0.9, refund: 0.8 } });
  expect(conversation.turn({ candidates: { booking: 0.9 } }).plan).toEqual([
    'payment CONFIRM ',
    'refund ASK order_id',
    'booking ASK date',
  ]);
  const declined = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'DECLINED' }] });
  expect(declined.actions).toContain('payment CANCEL DECLINED');
  expect(getFocus(conversation.turn())).toBe('refund#1');
});

test('0.3: the focus among instances that were active at the same time is the latest started, then the first by id', () => {
  const conversation = new Conversation([silent('chat'), silent('small_talk')]);
  const { session } = conversation.turn({ candidates: { small_talk: 0.9, chat: 0.8 } });
  expect(findFocusInstanceId(session)).toBe('chat#1');
  expect(findFocusInstanceId({ ...session, instances: [...session.instances].reverse() })).toBe('chat#1');
  const together = session.instances.map((instance) => ({ ...instance, startNumber: 1 }));
  expect(findFocusInstanceId({ ...session, instances: together })).toBe('chat#1');
  expect(findFocusInstanceId({ ...session, instances: [...together].reverse() })).toBe('chat#1');
});

test('0.3: without instances there is no focus, and an answer is ignored', () => {
  const played = new Conversation([]).turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  expect(getFocus(played)).toBe('');
  expect(played.result.ignoredOutcomes).toHaveLength(1);
});

test('0.3: a CHOICE has no owner and does not count as a CONFIRM', () => {
  const conversation = new Conversation(
    [
      confirming('payment', always),
      asking('refund', ['order_id'], { priority: 50 }),
      asking('exchange', ['order_id'], { priority: 50 }),
    ],
    { relationships: [aRelationship('refund', 'AMBIGUOUS', 'exchange')], settings: { maxConfirmsPerTurn: 1 } },
  );
  conversation.turn({ candidates: { payment: 0.9 } });
  const played = conversation.turn({ candidates: { refund: 0.8, exchange: 0.8 } });
  expect(played.plan).toEqual(['CHOICE exchange,refund', 'payment CONFIRM ']);
  expect(getFocus(conversation.turn())).toBe('payment#1');
});

test('0.3: an answer without a target goes to the focus only', () => {
  const conversation = new Conversation(
    [confirming('payment', { ...always, priority: 10 }), confirming('contract', always)],
    {
      settings: { maxConfirmsPerTurn: 2 },
    },
  );
  conversation.turn({ candidates: { contract: 0.9, payment: 0.8 } });
  conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  expect(conversation.instance('payment').currentStepId).toBe('wait');
  expect(conversation.instance('contract').currentStepId).toBe('confirm');
});

test('0.3: if nothing is open, the focus is the most recently active instance, not the latest started', () => {
  const conversation = startConversation([silent('a'), silent('b'), silent('c')]);
  conversation.turn({ signals: [['CONTINUE', 'b']] });
  expect(conversation.turn({ signals: ['PAUSE'] }).actions).toEqual([
    'a CONTINUE GOES_ON',
    'b PAUSE USER_REQUEST',
    'c CONTINUE GOES_ON',
  ]);
});
