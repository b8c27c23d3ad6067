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
