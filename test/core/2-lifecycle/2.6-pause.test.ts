import { startConversation } from '../../support/running';
import { asking } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);

test('2.6: a PAUSE signal pauses an instance that is also idle', () => {
  const conversation = startConversation([{ ...refund, idleTimeoutMs: 1_000, idleAction: 'CANCEL' }]);
  expect(conversation.turn({ signals: ['PAUSE'], occurredAt: 9_999_999 }).actions).toEqual([
    'refund PAUSE USER_REQUEST',
  ]);
  expect(conversation.instance('refund')).toMatchObject({
    status: 'PAUSED',
    pauseReason: 'USER_REQUEST',
    pausedAt: 9_999_999,
  });
});

test('2.6: an answer that comes with a PAUSE is stored', () => {
  const conversation = startConversation([refund]);
  expect(conversation.turn({ signals: ['PAUSE'], variables: { order_id: '1' } }).plan).toEqual([]);
  expect(conversation.turn({ signals: [['CONTINUE', 'refund']] }).plan).toEqual(['refund ASK reason']);
});
