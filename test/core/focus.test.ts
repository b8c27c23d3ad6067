import { findFocusInstanceId } from '../../src/core/model/focus';
import { aRelationship, Conversation, type Played } from '../support/conversation';
import { acting, asking, confirming, silent, type Variation } from '../support/sample-scenarios';

const always: Variation = { whenNotAddressed: 'CONTRIBUTE' };
const focusId = (played: Played): string => played.result.context.focusInstanceId;

test.each([
  [
    'the owner of the first CONFIRM, also after an ASK',
    [asking('refund', ['order_id'], { priority: 100 }), confirming('payment')],
    { refund: 0.9, payment: 0.8 },
    'payment#1',
  ],
  [
    'else the owner of the first ASK, also after an action hint',
    [
      acting('transfer', { priority: 100 }),
      asking('refund', ['order_id'], { priority: 10 }),
      asking('booking', ['date']),
    ],
    { booking: 0.9, transfer: 0.8, refund: 0.7 },
    'refund#1',
  ],
  [
    'else the owner of the first',
    [acting('transfer', { priority: 100 }), acting('upload'), silent('chat', { priority: 200 })],
    { upload: 0.9, transfer: 0.8, chat: 0.7 },
    'transfer#1',
  ],
])('0.3 focus: of the last plan it is %s', (_rule, scenarios, candidates, focus) => {
  const talk = new Conversation(scenarios);
  talk.turn({ candidates });
  expect(focusId(talk.turn())).toBe(focus);
});

test('0.3 focus: a NONE is left out, so that a scenario that says nothing never takes an answer', () => {
  const talk = new Conversation([silent('chat', { priority: 200 }), asking('refund', ['order_id'])]);
  talk.turn({ candidates: { refund: 0.9, chat: 0.8 } });
  expect(focusId(talk.turn())).toBe('refund#1');
});

test('0.3 focus: a deferred contribution was not made and is left out', () => {
  const talk = new Conversation([confirming('payment', { ...always, priority: 10 }), confirming('contract', always)]);
  talk.turn({ candidates: { contract: 0.9, payment: 0.8 } });
  const deferred = talk.turn();
  expect(deferred.plan).toEqual(['payment CONFIRM ', '(deferred) contract CONFIRM ']);
  // payment goes on and has nothing to say any more: nothing is left open, and it is the one that moved last.
  talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'CONFIRMED' }] });
  expect(focusId(talk.turn())).toBe('payment#1');
});

test('0.3 focus: what a TOOL_RESULTS turn contributes replaces what the same instance contributed before', () => {
  const transfer = acting('transfer');
  const [act, ...rest] = transfer.steps;
  if (!act) throw new Error('no step');
  const thenConfirm = {
    ...transfer,
    steps: [{ ...act, to: ['sign'] }, { stepId: 'sign', isCheckpoint: true, to: ['wait'] }, ...rest],
  };
  const talk = new Conversation([asking('refund', ['order_id'], { priority: 10 }), thenConfirm]);
  talk.turn({ candidates: { refund: 0.9, transfer: 0.8 } });
  const results = talk.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'transfer#1' }],
  });
  expect(focusId(results)).toBe('refund#1');
  expect(results.plan).toContain('transfer CONFIRM ');
  expect(focusId(talk.turn())).toBe('transfer#1');
});

test('0.3 focus: a TIMER turn leaves what is open to its owner', () => {
  const talk = new Conversation([
    asking('refund', ['order_id'], { ...always, priority: 10 }),
    asking('booking', ['date'], always),
  ]);
  talk.turn({ candidates: { refund: 0.9 } });
  talk.turn({ candidates: { booking: 0.9 } });
  talk.turn({ trigger: 'TIMER' });
  expect(focusId(talk.turn())).toBe('refund#1');
});

test('0.3 focus: it stays with an instance that was paused since, and an unaimed signal finds it there', () => {
  const talk = new Conversation([
    asking('refund', ['order_id'], { ...always, priority: 10, idleTimeoutMs: 90_000 }),
    asking('booking', ['date'], always),
  ]);
  talk.turn({ candidates: { refund: 0.9, booking: 0.8 }, occurredAt: 0 });
  expect(talk.turn({ trigger: 'TIMER', occurredAt: 90_001 }).actions).toContain('refund PAUSE IDLE');
  const played = talk.turn({ signals: ['CANCEL'] });
  expect(played.actions).toEqual(['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON']);
});

test('0.3 focus: where its owner has ended it is the most recently active instance, not the next in the plan', () => {
  const talk = new Conversation([
    confirming('payment', always),
    asking('refund', ['order_id'], { ...always, priority: 10 }),
    asking('booking', ['date'], always),
  ]);
  talk.turn({ candidates: { payment: 0.9, refund: 0.8 } });
  expect(talk.turn({ candidates: { booking: 0.9 } }).plan).toEqual([
    'payment CONFIRM ',
    'refund ASK order_id',
    'booking ASK date',
  ]);
  const declined = talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'DECLINED' }] });
  expect(declined.actions).toContain('payment CANCEL DECLINED');
  expect(focusId(talk.turn())).toBe('booking#3');
});

test('0.3 focus: of instances that were active at the same time it is the latest started, then the first id', () => {
  const talk = new Conversation([silent('chat'), silent('small_talk')]);
  const { session } = talk.turn({ candidates: { small_talk: 0.9, chat: 0.8 } });
  expect(findFocusInstanceId(session)).toBe('chat#1');
  const together = session.instances.map((instance) => ({ ...instance, startNumber: 1 }));
  expect(findFocusInstanceId({ ...session, instances: together })).toBe('chat#1');
  expect(findFocusInstanceId({ ...session, instances: [...together].reverse() })).toBe('chat#1');
});

test('0.3 focus: there is none where nothing runs, and an answer is about nothing', () => {
  const played = new Conversation([]).turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  expect(focusId(played)).toBe('');
  expect(played.result.ignoredOutcomes).toHaveLength(1);
});

test('0.3 focus: a CHOICE has no owner and takes no place among the CONFIRMs', () => {
  const talk = new Conversation(
    [
      confirming('payment', always),
      asking('refund', ['order_id'], { priority: 50 }),
      asking('exchange', ['order_id'], { priority: 50 }),
    ],
    { relationships: [aRelationship('refund', 'AMBIGUOUS', 'exchange')], settings: { maxConfirmsPerTurn: 1 } },
  );
  talk.turn({ candidates: { payment: 0.9 } });
  const played = talk.turn({ candidates: { refund: 0.8, exchange: 0.8 } });
  expect(played.plan).toEqual(['CHOICE exchange,refund', 'payment CONFIRM ']);
  expect(focusId(talk.turn())).toBe('payment#1');
});

test('0.3 focus: an answer without an address belongs to it and to nobody else', () => {
  const talk = new Conversation([confirming('payment', { ...always, priority: 10 }), confirming('contract', always)], {
    settings: { maxConfirmsPerTurn: 2 },
  });
  talk.turn({ candidates: { contract: 0.9, payment: 0.8 } });
  talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  expect(talk.instance('payment').currentStepId).toBe('wait');
  expect(talk.instance('contract').currentStepId).toBe('confirm');
});
