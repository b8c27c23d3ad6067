import { aRelationship, Conversation, type ScenarioDraft } from '../../support/conversation';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date', 'seats']);
const declined = { kind: 'DECLINED', instanceId: 'payment#1' } as const;
/** Each DECLINED opens a new visit; the fourth one is a loop. */
const loopingPayment = {
  scenarioId: 'payment',
  steps: [
    { stepId: 'confirm', isCheckpoint: true, to: [{ to: 'confirm', outcomes: ['DECLINED' as const] }, 'end'] },
    end,
  ],
};

test('0.7, step 2: the focus is determined before outcomes are recorded', () => {
  const conversation = new Conversation([confirming('payment'), refund]);
  conversation.turn({ candidates: { payment: 0.9 } });
  const played = conversation.turn({ candidates: { refund: 0.9 }, outcomes: [{ kind: 'CONFIRMED' }] });
  expect(played.result.context.focusInstanceId).toBe('payment#1');
  expect(played.transition('payment').targetStepId).toBe('wait');
});

test('0.7, step 3: values are stored before rules are evaluated', () => {
  const conversation = new Conversation([
    { ...refund, completionCondition: 'data.order_id == "1" && "order_id" in changed' },
  ]);
  conversation.turn({ candidates: { refund: 0.9 } });
  const played = conversation.turn({ variables: { order_id: '1' } });
  expect(played.actions).toEqual(['refund COMPLETE CONDITION']);
  expect(played.result.context.changedFields).toEqual(['order_id']);
});

test('0.7, step 4: loop counts are reset before failures are counted', () => {
  const upload = {
    ...acting('upload'),
    steps: [...acting('upload').steps, { stepId: 'note', collectsProfileFields: ['note'], to: ['end'] }],
  };
  const conversation = new Conversation([upload]);
  conversation.turn({ candidates: { upload: 0.9 } });
  const failed = { kind: 'ACTION_FAILED', instanceId: 'upload#1' } as const;
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [failed] });
  expect(conversation.instance('upload').loopCounts.get('act')).toBe(2);
  conversation.turn({ outcomes: [failed], variables: { note: 'x' } });
  expect(conversation.instance('upload').loopCounts.get('act')).toBe(1);
});

test('0.7, step 4: a CONFIRMED is ignored if the same turn changes a confirmed value', () => {
  const conversation = new Conversation([confirming('payment', { confirms: ['amount'] })]);
  conversation.turn({ candidates: { payment: 0.9 }, variables: { amount: 10 } });
  const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }], variables: { amount: 20 } });
  expect(played.plan).toEqual(['payment CONFIRM amount=20']);
  expect(played.result.ignoredOutcomes.map(({ outcome }) => outcome.kind)).toEqual(['CONFIRMED']);
});

test('0.7, step 4: confirmations are voided before stages are evaluated', () => {
  const pay = {
    stepId: 'pay',
    performsAction: true,
    isRequiredAction: true,
    confirmsFields: ['amount'],
    toolIds: ['pay'],
    to: ['end'],
  };
  const conversation = new Conversation([{ scenarioId: 'payment', steps: [pay, end] }]);
  conversation.turn({ candidates: { payment: 0.9 }, variables: { amount: 10 } });
  expect(conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).plan).toEqual(['payment ACTION_HINT pay']);
  // The action is under way, so that the change takes effect when the action has failed (3.9).
  const failed = { kind: 'ACTION_FAILED', instanceId: 'payment#1' } as const;
  expect(conversation.turn({ variables: { amount: 20 }, outcomes: [failed] }).plan).toEqual([
    'payment CONFIRM amount=20',
  ]);
});

test('0.7, steps 4 and 6: a checkpoint is passed before a CANCEL of the same turn', () => {
  const conversation = new Conversation([confirming('payment')]);
  conversation.turn({ candidates: { payment: 0.9 } });
  const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }], signals: ['CANCEL'] });
  expect(played.lifecycle('payment')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['payment confirmed'] });
});

test('0.7, step 5: the attempt of a turn counts for its loop rule', () => {
  const conversation = new Conversation([refund], { settings: { maxAttempts: 1 } });
  conversation.turn({ candidates: { refund: 0.9 } });
  expect([conversation.turn().actions, conversation.turn().actions]).toEqual([
    ['refund CONTINUE GOES_ON'],
    ['refund PAUSE LOOP'],
  ]);
});

test('0.7, steps 5 and 6: an addressed instance that ends interrupts no other one', () => {
  const conversation = new Conversation([refund, { ...booking, whenNotAddressed: 'PAUSE' }]);
  conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  const played = conversation.turn({ variables: { order_id: '1' }, signals: [['CANCEL', 'refund']] });
  expect(played.result.context.addressedInstanceIds).toEqual(['refund#1']);
  expect(played.actions).toEqual(['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON']);
});

test('0.7, steps 6 and 7: instances end before candidates are evaluated', () => {
  const conversation = new Conversation([{ ...refund, exclusive: true, priority: 9 }, booking], {
    settings: { maxSimultaneousScenarios: 1 },
  });
  conversation.turn({ candidates: { refund: 0.9 } });
  expect(conversation.turn({ signals: ['COMPLETE'], candidates: { booking: 0.9 } }).actions).toEqual([
    'refund COMPLETE USER_REQUEST',
    'booking START CANDIDATE',
  ]);
});

test('0.7, step 7: starts and resumes of named scenarios share one start order', () => {
  const conversation = new Conversation([{ ...refund, priority: 5 }, booking], {
    settings: { maxSimultaneousScenarios: 1 },
  });
  conversation.turn({ candidates: { refund: 0.9 } });
  conversation.turn({ signals: ['PAUSE'] });
  const played = conversation.turn({ candidates: { booking: 0.9, refund: 0.8 } });
  expect([played.actions, played.rejections]).toEqual([['refund PAUSE STAYS_PAUSED', 'booking START CANDIDATE'], []]);
  expect(played.lifecycle('refund').staysPausedBecause).toBe('CAPACITY');
});

test('0.7, step 8: a start interrupts instances that the turn does not address', () => {
  const conversation = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]);
  conversation.turn({ candidates: { refund: 0.9 } });
  expect(conversation.turn({ candidates: { booking: 0.9 } }).actions).toEqual([
    'refund PAUSE INTERRUPTED',
    'booking START CANDIDATE',
  ]);
});

test('0.7, step 9: an instance that is interrupted this turn still counts against capacity', () => {
  const conversation = new Conversation(
    [{ ...refund, whenNotAddressed: 'PAUSE' }, booking, asking('upgrade', ['plan'])],
    {
      settings: { maxSimultaneousScenarios: 2 },
    },
  );
  conversation.turn({ candidates: { booking: 0.9 } });
  conversation.turn({ signals: ['PAUSE'] });
  conversation.turn({ candidates: { refund: 0.9 } });
  const played = conversation.turn({ candidates: { upgrade: 0.9 } });
  expect(played.actions).toEqual(['booking PAUSE STAYS_PAUSED', 'refund PAUSE INTERRUPTED', 'upgrade START CANDIDATE']);
});

test('0.7, step 9: automatic resumes follow starts, latest paused first', () => {
  const ids = ['p', 'q', 'r'];
  const conversation = new Conversation(
    ids.map((id) => asking(id, [`${id}_field`])),
    { settings: { maxSimultaneousScenarios: 2, resumePolicy: 'next_turn' } },
  );
  conversation.turn({ candidates: { p: 0.9, q: 0.8 } });
  conversation.turn({ signals: [['PAUSE', 'p']] });
  conversation.turn({
    signals: [
      ['PAUSE', 'p'],
      ['PAUSE', 'q'],
    ],
  });
  conversation.turn({
    candidates: { r: 0.9 },
    signals: [
      ['PAUSE', 'p'],
      ['PAUSE', 'q'],
    ],
  });
  const played = conversation.turn();
  expect(played.actions).toEqual(['p PAUSE STAYS_PAUSED', 'q CONTINUE RESUMED', 'r CONTINUE GOES_ON']);
  expect(played.lifecycle('p').staysPausedBecause).toBe('CAPACITY');
});

test('0.7, step 9: when_not_addressed applies to automatic resumes', () => {
  const conversation = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, confirming('payment'), booking]);
  conversation.turn({ candidates: { refund: 0.9, payment: 0.8 } });
  conversation.turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: 'payment#1' }] });
  expect(conversation.instance('refund').pauseReason).toBe('INTERRUPTED');
  expect(conversation.turn({ signals: [['CONTINUE', 'payment']] }).actions).toEqual([
    'refund PAUSE STAYS_PAUSED',
    'payment CONTINUE GOES_ON',
  ]);
  expect(conversation.turn({ signals: [['CANCEL', 'payment']] }).actions).toEqual([
    'refund CONTINUE RESUMED',
    'payment CANCEL USER_REQUEST',
  ]);
});

test('0.7, step 10: all walks use one snapshot; cleared fields are visible after apply', () => {
  const clearing = {
    ...asking('change', ['answer']),
    steps: [{ stepId: 'ask', collectsProfileFields: ['answer'], to: [{ to: 'end', clears: ['order_id'] }] }, end],
  };
  const conversation = new Conversation([
    clearing,
    confirming('payment', { confirms: ['order_id'], whenNotAddressed: 'CONTRIBUTE' }),
  ]);
  conversation.turn({ candidates: { change: 0.9, payment: 0.8 }, patch: { order_id: '1' } });
  expect(conversation.turn({ variables: { answer: 'x' } }).plan).toContain('payment CONFIRM order_id=1');
  expect(conversation.turn().plan).toContain('payment CONFIRM ');
});

test('0.7, step 10: a cleared field stays known to an instance whose result provided it this turn', () => {
  const clearing = {
    ...asking('change', ['answer']),
    steps: [{ stepId: 'ask', collectsProfileFields: ['answer'], to: [{ to: 'end', clears: ['order_id'] }] }, end],
  };
  const probe: ScenarioDraft = {
    scenarioId: 'payment',
    steps: [
      { stepId: 'event', to: [{ to: 'show', trigger: 'ANYTIME', intentLabel: 'show' }] },
      { stepId: 'show', isCheckpoint: true, confirmsFields: ['order_id'], to: ['end'] },
      end,
    ],
  };
  const conversation = new Conversation([probe, clearing]);
  conversation.turn({ candidates: { change: 0.9, payment: 0.8 }, patch: { order_id: '1' } });
  const event = { kind: 'ACTION_FAILED', instanceId: 'payment#1', results: { order_id: '2' } } as const;
  conversation.turn({ variables: { answer: 'x' }, outcomes: [event] });
  expect(conversation.turn({ intent: 'show' }).plan).toContain('payment CONFIRM order_id=2');
  expect(conversation.session.variables.get('order_id')?.value).toBeNull();
});

test('0.7, step 10: a LOOP pause does not start or resume instances', () => {
  const conversation = new Conversation([{ ...loopingPayment, priority: 9 }, refund], {
    settings: { maxSimultaneousScenarios: 1, maxLoopCount: 1 },
  });
  conversation.turn({ candidates: { payment: 0.9 } });
  const played = conversation.turn({ outcomes: [declined], candidates: { refund: 0.9 } });
  expect([played.actions, played.rejections]).toEqual([['payment PAUSE LOOP'], ['refund CAPACITY']]);
  expect(conversation.turn().actions).toEqual(['payment PAUSE STAYS_PAUSED', 'refund START PENDING']);
});

test('0.7, step 11: quiet instances walk if all other instances pause for a loop', () => {
  const conversation = new Conversation([{ ...loopingPayment, maxLoopCount: 1 }, refund]);
  conversation.turn({ candidates: { payment: 0.9, refund: 0.8 } });
  const played = conversation.turn({ outcomes: [declined] });
  expect(played.actions).toEqual(['payment PAUSE LOOP', 'refund CONTINUE GOES_ON']);
  expect(played.plan).toEqual(['refund ASK order_id']);
});

test('0.7, step 12: a LOOP pause replaces the CONTINUE and has no transition decision', () => {
  const conversation = new Conversation([{ ...loopingPayment, maxLoopCount: 1 }]);
  conversation.turn({ candidates: { payment: 0.9 } });
  const played = conversation.turn({ outcomes: [declined] });
  expect(played.actions).toEqual(['payment PAUSE LOOP']);
  expect(played.result.transitionDecisions).toEqual([]);
});

test('0.7, step 12: transition decisions follow the order of lifecycle decisions', () => {
  const conversation = new Conversation([refund, booking, silent('chat')]);
  conversation.turn({ candidates: { chat: 0.9, refund: 0.8 } });
  const { result } = conversation.turn({ candidates: { booking: 0.9 } });
  expect(result.transitionDecisions.map(({ scenarioId }) => scenarioId)).toEqual(['chat', 'refund', 'booking']);
});

test('0.7, step 13: plan flags are computed after conflicts are resolved', () => {
  const conversation = new Conversation([refund, asking('exchange', ['order_id'])]);
  const { result } = conversation.turn({ candidates: { refund: 0.9, exchange: 0.8 } });
  expect(result.plan.contributions.map(({ type }) => type)).toEqual(['ASK', 'NONE']);
  expect(result.plan).toMatchObject({ hasAsks: true, hasConfirms: false, hasActionHints: false, hasInforms: false });
});

test('0.7, step 14: fields of ended instances are forgotten and the revision increases by one', () => {
  const conversation = new Conversation([refund]);
  conversation.turn({ candidates: { refund: 0.9 }, variables: { order_id: '1' } });
  const { result } = conversation.turn({ signals: ['CANCEL'] });
  expect(result.revision).toBe(2);
  expect(conversation.session).toMatchObject({ revision: 2, instances: [], variables: new Map() });
  expect(conversation.session.endedInstances).toMatchObject([
    { instanceId: 'refund#1', status: 'CANCELLED', reason: 'USER_REQUEST', lastStepId: 'ask_reason' },
  ]);
});

test('0.7, step 14: two instances that start on the same turn are stored in start order', () => {
  const conversation = new Conversation([refund, booking], {
    relationships: [aRelationship('booking', 'IMPLIES', 'refund')],
  });
  conversation.turn({ candidates: { booking: 0.9 } });
  expect(conversation.session.instances.map(({ instanceId, startNumber }) => [instanceId, startNumber])).toEqual([
    ['booking#1', 1],
    ['refund#1', 2],
  ]);
  expect(conversation.session.lastStartNumber).toBe(2);
});
