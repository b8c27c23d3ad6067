import { Conversation, type PlayedTurn, type TurnDraft } from '../../support/conversation';
import { listOpenRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent, type Variation } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date', 'seats']);
const getAddressed = (played: PlayedTurn): readonly string[] => played.result.context.addressedInstanceIds;

/** Starts refund, which waits for order_id, and booking, which waits for date. */
function startRefundAndBooking(refundVariation: Variation = {}, bookingVariation: Variation = {}): Conversation {
  const conversation = new Conversation([
    { ...refund, ...refundVariation },
    { ...booking, ...bookingVariation },
  ]);
  conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  return conversation;
}

test.each<[string, TurnDraft]>([
  ['a START is aimed at it', { signals: [['START', 'refund']] }],
  ['a CONTINUE is aimed at it', { signals: [['CONTINUE', 'refund']] }],
  ['a candidate above the threshold names it', { candidates: { refund: 0.9 } }],
  ['a candidate at the threshold names it', { candidates: { refund: 0.5 } }],
  ['a field that its step lacks becomes known by a variable', { variables: { order_id: '1' } }],
  ['a field that its step lacks becomes known by the patch', { patch: { order_id: '1' } }],
  ['an outcome is about it', { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] }],
])('0.5: a turn addresses only this instance when %s', (_case, draft) => {
  expect(getAddressed(startRefundAndBooking().turn(draft))).toEqual(['refund#1']);
});

test.each<[string, TurnDraft]>([
  ['a PAUSE is aimed at it', { signals: [['PAUSE', 'refund']] }],
  ['a CONTINUE is aimed at nothing', { signals: ['CONTINUE'] }],
  ['a candidate below the threshold names it', { candidates: { refund: 0.49 } }],
  ['a field that it waits for is null', { variables: { order_id: null } }],
  ['a field that it waits for is in customer_data', { customer: { order_id: '1' } }],
  ['a field is given that no scenario collects', { variables: { hobby: 'chess' } }],
  [
    'a late outcome is about another step',
    { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1', stepId: 'end' }] },
  ],
])('0.5: a turn addresses no instance when %s', (_case, draft) => {
  const played = startRefundAndBooking().turn(draft);
  expect(getAddressed(played)).toEqual([]);
});

test('0.5: a CONTINUE aimed at all instances addresses each of them', () => {
  expect(getAddressed(startRefundAndBooking().turn({ signals: [['CONTINUE', '*']] }))).toEqual([
    'refund#1',
    'booking#1',
  ]);
});

test('0.5: an answer to a field of the open ASK addresses the instance even if the step does not lack the field', () => {
  const address = { stepId: 'address', collectsProfileFields: ['street'], canSkip: false, to: ['end'] };
  const conversation = new Conversation([{ scenarioId: 'move', steps: [address, end] }, booking]);
  expect(
    conversation.turn({ candidates: { move: 0.9, booking: 0.8 }, customer: { street: 'Old Street' } }).plan,
  ).toContain('move ASK street');
  // With a candidate at the threshold, a changed value alone addresses no instance.
  const answerTurn = conversation.turn({
    customer: { street: 'Old Street' },
    variables: { street: 'New Street' },
    candidates: { unknown: 0.9 },
  });
  expect(getAddressed(answerTurn)).toEqual(['move#1']);
  expect(answerTurn.transition('move').targetStepId).toBe('end');
});

test('0.5: an answer addresses the waiting instance, not one that collects the same field later', () => {
  const exchange = asking('exchange', ['size', 'order_id']);
  const conversation = new Conversation([refund, exchange]);
  conversation.turn({ candidates: { refund: 0.9, exchange: 0.8 } });
  expect(getAddressed(conversation.turn({ variables: { order_id: '1' } }))).toEqual(['refund#1']);
});

test.each<[string, TurnDraft, readonly string[]]>([
  ['becomes known', { variables: { reason: 'broken' } }, ['refund#1']],
  ['changes', { variables: { order_id: '2' } }, ['refund#1']],
  ['is cleared', { variables: { order_id: null } }, ['refund#1']],
  ['changes with another one', { variables: { order_id: '2', hobby: 'chess' } }, ['refund#1']],
  ['is in the patch', { patch: { order_id: '2' } }, ['refund#1']],
  ['is sent again unchanged', { variables: { order_id: '1' } }, []],
  ['changes together with an answer to another instance', { variables: { order_id: '2', date: 'May' } }, ['booking#1']],
  [
    'changes together with a candidate at the threshold',
    { variables: { order_id: '2' }, candidates: { unknown: 0.5 } },
    [],
  ],
  [
    'changes together with a candidate below the threshold',
    { variables: { order_id: '2' }, candidates: { unknown: 0.4 } },
    ['refund#1'],
  ],
])(
  '0.5: without a direct address, a value that %s addresses the instances that collect it',
  (_case, draft, expected) => {
    const conversation = new Conversation([asking('refund', ['order_id', 'size', 'reason']), booking]);
    conversation.turn({ candidates: { refund: 0.9, booking: 0.8 }, variables: { order_id: '1' } });
    expect(getAddressed(conversation.turn(draft))).toEqual(expected);
  },
);

test('0.5: a value changed by a result addresses only the instance of the result', () => {
  const exchange = asking('exchange', ['size', 'order_id']);
  const conversation = new Conversation([asking('refund', ['reason', 'order_id']), exchange]);
  conversation.turn({ candidates: { refund: 0.9, exchange: 0.8 } });
  const played = conversation.turn({
    outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1', results: { order_id: '1' } }],
  });
  expect(getAddressed(played)).toEqual(['refund#1']);
});

test.each<[NonNullable<Variation['whenNotAddressed']>, string, readonly string[]]>([
  ['QUIET', 'booking CONTINUE QUIET', ['refund ASK reason', 'booking NONE']],
  ['CONTRIBUTE', 'booking CONTINUE GOES_ON', ['refund ASK reason', 'booking ASK date']],
  ['PAUSE', 'booking PAUSE INTERRUPTED', ['refund ASK reason']],
])(
  '0.5: when_not_addressed = %s applies on a turn that addresses another instance',
  (whenNotAddressed, action, plan) => {
    const played = startRefundAndBooking({ priority: 5 }, { whenNotAddressed }).turn({ variables: { order_id: '1' } });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON', action]);
    expect(played.plan).toEqual(plan);
  },
);

test('0.5: QUIET is the default, and a quiet instance does not walk', () => {
  const conversation = new Conversation([
    refund,
    {
      ...booking,
      globals: [{ to: 'help', condition: 'message == "go"' }],
      steps: [...booking.steps, { stepId: 'help', reachableFromAnywhere: true, to: ['end'] }],
    },
  ]);
  conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  const played = conversation.turn({ variables: { order_id: '1' }, message: 'go' });
  expect(played.transition('booking')).toMatchObject({ reason: 'NOT_ADDRESSED', targetStepId: 'ask_date' });
  expect(played.lifecycle('booking').action).toBe('CONTINUE');
  expect(conversation.instance('booking')).toMatchObject({ status: 'ACTIVE', currentStepId: 'ask_date' });
});

test('0.5: a start is addressed too, so the other instances are quiet', () => {
  const conversation = new Conversation([refund, booking]);
  conversation.turn({ candidates: { refund: 0.9 } });
  const played = conversation.turn({ candidates: { booking: 0.9 } });
  expect(played.actions).toEqual(['refund CONTINUE QUIET', 'booking START CANDIDATE']);
  expect(played.plan).toEqual(['booking ASK date', 'refund NONE']);
});

test('0.5: a rejected candidate addresses no instance, so all instances continue', () => {
  const conversation = startRefundAndBooking();
  expect(conversation.turn({ candidates: { unknown: 0.9 } }).plan).toEqual(['booking ASK date', 'refund ASK order_id']);
});

test('0.5: when_not_addressed has no effect on a turn that addresses no instance', () => {
  const played = startRefundAndBooking({ whenNotAddressed: 'PAUSE' }).turn({ message: 'hm' });
  expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CONTINUE GOES_ON']);
});

test('0.5: quiet instances contribute if all other instances contribute NONE', () => {
  const conversation = new Conversation([silent('chat'), refund]);
  conversation.turn({ candidates: { chat: 0.9, refund: 0.8 } });
  const played = conversation.turn({ signals: [['CONTINUE', 'chat']] });
  expect(played.actions).toEqual(['chat CONTINUE GOES_ON', 'refund CONTINUE GOES_ON']);
  expect(played.plan).toEqual(['refund ASK order_id', 'chat NONE']);
});

test('0.5: quiet instances that contribute also walk', () => {
  const telling = {
    scenarioId: 'news',
    steps: [
      { stepId: 'tell', templateIds: ['news'], to: ['more'] },
      { stepId: 'more', templateIds: ['more'], to: ['end'] },
      end,
    ],
  };
  const conversation = new Conversation([silent('chat'), telling]);
  conversation.turn({ candidates: { chat: 0.9, news: 0.8 } });
  expect(conversation.turn({ signals: [['CONTINUE', 'chat']] }).transition('news').targetStepId).toBe('more');
});

test('0.5: quiet instances contribute if the addressed instance ends this turn', () => {
  const conversation = startRefundAndBooking();
  const played = conversation.turn({ variables: { order_id: '1' }, signals: [['CANCEL', 'refund']] });
  expect(getAddressed(played)).toEqual(['refund#1']);
  expect(played.actions).toEqual(['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON']);
  expect(played.plan).toEqual(['booking ASK date']);
});

test('0.5: instances interrupted this turn stay paused even if all others contribute NONE', () => {
  const conversation = new Conversation([silent('chat'), { ...refund, whenNotAddressed: 'PAUSE' }]);
  conversation.turn({ candidates: { chat: 0.9, refund: 0.8 } });
  const played = conversation.turn({ signals: [['CONTINUE', 'chat']] });
  expect(played.actions).toEqual(['chat CONTINUE GOES_ON', 'refund PAUSE INTERRUPTED']);
  expect(played.plan).toEqual(['chat NONE']);
});

describe('0.5: turns without a message', () => {
  test.each(['TOOL_RESULTS', 'TIMER'] as const)(
    '0.5: on %s only instances with an outcome walk and contribute',
    (trigger) => {
      const conversation = new Conversation([acting('transfer'), { ...refund, whenNotAddressed: 'PAUSE' }]);
      conversation.turn({ candidates: { transfer: 0.9, refund: 0.8 } });
      const played = conversation.turn({ trigger, outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'transfer#1' }] });
      expect(played.actions).toEqual(['transfer CONTINUE GOES_ON', 'refund CONTINUE QUIET']);
      expect(played.plan).toEqual(['transfer ACTION_HINT transfer_tool', 'refund NONE']);
    },
  );

  test.each<[string, TurnDraft]>([
    ['a candidate variable', { variables: { order_id: '1' } }],
    ['the patch', { patch: { order_id: '1' } }],
  ])('0.5: an instance walks if %s sets a value that it waits for', (_source, draft) => {
    const conversation = new Conversation([refund]);
    conversation.turn({ candidates: { refund: 0.9 } });
    const results = conversation.turn({ trigger: 'TOOL_RESULTS', ...draft });
    expect([results.plan, results.transition('refund').targetStepId]).toEqual([['refund ASK reason'], 'ask_reason']);
  });

  test.each<[string, string, TurnDraft, string]>([
    ['changes', 'data.mood == "bad"', { patch: { mood: 'bad' } }, 'end'],
    ['changes in another field', 'data.mood == "bad"', { patch: { hobby: 'chess' } }, 'ask_order_id'],
    ['is given again', 'data.mood == "good"', { patch: { mood: 'good' } }, 'ask_order_id'],
  ])(
    '0.5: an instance walks if a value that a transition of its step reads changes: it %s',
    (_case, condition, draft, target) => {
      const steps = refund.steps.map((step) =>
        step.stepId === 'ask_order_id'
          ? { ...step, to: ['ask_reason', { to: 'end', trigger: 'ANYTIME' as const, condition }] }
          : step,
      );
      const conversation = new Conversation([{ ...refund, steps }]);
      conversation.turn({ candidates: { refund: 0.9 } });
      conversation.session = {
        ...conversation.session,
        variables: new Map([['mood', { value: 'good', scope: 'SESSION', storedAt: 0, isPersistedResult: false }]]),
      };
      expect(conversation.turn({ trigger: 'TOOL_RESULTS', ...draft }).transition('refund').targetStepId).toBe(target);
    },
  );

  test('0.5: an instance walks if a BACK reaches it', () => {
    const conversation = new Conversation([refund]);
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ variables: { order_id: '1' } });
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', signals: ['BACK'] });
    expect(played.transition('refund').targetStepId).toBe('ask_order_id');
  });

  test.each<[string, TurnDraft, string]>([
    ['a COMPLETE reaches the instance', { signals: ['COMPLETE'] }, 'refund COMPLETE USER_REQUEST'],
    ['a CANCEL reaches the instance', { signals: ['CANCEL'] }, 'refund CANCEL USER_REQUEST'],
    ['a PAUSE reaches the instance', { signals: ['PAUSE'] }, 'refund PAUSE USER_REQUEST'],
    ['its completion condition is TRUE', { message: 'enough' }, 'refund COMPLETE CONDITION'],
    ['its cancel condition is TRUE', { message: 'stop' }, 'refund CANCEL CONDITION'],
    ['it is idle', { occurredAt: 999_999_999 }, 'refund PAUSE IDLE'],
    ['nothing is about it', {}, 'refund CONTINUE QUIET'],
  ])('0.5: rules 2.1 to 2.4, 2.6 and 2.7 are evaluated when %s', (_case, draft, action) => {
    const conversation = new Conversation([
      {
        ...refund,
        idleTimeoutMs: 3_600_000,
        completionCondition: 'message == "enough"',
        cancelCondition: 'message == "stop"',
      },
    ]);
    conversation.turn({ candidates: { refund: 0.9 } });
    expect(conversation.turn({ trigger: 'TIMER', ...draft }).actions).toEqual([action]);
  });

  test('0.5: all rules are evaluated for an instance with an outcome', () => {
    const conversation = new Conversation([refund, confirming('payment')]);
    conversation.turn({ candidates: { refund: 0.9, payment: 0.8 } });
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'DECLINED', instanceId: 'payment#1' }],
    });
    expect(played.actions).toEqual(['refund CONTINUE QUIET', 'payment CANCEL DECLINED']);
  });

  test('0.5: an instance whose scenario was deleted is still canceled (2.1)', () => {
    const conversation = new Conversation([refund]);
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.remove('refund');
    expect(conversation.turn({ trigger: 'TIMER' }).actions).toEqual(['refund CANCEL SCENARIO_NOT_FOUND']);
  });

  test('0.5: an open ASK stays open and no attempt is counted', () => {
    const conversation = new Conversation([refund]);
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ trigger: 'TIMER' });
    expect(conversation.instance('refund').attempts).toBe(0);
    expect(listOpenRequests(conversation.session)).toEqual(['refund#1 ASK order_id']);
    conversation.turn();
    expect(conversation.instance('refund').attempts).toBe(1);
  });

  test('0.5: a start walks and contributes, and interrupts no instance', () => {
    const conversation = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]);
    conversation.turn({ candidates: { refund: 0.9 } });
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      candidates: { booking: 0.9, refund: 0.8 },
      variables: { date: 'May' },
    });
    expect(played.actions).toEqual(['refund CONTINUE QUIET', 'booking START CANDIDATE']);
    expect(played.plan).toEqual(['booking ASK seats', 'refund NONE']);
    expect(played.rejections).toEqual(['refund ALREADY_ACTIVE']);
  });

  test('0.5: quiet instances do not contribute, even if all others contribute NONE', () => {
    const conversation = new Conversation([acting('transfer'), refund]);
    conversation.turn({ candidates: { transfer: 0.9, refund: 0.8 } });
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'transfer#1' }],
    });
    expect(played.plan).toEqual(['transfer NONE', 'refund NONE']);
  });

  test('0.5: a resumed instance walks and contributes', () => {
    const conversation = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, confirming('payment')]);
    conversation.turn({ candidates: { refund: 0.9 } });
    expect(conversation.turn({ candidates: { payment: 0.9 } }).actions).toContain('refund PAUSE INTERRUPTED');
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'DECLINED', instanceId: 'payment#2' }],
    });
    expect(played.actions).toEqual(['refund CONTINUE RESUMED', 'payment CANCEL DECLINED']);
    expect(played.plan).toEqual(['refund ASK order_id']);
  });
});

describe('0.5: a change of a field that the instance collects at a later step', () => {
  const change: TurnDraft = { variables: { y: 1 } };
  const startTwoAsks = (): Conversation => {
    const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
    conversation.store(asking('u', ['v']));
    return conversation;
  };

  test.each<[string, TurnDraft, boolean]>([
    ['addresses the instance', {}, true],
    ['does not address it when a START is aimed at another scenario', { signals: [['START', 'u']] }, false],
    ['does not address it when a candidate is at the threshold', { candidates: { u: 0.5 } }, false],
    ['addresses it when a candidate is below the threshold', { candidates: { u: 0.4 } }, true],
    ['does not address it when another instance is addressed', { signals: [['CONTINUE', 't']] }, false],
  ])('0.5: the change %s', (_case, draft, isAddressed) => {
    const { addressedInstanceIds } = startTwoAsks().turn({ ...change, ...draft }).result.context;
    expect(addressedInstanceIds.includes('s#1')).toBe(isAddressed);
  });

  test('0.5: a TOOL_RESULTS turn addresses only the instances of its outcomes', () => {
    const conversation = startConversation([acting('s'), acting('t')]);
    const { context } = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', instanceId: 't#1' }],
    }).result;
    expect(context.addressedInstanceIds).toEqual(['t#1']);
  });
});

describe('0.5: an awaited field', () => {
  test('0.5: a null for an awaited field is not an answer', () => {
    const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z'])], { variables: { y: 1 } });
    const { addressedInstanceIds } = conversation.turn({ variables: { x: null } }).result.context;
    expect(addressedInstanceIds).toEqual([]);
    expect(conversation.instance('s').attempts).toBe(1);
  });

  test('0.5: a result for an awaited field of another instance is not an answer', () => {
    const conversation = startConversation([asking('s', ['x', 'y']), acting('t')]);
    const outcomes = [{ kind: 'ACTION_FAILED', instanceId: 't#1', results: { x: 1 } } as const];
    expect(conversation.turn({ outcomes }).result.context.addressedInstanceIds).toEqual(['t#1']);
  });
});
