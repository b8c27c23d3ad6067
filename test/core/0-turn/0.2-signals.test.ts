import { Conversation, type SignalDraft } from '../../support/conversation';
import { asking } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason'], { priority: 10 });
const booking = asking('booking', ['date', 'seats']);

/** Starts refund and booking. refund asks first and has the focus. */
function startConversation(): Conversation {
  const conversation = new Conversation([refund, booking]);
  conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  return conversation;
}

test.each<[SignalDraft, string]>([
  ['PAUSE', 'refund PAUSE USER_REQUEST'],
  ['COMPLETE', 'refund COMPLETE USER_REQUEST'],
  ['CANCEL', 'refund CANCEL USER_REQUEST'],
])('0.2: an unaimed %s goes to the focus only', (signal, action) => {
  expect(startConversation().turn({ signals: [signal] }).actions).toEqual([action, 'booking CONTINUE GOES_ON']);
});

test('0.2: an unaimed BACK goes to the focus only', () => {
  const conversation = startConversation();
  conversation.turn({ variables: { order_id: '1', date: 'May' } });
  const played = conversation.turn({ signals: ['BACK'] });
  expect(played.transition('refund')).toMatchObject({ reason: 'WENT_BACK', targetStepId: 'ask_order_id' });
  expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CONTINUE QUIET']);
});

test.each<[SignalDraft]>([['NONE'], ['START'], ['CONTINUE']])(
  '0.2: an unaimed %s has no effect and addresses no instance',
  (signal) => {
    const played = startConversation().turn({ signals: [signal] });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CONTINUE GOES_ON']);
    expect(played.result.context.addressedInstanceIds).toEqual([]);
  },
);

test.each<[string, readonly SignalDraft[], readonly string[]]>([
  ['at one scenario', [['PAUSE', 'booking']], ['refund CONTINUE GOES_ON', 'booking PAUSE USER_REQUEST']],
  ['at two scenarios', [['PAUSE', 'booking', 'refund']], ['refund PAUSE USER_REQUEST', 'booking PAUSE USER_REQUEST']],
  ['at all instances', [['CANCEL', '*']], ['refund CANCEL USER_REQUEST', 'booking CANCEL USER_REQUEST']],
  [
    'individually at two scenarios',
    [
      ['CANCEL', 'refund'],
      ['CONTINUE', 'booking'],
    ],
    ['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON'],
  ],
  [
    'at all instances and, with precedence, at one of them',
    [
      ['CANCEL', '*'],
      ['CONTINUE', 'booking'],
    ],
    ['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON'],
  ],
  [
    'at a scenario without an instance, which does not affect the focus',
    [['CANCEL', 'upgrade']],
    ['refund CONTINUE GOES_ON', 'booking CONTINUE GOES_ON'],
  ],
])('0.2: signals reach only the instances that they are aimed at: %s', (_target, signals, actions) => {
  expect(startConversation().turn({ signals }).actions).toEqual(actions);
});

test('0.2: a signal aimed at the focus takes precedence over an unaimed signal', () => {
  const played = startConversation().turn({ signals: ['CANCEL', ['CONTINUE', 'refund']] });
  expect(played.lifecycle('refund').action).toBe('CONTINUE');
});

test('0.2: a START aimed at a scenario without an instance makes it a candidate with score 1', () => {
  const conversation = new Conversation([refund, booking]);
  const played = conversation.turn({ signals: [['START', 'booking']] });
  expect(played.actions).toEqual(['booking START AIMED']);
  expect(played.lifecycle('booking').confidence).toBe(1);
});

test('0.2: a START starts a candidate that scores below the threshold', () => {
  const played = new Conversation([booking]).turn({ signals: [['START', 'booking']], candidates: { booking: 0.1 } });
  expect(played.actions).toEqual(['booking START AIMED']);
  expect(played.rejections).toEqual([]);
});

test('0.2: a START aimed at a scenario whose instance ends this turn starts a new instance', () => {
  const played = startConversation().turn({
    signals: [
      ['CANCEL', 'refund'],
      ['START', 'refund'],
    ],
  });
  expect(played.actions).toEqual(['refund CANCEL USER_REQUEST', 'booking CONTINUE QUIET', 'refund START AIMED']);
});

test('0.2: a START aimed at an active instance counts as CONTINUE', () => {
  const played = startConversation().turn({ signals: [['START', 'refund']] });
  expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CONTINUE QUIET']);
  expect(played.rejections).toEqual([]);
});

test.each<[SignalDraft]>([['CANCEL'], [['CANCEL', '*']], [['PAUSE', 'booking']]])(
  '0.2: %j does not reach an instance that starts this turn',
  (signal) => {
    const played = new Conversation([booking]).turn({ signals: [signal], candidates: { booking: 0.9 } });
    expect(played.actions).toEqual(['booking START CANDIDATE']);
  },
);

test('0.2: a signal aimed at an ended instance has no effect', () => {
  const conversation = startConversation();
  conversation.turn({ signals: [['CANCEL', 'refund']] });
  const played = conversation.turn({ signals: [['CANCEL', 'refund']] });
  expect(played.actions).toEqual(['booking CONTINUE GOES_ON']);
});

test.each<[string, SignalDraft]>([
  ['START', ['START', 'refund']],
  ['CONTINUE', ['CONTINUE', 'refund']],
  ['PAUSE', ['PAUSE', 'refund']],
  ['BACK', ['BACK', 'refund']],
  ['CANCEL', 'CANCEL'],
  ['', ['CANCEL', 'booking']],
  ['', 'CONTINUE'],
])('0.2: the variable signal is "%s" after %j', (value, signal) => {
  const conversation = new Conversation([
    { ...refund, completionCondition: `turn > 1 && signal == "${value}"` },
    booking,
  ]);
  conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  expect(conversation.turn({ signals: [signal] }).actions).toContain('refund COMPLETE CONDITION');
});

test('0.2: with several signals, the variable signal is the first of COMPLETE, CANCEL, PAUSE, START, CONTINUE', () => {
  const getSignalVariable = (...signals: readonly ('CANCEL' | 'PAUSE' | 'START' | 'CONTINUE')[]): string | undefined =>
    ['CANCEL', 'PAUSE', 'START', 'CONTINUE'].find((word) => {
      const conversation = new Conversation([{ ...refund, completionCondition: `turn > 1 && signal == "${word}"` }]);
      conversation.turn({ candidates: { refund: 0.9 } });
      return conversation
        .turn({ signals: signals.map((signal) => [signal, 'refund']) })
        .actions.includes('refund COMPLETE CONDITION');
    });
  expect([
    getSignalVariable('CONTINUE', 'START', 'PAUSE', 'CANCEL'),
    getSignalVariable('CONTINUE', 'START', 'PAUSE'),
    getSignalVariable('CONTINUE', 'START'),
  ]).toEqual(['CANCEL', 'PAUSE', 'START']);
});

test('0.2: the variable signal is "" in an entry condition', () => {
  const conversation = new Conversation([{ ...booking, entryCondition: 'signal == ""' }]);
  expect(conversation.turn({ signals: [['START', 'booking']] }).actions).toEqual(['booking START AIMED']);
});
