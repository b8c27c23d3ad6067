import { Conversation, type SignalDraft } from '../support/conversation';
import { asking } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason'], { priority: 10 });
const booking = asking('booking', ['date', 'seats']);

/** Both run; refund has asked first and is the focus. */
function aTalk(): Conversation {
  const talk = new Conversation([refund, booking]);
  talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  return talk;
}

test.each<[SignalDraft, string]>([
  ['PAUSE', 'refund PAUSE USER_REQUEST'],
  ['COMPLETE', 'refund COMPLETE USER_REQUEST'],
  ['CANCEL', 'refund CANCEL USER_REQUEST'],
])('0.2 signals: an unaimed %s is taken by the focus and by nobody else', (signal, taken) => {
  expect(aTalk().turn({ signals: [signal] }).actions).toEqual([taken, 'booking CONTINUE GOES_ON']);
});

test.each<[SignalDraft]>([['NONE'], ['START'], ['CONTINUE']])(
  '0.2 signals: an unaimed %s means go on as usual and addresses nobody',
  (signal) => {
    const played = aTalk().turn({ signals: [signal] });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CONTINUE GOES_ON']);
    expect(played.result.context.addressedInstanceIds).toEqual([]);
  },
);

test.each<[string, readonly SignalDraft[], readonly string[]]>([
  ['at one scenario', [['PAUSE', 'booking']], ['refund CONTINUE GOES_ON', 'booking PAUSE USER_REQUEST']],
  ['at two scenarios', [['PAUSE', 'booking', 'refund']], ['refund PAUSE USER_REQUEST', 'booking PAUSE USER_REQUEST']],
  ['at all instances', [['CANCEL', '*']], ['refund CANCEL USER_REQUEST', 'booking CANCEL USER_REQUEST']],
  [
    'one at each of two scenarios',
    [
      ['CANCEL', 'refund'],
      ['CONTINUE', 'booking'],
    ],
    ['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON'],
  ],
  [
    'at all, and another at one of them, which counts for that one alone',
    [
      ['CANCEL', '*'],
      ['CONTINUE', 'booking'],
    ],
    ['refund CANCEL USER_REQUEST', 'booking CONTINUE GOES_ON'],
  ],
  [
    'at a scenario that is not in the session, which leaves the focus alone',
    [['CANCEL', 'upgrade']],
    ['refund CONTINUE GOES_ON', 'booking CONTINUE GOES_ON'],
  ],
])('0.2 signals: aimed %s', (_aim, signals, actions) => {
  expect(aTalk().turn({ signals }).actions).toEqual(actions);
});

test('0.2 signals: an unaimed one and one aimed at the focus: what is aimed counts', () => {
  const played = aTalk().turn({ signals: ['CANCEL', ['CONTINUE', 'refund']] });
  expect(played.lifecycle('refund').action).toBe('CONTINUE');
});

test('0.2 signals: a START aimed at a scenario without an instance makes it a candidate with score 1', () => {
  const talk = new Conversation([refund, booking]);
  const played = talk.turn({ signals: [['START', 'booking']] });
  expect(played.actions).toEqual(['booking START AIMED']);
  expect(played.lifecycle('booking').confidence).toBe(1);
});

test('0.2 signals: a START raises a candidate that scores below the threshold', () => {
  const played = new Conversation([booking]).turn({ signals: [['START', 'booking']], candidates: { booking: 0.1 } });
  expect(played.actions).toEqual(['booking START AIMED']);
  expect(played.rejections).toEqual([]);
});

test('0.2 signals: a START aimed at a scenario whose instance ends this turn starts it anew', () => {
  const played = aTalk().turn({
    signals: [
      ['CANCEL', 'refund'],
      ['START', 'refund'],
    ],
  });
  expect(played.actions).toEqual(['refund CANCEL USER_REQUEST', 'booking CONTINUE QUIET', 'refund START AIMED']);
});

test('0.2 signals: a START aimed at a running instance lets it go on and is no candidate', () => {
  const played = aTalk().turn({ signals: [['START', 'refund']] });
  expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CONTINUE QUIET']);
  expect(played.rejections).toEqual([]);
});

test.each<[SignalDraft]>([['CANCEL'], [['CANCEL', '*']], [['PAUSE', 'booking']]])(
  '0.2 signals: %j sees only instances that existed before the turn',
  (signal) => {
    const played = new Conversation([booking]).turn({ signals: [signal], candidates: { booking: 0.9 } });
    expect(played.actions).toEqual(['booking START CANDIDATE']);
  },
);

test('0.2 signals: one aimed at an ended instance reaches nobody', () => {
  const talk = aTalk();
  talk.turn({ signals: [['CANCEL', 'refund']] });
  const played = talk.turn({ signals: [['CANCEL', 'refund']] });
  expect(played.actions).toEqual(['booking CONTINUE GOES_ON']);
});

test.each<[string, SignalDraft]>([
  ['START', ['START', 'refund']],
  ['CONTINUE', ['CONTINUE', 'refund']],
  ['PAUSE', ['PAUSE', 'refund']],
  ['CANCEL', 'CANCEL'],
  ['', ['CANCEL', 'booking']],
  ['', 'CONTINUE'],
])('0.2 signals: a condition sees "%s" where %j was given', (seen, signal) => {
  const talk = new Conversation([{ ...refund, completionCondition: `turn > 1 && signal == "${seen}"` }, booking]);
  talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  expect(talk.turn({ signals: [signal] }).actions).toContain('refund COMPLETE CONDITION');
});

test('0.2 signals: of several that reach an instance a condition sees the first of COMPLETE, CANCEL, PAUSE, START, CONTINUE', () => {
  const seen = (...signals: readonly ('CANCEL' | 'PAUSE' | 'START' | 'CONTINUE')[]): string | undefined =>
    ['CANCEL', 'PAUSE', 'START', 'CONTINUE'].find((word) => {
      const talk = new Conversation([{ ...refund, completionCondition: `turn > 1 && signal == "${word}"` }]);
      talk.turn({ candidates: { refund: 0.9 } });
      return talk
        .turn({ signals: signals.map((signal) => [signal, 'refund']) })
        .actions.includes('refund COMPLETE CONDITION');
    });
  expect([
    seen('CONTINUE', 'START', 'PAUSE', 'CANCEL'),
    seen('CONTINUE', 'START', 'PAUSE'),
    seen('CONTINUE', 'START'),
  ]).toEqual(['CANCEL', 'PAUSE', 'START']);
});

test('0.2 signals: an entry condition sees none, as no instance existed that a signal could reach', () => {
  const talk = new Conversation([{ ...booking, entryCondition: 'signal == ""' }]);
  expect(talk.turn({ signals: [['START', 'booking']] }).actions).toEqual(['booking START AIMED']);
});
