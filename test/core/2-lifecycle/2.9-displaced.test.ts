import { aRelationship, Conversation } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date']);

test('2.9: an instance that a start excludes is paused (PREEMPTED)', () => {
  const conversation = new Conversation([refund, { ...booking, priority: 1 }], {
    relationships: [aRelationship('refund', 'EXCLUDES', 'booking')],
  });
  conversation.turn({ candidates: { refund: 0.9 } });
  const played = conversation.turn({ candidates: { booking: 0.9 } });
  expect(played.actions).toEqual(['refund PAUSE PREEMPTED', 'booking START CANDIDATE']);
  expect(played.lifecycle('refund').displacedByInstanceIds).toEqual(['booking#2']);
  expect(played.plan).toEqual(['booking ASK date']);
});

test('2.9: an instance that is displaced at the limit is paused (PREEMPTED)', () => {
  const conversation = new Conversation([refund, booking], { settings: { maxSimultaneousScenarios: 1 } });
  conversation.turn({ candidates: { refund: 0.9 } });
  expect(conversation.turn({ candidates: { booking: 0.9 } }).actions).toEqual([
    'refund PAUSE PREEMPTED',
    'booking START CANDIDATE',
  ]);
});

test('2.9: an instance that is displaced and not addressed is PREEMPTED', () => {
  const conversation = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking], {
    settings: { maxSimultaneousScenarios: 1 },
  });
  conversation.turn({ candidates: { refund: 0.9 } });
  expect(conversation.turn({ candidates: { booking: 0.9 } }).actions).toEqual([
    'refund PAUSE PREEMPTED',
    'booking START CANDIDATE',
  ]);
});

test('2.9: an unaddressed instance with when_not_addressed PAUSE is paused (INTERRUPTED)', () => {
  const played = startConversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]).turn({
    variables: { date: 'May' },
  });
  expect(played.actions).toEqual(['refund PAUSE INTERRUPTED', 'booking CONTINUE GOES_ON']);
});

test('2.9: an unaddressed instance is interrupted even if a correction would move it', () => {
  const conversation = startConversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]);
  conversation.turn({ variables: { order_id: '1' } });
  expect(conversation.turn({ variables: { order_id: '2', date: 'May' } }).actions).toEqual([
    'refund PAUSE INTERRUPTED',
    'booking CONTINUE GOES_ON',
  ]);
});

test('2.9: with when_displaced CANCEL, a displaced instance is canceled (PREEMPTED)', () => {
  const conversation = new Conversation(
    [
      { ...refund, whenDisplaced: 'CANCEL' },
      { ...booking, priority: 1 },
    ],
    {
      relationships: [aRelationship('refund', 'EXCLUDES', 'booking')],
    },
  );
  conversation.turn({ candidates: { refund: 0.9 } });
  const played = conversation.turn({ candidates: { booking: 0.9 } });
  expect(played.actions).toEqual(['refund CANCEL PREEMPTED', 'booking START CANDIDATE']);
  expect(played.lifecycle('refund').displacedByInstanceIds).toEqual(['booking#2']);
  expect(conversation.session.endedInstances).toMatchObject([{ scenarioId: 'refund', reason: 'PREEMPTED' }]);
});

test('2.9: an instance whose step blocks a start of this turn is not interrupted', () => {
  const blocking = { ...refund, steps: refund.steps.map((step) => ({ ...step, blocksStarts: true })) };
  const conversation = startConversation(
    [{ ...blocking, whenNotAddressed: 'PAUSE' }, booking, asking('other', ['x'])],
    {
      candidates: { refund: 0.9, booking: 0.8 },
    },
  );
  const played = conversation.turn({ candidates: { other: 0.9 }, variables: { date: 'May' } });
  expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CONTINUE GOES_ON']);
  expect(played.rejections).toEqual(['other START_BLOCKED']);
  expect(played.plan).toEqual(['refund ASK order_id', 'booking INFORM bye']);
});

test('2.9: without an active addressed instance, an instance with when_not_addressed PAUSE stays silent', () => {
  const conversation = startConversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]);
  const played = conversation.turn({ signals: [['CANCEL', 'booking']], variables: { date: 'May' } });
  // No other instance contributes, so the silent instance does (0.5).
  expect(played.actions).toEqual(['refund CONTINUE GOES_ON', 'booking CANCEL USER_REQUEST']);
  expect(played.plan).toEqual(['refund ASK order_id']);
});

describe('a resume and rule 2.9 on one turn', () => {
  /** Booking has displaced refund, which it excludes. */
  const displaced = (refundPolicy: 'PAUSE' | 'QUIET' = 'PAUSE'): Conversation => {
    const conversation = new Conversation(
      [
        { ...refund, whenNotAddressed: refundPolicy },
        { ...booking, priority: 1, whenNotAddressed: 'PAUSE' },
      ],
      { relationships: [aRelationship('refund', 'EXCLUDES', 'booking')] },
    );
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ candidates: { booking: 0.9 } });
    return conversation;
  };

  test('2.9: a CONTINUE for a displaced instance interrupts the one that displaced it, and only one of them contributes', () => {
    const conversation = displaced();
    const played = conversation.turn({ signals: [['CONTINUE', 'refund']] });
    expect(played.actions).toEqual(['refund CONTINUE RESUMED', 'booking PAUSE INTERRUPTED']);
    expect(played.plan).toEqual(['refund ASK order_id']);
  });

  test('2.11: an instance that 2.9 would interrupt on this turn does not resume', () => {
    const conversation = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking, asking('other', ['x'])], {
      settings: { maxSimultaneousScenarios: 1 },
    });
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ candidates: { booking: 0.9 } });
    const played = conversation.turn({ signals: [['CANCEL', 'booking']], candidates: { other: 0.9 } });
    expect(played.actions).toEqual([
      'refund PAUSE STAYS_PAUSED',
      'booking CANCEL USER_REQUEST',
      'other START CANDIDATE',
    ]);
  });
});
