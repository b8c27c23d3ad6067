import { aRelationship, Conversation } from '../support/conversation';
import { acting, asking, confirming, end, silent } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date', 'seats']);
const no = { kind: 'DECLINED', instanceId: 'payment#1' } as const;
/** Every no opens a new visit; the fourth is a loop. */
const stubborn = {
  scenarioId: 'payment',
  steps: [
    { stepId: 'confirm', isCheckpoint: true, to: [{ to: 'confirm', outcomes: ['DECLINED' as const] }, 'end'] },
    end,
  ],
};

test('0.7 order, 2: the focus is that of the last plan, not of what this turn makes of it', () => {
  const talk = new Conversation([confirming('payment'), refund]);
  talk.turn({ candidates: { payment: 0.9 } });
  const played = talk.turn({ candidates: { refund: 0.9 }, outcomes: [{ kind: 'CONFIRMED' }] });
  expect(played.result.context.focusInstanceId).toBe('payment#1');
  expect(played.transition('payment').targetStepId).toBe('wait');
});

test('0.7 order, 3: what the turn brings is stored before anything is decided, and told as changed', () => {
  const talk = new Conversation([{ ...refund, completionCondition: 'data.order_id == "1" && "order_id" in changed' }]);
  talk.turn({ candidates: { refund: 0.9 } });
  const played = talk.turn({ variables: { order_id: '1' } });
  expect(played.actions).toEqual(['refund COMPLETE CONDITION']);
  expect(played.result.context.changedFields).toEqual(['order_id']);
});

test('0.7 order, 4: counts return to 0 before failures of the same turn are counted', () => {
  const upload = {
    ...acting('upload'),
    steps: [...acting('upload').steps, { stepId: 'note', collectsProfileFields: ['note'], to: ['end'] }],
  };
  const talk = new Conversation([upload]);
  talk.turn({ candidates: { upload: 0.9 } });
  const failed = { kind: 'ACTION_FAILED', instanceId: 'upload#1' } as const;
  talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [failed] });
  expect(talk.instance('upload').loopCounts.get('act')).toBe(2);
  talk.turn({ outcomes: [failed], variables: { note: 'x' } });
  expect(talk.instance('upload').loopCounts.get('act')).toBe(1);
});

test('0.7 order, 4: a confirmation is void where the same turn changes a value that it was shown with', () => {
  const talk = new Conversation([confirming('payment', { confirms: ['amount'] })]);
  talk.turn({ candidates: { payment: 0.9 }, variables: { amount: 10 } });
  const played = talk.turn({ outcomes: [{ kind: 'CONFIRMED' }], variables: { amount: 20 } });
  expect(played.plan).toEqual(['payment CONFIRM amount=20']);
  expect(played.result.ignoredOutcomes.map(({ outcome }) => outcome.kind)).toEqual(['CONFIRMED']);
});

test('0.7 order, 4: a confirmation given earlier is void before the stages are looked at', () => {
  const pay = {
    stepId: 'pay',
    performsAction: true,
    isRequiredAction: true,
    confirmsFields: ['amount'],
    toolIds: ['pay'],
    to: ['end'],
  };
  const talk = new Conversation([{ scenarioId: 'payment', steps: [pay, end] }]);
  talk.turn({ candidates: { payment: 0.9 }, variables: { amount: 10 } });
  expect(talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).plan).toEqual(['payment ACTION_HINT pay']);
  expect(talk.turn({ variables: { amount: 20 } }).plan).toEqual(['payment CONFIRM amount=20']);
});

test('0.7 order, 4 and 6: a checkpoint that is passed this turn is irreversible for a CANCEL of this turn', () => {
  const talk = new Conversation([confirming('payment')]);
  talk.turn({ candidates: { payment: 0.9 } });
  const played = talk.turn({ outcomes: [{ kind: 'CONFIRMED' }], signals: ['CANCEL'] });
  expect(played.lifecycle('payment')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['payment confirmed'] });
});

test('0.7 order, 5: the attempt of this turn counts for the loop rule of this turn', () => {
  const talk = new Conversation([refund], { settings: { maxAttempts: 1 } });
  talk.turn({ candidates: { refund: 0.9 } });
  expect([talk.turn().actions, talk.turn().actions]).toEqual([['refund CONTINUE GOES_ON'], ['refund PAUSE LOOP']]);
});

test('0.7 order, 5 and 6: addressed is fixed before an instance ends', () => {
  const talk = new Conversation([refund, { ...booking, whenNotAddressed: 'PAUSE' }]);
  talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  const played = talk.turn({ variables: { order_id: '1' }, signals: [['CANCEL', 'refund']] });
  expect(played.actions).toEqual(['refund CANCEL USER_REQUEST', 'booking PAUSE INTERRUPTED']);
});

test('0.7 order, 6 and 7: what ends this turn is gone when candidates are looked at', () => {
  const talk = new Conversation([{ ...refund, exclusive: true, priority: 9 }, booking], {
    settings: { maxSimultaneousScenarios: 1 },
  });
  talk.turn({ candidates: { refund: 0.9 } });
  expect(talk.turn({ signals: ['COMPLETE'], candidates: { booking: 0.9 } }).actions).toEqual([
    'refund COMPLETE USER_REQUEST',
    'booking START CANDIDATE',
  ]);
});

test('0.7 order, 7: candidates and resumes of what is named take their turns in one start order', () => {
  const talk = new Conversation([{ ...refund, priority: 5 }, booking], { settings: { maxSimultaneousScenarios: 1 } });
  talk.turn({ candidates: { refund: 0.9 } });
  talk.turn({ signals: ['PAUSE'] });
  const played = talk.turn({ candidates: { booking: 0.9, refund: 0.8 } });
  expect([played.actions, played.rejections]).toEqual([['refund PAUSE STAYS_PAUSED', 'booking START CANDIDATE'], []]);
  expect(played.lifecycle('refund').staysPausedBecause).toBe('CAPACITY');
});

test('0.7 order, 8: a start interrupts what the turn does not address', () => {
  const talk = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]);
  talk.turn({ candidates: { refund: 0.9 } });
  expect(talk.turn({ candidates: { booking: 0.9 } }).actions).toEqual([
    'refund PAUSE INTERRUPTED',
    'booking START CANDIDATE',
  ]);
});

test('0.7 order, 9: what is interrupted this turn is still active when automatic resumes are looked at', () => {
  const talk = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking, asking('upgrade', ['plan'])], {
    settings: { maxSimultaneousScenarios: 2 },
  });
  talk.turn({ candidates: { booking: 0.9 } });
  talk.turn({ signals: ['PAUSE'] });
  talk.turn({ candidates: { refund: 0.9 } });
  const played = talk.turn({ candidates: { upgrade: 0.9 } });
  expect(played.actions).toEqual(['booking PAUSE STAYS_PAUSED', 'refund PAUSE INTERRUPTED', 'upgrade START CANDIDATE']);
});

test('0.7 order, 9: automatic resumes come after starts, latest paused first', () => {
  const ids = ['p', 'q', 'r'];
  const talk = new Conversation(
    ids.map((id) => asking(id, [`${id}_field`])),
    { settings: { maxSimultaneousScenarios: 2, resumePolicy: 'next_turn' } },
  );
  talk.turn({ candidates: { p: 0.9, q: 0.8 } });
  talk.turn({ signals: [['PAUSE', 'p']] });
  talk.turn({
    signals: [
      ['PAUSE', 'p'],
      ['PAUSE', 'q'],
    ],
  });
  talk.turn({
    candidates: { r: 0.9 },
    signals: [
      ['PAUSE', 'p'],
      ['PAUSE', 'q'],
    ],
  });
  const played = talk.turn();
  expect(played.actions).toEqual(['p PAUSE STAYS_PAUSED', 'q CONTINUE RESUMED', 'r CONTINUE GOES_ON']);
  expect(played.lifecycle('p').staysPausedBecause).toBe('CAPACITY');
});

test('0.7 order, 9: what resumes then obeys when_not_addressed', () => {
  const talk = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, confirming('payment'), booking]);
  talk.turn({ candidates: { refund: 0.9, payment: 0.8 } });
  talk.turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: 'payment#1' }] });
  // payment is addressed and ends: nobody else is active, but the turn was about payment.
  const played = talk.turn({
    signals: [
      ['CONTINUE', 'payment'],
      ['CANCEL', 'payment'],
    ],
  });
  expect(played.actions).toEqual(['refund PAUSE INTERRUPTED', 'payment CANCEL USER_REQUEST']);
  expect(talk.turn().actions).toEqual(['refund CONTINUE RESUMED']);
});

test('0.7 order, 10: all walk on one snapshot: what one clears the other sees from apply on', () => {
  const clearing = {
    ...asking('change', ['answer']),
    steps: [{ stepId: 'ask', collectsProfileFields: ['answer'], to: [{ to: 'end', clears: ['order_id'] }] }, end],
  };
  const talk = new Conversation([
    clearing,
    confirming('payment', { confirms: ['order_id'], whenNotAddressed: 'CONTRIBUTE' }),
  ]);
  talk.turn({ candidates: { change: 0.9, payment: 0.8 }, patch: { order_id: '1' } });
  expect(talk.turn({ variables: { answer: 'x' } }).plan).toContain('payment CONFIRM order_id=1');
  expect(talk.turn().plan).toContain('payment CONFIRM ');
});

test('0.7 order, 10: what one clears stays with another whose result gave it this turn', () => {
  const clearing = {
    ...asking('change', ['answer']),
    steps: [{ stepId: 'ask', collectsProfileFields: ['answer'], to: [{ to: 'end', clears: ['order_id'] }] }, end],
  };
  const talk = new Conversation([
    confirming('payment', { confirms: ['order_id'], whenNotAddressed: 'CONTRIBUTE' }),
    clearing,
  ]);
  talk.turn({ candidates: { change: 0.9, payment: 0.8 }, patch: { order_id: '1' } });
  // The result is not addressed and belongs to the focus, which asked for the confirmation.
  talk.turn({ variables: { answer: 'x' }, outcomes: [{ kind: 'ACTION_FAILED', results: { order_id: '2' } }] });
  expect(talk.turn().plan).toContain('payment CONFIRM order_id=2');
  expect(talk.session.variables.get('order_id')?.value).toBeNull();
});

test('0.7 order, 10: a LOOP pause does not reopen starts and resumes', () => {
  const talk = new Conversation([{ ...stubborn, priority: 9 }, refund], {
    settings: { maxSimultaneousScenarios: 1, maxLoopCount: 1 },
  });
  talk.turn({ candidates: { payment: 0.9 } });
  const played = talk.turn({ outcomes: [no], candidates: { refund: 0.9 } });
  expect([played.actions, played.rejections]).toEqual([['payment PAUSE LOOP'], ['refund CAPACITY']]);
  expect(talk.turn().actions).toEqual(['payment PAUSE STAYS_PAUSED', 'refund START PENDING']);
});

test('0.7 order, 11: the quiet ones walk where all that moved paused for a loop, and the loop rule holds for them too', () => {
  const talk = new Conversation([{ ...stubborn, maxLoopCount: 1 }, refund]);
  talk.turn({ candidates: { payment: 0.9, refund: 0.8 } });
  const played = talk.turn({ outcomes: [no] });
  expect(played.actions).toEqual(['payment PAUSE LOOP', 'refund CONTINUE GOES_ON']);
  expect(played.plan).toEqual(['refund ASK order_id']);
});

test('0.7 order, 12: a CONTINUE that turned out to loop is told as the PAUSE that it became, without a transition decision', () => {
  const talk = new Conversation([{ ...stubborn, maxLoopCount: 1 }]);
  talk.turn({ candidates: { payment: 0.9 } });
  const played = talk.turn({ outcomes: [no] });
  expect(played.actions).toEqual(['payment PAUSE LOOP']);
  expect(played.result.transitionDecisions).toEqual([]);
});

test('0.7 order, 12: transition decisions follow the order of the lifecycle decisions', () => {
  const talk = new Conversation([refund, booking, silent('chat')]);
  talk.turn({ candidates: { chat: 0.9, refund: 0.8 } });
  const { result } = talk.turn({ candidates: { booking: 0.9 } });
  expect(result.transitionDecisions.map(({ scenarioId }) => scenarioId)).toEqual(['chat', 'refund', 'booking']);
});

test('0.7 order, 13: flags are over what is left after conflicts', () => {
  const talk = new Conversation([refund, asking('exchange', ['order_id'])]);
  const { result } = talk.turn({ candidates: { refund: 0.9, exchange: 0.8 } });
  expect(result.plan.contributions.map(({ type }) => type)).toEqual(['ASK', 'NONE']);
  expect(result.plan).toMatchObject({ hasAsks: true, hasConfirms: false, hasActionHints: false, hasInforms: false });
});

test('0.7 order, 14: what a transition clears is gone before fields of ended instances go, and the revision grows by one', () => {
  const talk = new Conversation([refund]);
  talk.turn({ candidates: { refund: 0.9 }, variables: { order_id: '1' } });
  const { result } = talk.turn({ signals: ['CANCEL'] });
  expect(result.revision).toBe(2);
  expect(talk.session).toMatchObject({ revision: 2, instances: [], variables: new Map() });
  expect(talk.session.endedInstances).toMatchObject([
    { instanceId: 'refund#1', status: 'CANCELLED', reason: 'USER_REQUEST', lastStepId: 'ask_reason' },
  ]);
});

test('0.7 order, 14: two that start on one turn stand in the session in start order with ids of their own', () => {
  const talk = new Conversation([refund, booking], { relationships: [aRelationship('booking', 'IMPLIES', 'refund')] });
  talk.turn({ candidates: { booking: 0.9 } });
  expect(talk.session.instances.map(({ instanceId, startNumber }) => [instanceId, startNumber])).toEqual([
    ['booking#1', 1],
    ['refund#1', 2],
  ]);
  expect(talk.session.lastStartNumber).toBe(2);
});
