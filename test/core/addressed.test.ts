import { Conversation, type Played, type TurnDraft } from '../support/conversation';
import { acting, asking, confirming, end, silent, type Variation } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date', 'seats']);
const addressed = (played: Played): readonly string[] => played.result.context.addressedInstanceIds;

/** Both run; refund lacks order_id, booking lacks date. */
function aTalk(ofRefund: Variation = {}, ofBooking: Variation = {}): Conversation {
  const talk = new Conversation([
    { ...refund, ...ofRefund },
    { ...booking, ...ofBooking },
  ]);
  talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  return talk;
}

test.each<[string, TurnDraft]>([
  ['a START is aimed at it', { signals: [['START', 'refund']] }],
  ['a CONTINUE is aimed at it', { signals: [['CONTINUE', 'refund']] }],
  ['a candidate above the threshold names it', { candidates: { refund: 0.9 } }],
  ['a candidate at the threshold names it', { candidates: { refund: 0.5 } }],
  ['a field that its step lacks becomes known by a variable', { variables: { order_id: '1' } }],
  ['a field that its step lacks becomes known by the patch', { patch: { order_id: '1' } }],
  ['an outcome is about it', { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] }],
])('0.5 addressed: an instance, and no other, when %s', (_why, draft) => {
  expect(addressed(aTalk().turn(draft))).toEqual(['refund#1']);
});

test.each<[string, TurnDraft]>([
  ['a PAUSE is aimed at it', { signals: [['PAUSE', 'refund']] }],
  ['an unaimed CONTINUE is given', { signals: ['CONTINUE'] }],
  ['a candidate below the threshold names it', { candidates: { refund: 0.49 } }],
  ['a field that it waits for is given as null', { variables: { order_id: null } }],
  ['a field that it waits for comes with customer_data', { customer: { order_id: '1' } }],
  ['a field that nobody collects is given', { variables: { hobby: 'chess' } }],
  [
    'a late outcome is about a step that it does not stand at',
    { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1', stepId: 'end' }] },
  ],
])('0.5 addressed: nobody when %s', (_why, draft) => {
  const played = aTalk().turn(draft);
  expect(addressed(played)).toEqual([]);
});

test('0.5 addressed: CONTINUE at all instances addresses each', () => {
  expect(addressed(aTalk().turn({ signals: [['CONTINUE', '*']] }))).toEqual(['refund#1', 'booking#1']);
});

test('0.5 addressed: a field of its last ASK counts although the step does not lack it', () => {
  const address = { stepId: 'address', collectsProfileFields: ['street'], canSkip: false, to: ['end'] };
  const talk = new Conversation([{ scenarioId: 'move', steps: [address, end] }, booking]);
  expect(talk.turn({ candidates: { move: 0.9, booking: 0.8 }, customer: { street: 'Old Street' } }).plan).toContain(
    'move ASK street',
  );
  // With a candidate at the threshold a changed value alone would address nobody.
  const answered = talk.turn({
    customer: { street: 'Old Street' },
    variables: { street: 'New Street' },
    candidates: { unknown: 0.9 },
  });
  expect(addressed(answered)).toEqual(['move#1']);
  expect(answered.transition('move').targetStepId).toBe('end');
});

test('0.5 addressed: an answer addresses the instance that waits, not the one that collects the same field later', () => {
  const exchange = asking('exchange', ['size', 'order_id']);
  const talk = new Conversation([refund, exchange]);
  talk.turn({ candidates: { refund: 0.9, exchange: 0.8 } });
  expect(addressed(talk.turn({ variables: { order_id: '1' } }))).toEqual(['refund#1']);
});

test.each<[string, TurnDraft, readonly string[]]>([
  ['becomes known', { variables: { reason: 'broken' } }, ['refund#1']],
  ['changes', { variables: { order_id: '2' } }, ['refund#1']],
  ['is cleared', { variables: { order_id: null } }, ['refund#1']],
  ['comes by the patch', { patch: { order_id: '2' } }, ['refund#1']],
  ['is the same again', { variables: { order_id: '1' } }, []],
  ['changes beside an answer that another waits for', { variables: { order_id: '2', date: 'May' } }, ['booking#1']],
  [
    'changes beside a candidate at the threshold, startable or not',
    { variables: { order_id: '2' }, candidates: { unknown: 0.5 } },
    [],
  ],
  [
    'changes beside a candidate below the threshold',
    { variables: { order_id: '2' }, candidates: { unknown: 0.4 } },
    ['refund#1'],
  ],
])(
  '0.5 addressed: without anything stronger a value that %s addresses those that collect it',
  (_how, draft, expected) => {
    const talk = new Conversation([asking('refund', ['order_id', 'size', 'reason']), booking]);
    talk.turn({ candidates: { refund: 0.9, booking: 0.8 }, variables: { order_id: '1' } });
    expect(addressed(talk.turn(draft))).toEqual(expected);
  },
);

test('0.5 addressed: a result changes a value for its own instance, which addresses nobody else', () => {
  const exchange = asking('exchange', ['size', 'order_id']);
  const talk = new Conversation([asking('refund', ['reason', 'order_id']), exchange]);
  talk.turn({ candidates: { refund: 0.9, exchange: 0.8 } });
  const played = talk.turn({
    outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1', results: { order_id: '1' } }],
  });
  expect(addressed(played)).toEqual(['refund#1']);
});

test.each<[NonNullable<Variation['whenNotAddressed']>, string, readonly string[]]>([
  ['QUIET', 'booking CONTINUE QUIET', ['refund ASK reason', 'booking NONE']],
  ['CONTRIBUTE', 'booking CONTINUE GOES_ON', ['refund ASK reason', 'booking ASK date']],
  ['PAUSE', 'booking PAUSE INTERRUPTED', ['refund ASK reason']],
])(
  '0.5 addressed: on a turn that addresses another one an instance does as when_not_addressed = %s says',
  (whenNotAddressed, action, plan) => {
    const played = aTalk({ priority: 5 }, { whenNotAddressed }).turn({ variables: { order_id: '1' } });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON', action]);
    expect(played.plan).toEqual(plan);
  },
);

test('0.5 addressed: QUIET is the default, and such an instance does not move, whatever it could do', () => {
  const talk = new Conversation([
    refund,
    {
      ...booking,
      globals: [{ to: 'help', condition: 'message == "go"' }],
      steps: [...booking.steps, { stepId: 'help', reachableFromAnywhere: true, to: ['end'] }],
    },
  ]);
  talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  const played = talk.turn({ variables: { order_id: '1' }, message: 'go' });
  expect(played.transition('booking')).toMatchObject({ reason: 'NOT_ADDRESSED', targetStepId: 'ask_date' });
  expect(played.lifecycle('booking').action).toBe('CONTINUE');
  expect(talk.instance('booking')).toMatchObject({ status: 'ACTIVE', currentStepId: 'ask_date' });
});

test('0.5 addressed: what starts this turn is addressed as well, so the others are not', () => {
  const talk = new Conversation([refund, booking]);
  talk.turn({ candidates: { refund: 0.9 } });
  const played = talk.turn({ candidates: { booking: 0.9 } });
  expect(played.actions).toEqual(['refund CONTINUE QUIET', 'booking START CANDIDATE']);
  expect(played.plan).toEqual(['booking ASK date', 'refund NONE']);
});

test('0.5 addressed: a candidate that is refused addresses nobody, and everyone goes on as usual', () => {
  const talk = aTalk();
  expect(talk.turn({ candidates: { unknown: 0.9 } }).plan).toEqual(['booking ASK date', 'refund ASK order_id']);
});

test('0.5 addressed: a turn that addresses nobody leaves everyone as usual, whatever when_not_addressed says', () => {
  const played = aTalk({ whenNotAddressed: 'PAUSE' }).turn({ message: 'hm' });
  expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CONTINUE GOES_ON']);
});

test('0.5 addressed: where everyone that moves has nothing to say the quiet ones speak after all', () => {
  const talk = new Conversation([silent('chat'), refund]);
  talk.turn({ candidates: { chat: 0.9, refund: 0.8 } });
  const played = talk.turn({ signals: [['CONTINUE', 'chat']] });
  expect(played.actions).toEqual(['chat CONTINUE GOES_ON', 'refund CONTINUE GOES_ON']);
  expect(played.plan).toEqual(['refund ASK order_id', 'chat NONE']);
});

test('0.5 addressed: the quiet ones move as well when they speak up', () => {
  const telling = {
    scenarioId: 'news',
    steps: [
      { stepId: 'tell', templateIds: ['news'], to: ['more'] },
      { stepId: 'more', templateIds: ['more'], to: ['end'] },
      end,
    ],
  };
  const talk = new Conversation([silent('chat'), telling]);
  talk.turn({ candidates: { chat: 0.9, news: 0.8 } });
  expect(talk.turn({ signals: [['CONTINUE', 'chat']] }).transition('news').targetStepId).toBe('more');
});

test('0.5 addressed: the quiet ones speak up when the addressed one ended this turn', () => {
  const talk = aTalk();
  const played = talk.turn({ variables: { order_id: '1' }, signals: [['CANCEL', 'refund']] });
  expect(addressed(played)).toEqual(['refund#1']);
  expect(played.actions).toEqual(['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON']);
  expect(played.plan).toEqual(['booking ASK date']);
});

test('0.5 addressed: those that the turn interrupted stay paused although it is silent', () => {
  const talk = new Conversation([silent('chat'), { ...refund, whenNotAddressed: 'PAUSE' }]);
  talk.turn({ candidates: { chat: 0.9, refund: 0.8 } });
  const played = talk.turn({ signals: [['CONTINUE', 'chat']] });
  expect(played.actions).toEqual(['chat CONTINUE GOES_ON', 'refund PAUSE INTERRUPTED']);
  expect(played.plan).toEqual(['chat NONE']);
});

describe('0.5 addressed, on turns without a message', () => {
  test.each(['TOOL_RESULTS', 'TIMER'] as const)(
    '0.5 on %s nobody moves or contributes but whom an outcome is about',
    (trigger) => {
      const talk = new Conversation([acting('transfer'), { ...refund, whenNotAddressed: 'PAUSE' }]);
      talk.turn({ candidates: { transfer: 0.9, refund: 0.8 } });
      const played = talk.turn({ trigger, outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'transfer#1' }] });
      expect(played.actions).toEqual(['transfer CONTINUE GOES_ON', 'refund CONTINUE QUIET']);
      expect(played.plan).toEqual(['transfer ACTION_HINT transfer_tool', 'refund NONE']);
    },
  );

  test('0.5 an answer that comes as a variable moves nobody before the next message', () => {
    const talk = new Conversation([refund]);
    talk.turn({ candidates: { refund: 0.9 } });
    const results = talk.turn({ trigger: 'TOOL_RESULTS', variables: { order_id: '1' } });
    expect([results.plan, results.transition('refund').targetStepId]).toEqual([['refund NONE'], 'ask_order_id']);
    expect(talk.turn().transition('refund').targetStepId).toBe('ask_reason');
  });

  test.each<[string, TurnDraft, string]>([
    ['COMPLETE reaches it', { signals: ['COMPLETE'] }, 'refund CONTINUE QUIET'],
    ['CANCEL reaches it', { signals: ['CANCEL'] }, 'refund CONTINUE QUIET'],
    ['PAUSE reaches it', { signals: ['PAUSE'] }, 'refund CONTINUE QUIET'],
    ['its completion condition holds', { message: 'enough' }, 'refund CONTINUE QUIET'],
    ['it is idle (2.7)', { occurredAt: 999_999_999 }, 'refund PAUSE IDLE'],
  ])('0.5 of the rules 2.3 to 2.6 are not evaluated: %s', (_why, draft, action) => {
    const talk = new Conversation([
      { ...refund, idleTimeoutMs: 3_600_000, completionCondition: 'message == "enough"' },
    ]);
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ trigger: 'TIMER', ...draft }).actions).toEqual([action]);
  });

  test('0.5 all rules are evaluated for whom an outcome is about', () => {
    const talk = new Conversation([refund, confirming('payment')]);
    talk.turn({ candidates: { refund: 0.9, payment: 0.8 } });
    const played = talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'DECLINED', instanceId: 'payment#1' }] });
    expect(played.actions).toEqual(['refund CONTINUE QUIET', 'payment CANCEL DECLINED']);
  });

  test('0.5 a scenario that is gone is cancelled all the same (2.1)', () => {
    const talk = new Conversation([refund]);
    talk.turn({ candidates: { refund: 0.9 } });
    talk.remove('refund');
    expect(talk.turn({ trigger: 'TIMER' }).actions).toEqual(['refund CANCEL SCENARIO_NOT_FOUND']);
  });

  test('0.5 what was asked stays open and no attempt is counted', () => {
    const talk = new Conversation([refund]);
    talk.turn({ candidates: { refund: 0.9 } });
    talk.turn({ trigger: 'TIMER' });
    expect(talk.instance('refund').visit).toMatchObject({ attempts: 0, openType: 'ASK', openAskFields: ['order_id'] });
    talk.turn();
    expect(talk.instance('refund').visit.attempts).toBe(1);
  });

  test('0.5 what starts on them moves and contributes, and interrupts nobody', () => {
    const talk = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]);
    talk.turn({ candidates: { refund: 0.9 } });
    const played = talk.turn({
      trigger: 'TOOL_RESULTS',
      candidates: { booking: 0.9, refund: 0.8 },
      variables: { date: 'May' },
    });
    expect(played.actions).toEqual(['refund CONTINUE QUIET', 'booking START CANDIDATE']);
    expect(played.plan).toEqual(['booking ASK seats', 'refund NONE']);
    expect(played.rejections).toEqual(['refund ALREADY_ACTIVE']);
  });

  test('0.5 they are silent where nobody that moves has something to say', () => {
    const talk = new Conversation([acting('transfer'), refund]);
    talk.turn({ candidates: { transfer: 0.9, refund: 0.8 } });
    const played = talk.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'transfer#1' }],
    });
    // transfer moved, so it was active last.
    expect(played.plan).toEqual(['transfer NONE', 'refund NONE']);
  });

  test('0.5 what resumes on them moves and contributes', () => {
    const talk = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, confirming('payment')]);
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { payment: 0.9 } }).actions).toContain('refund PAUSE INTERRUPTED');
    const played = talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'DECLINED', instanceId: 'payment#2' }] });
    expect(played.actions).toEqual(['refund CONTINUE RESUMED', 'payment CANCEL DECLINED']);
    expect(played.plan).toEqual(['refund ASK order_id']);
  });
});
