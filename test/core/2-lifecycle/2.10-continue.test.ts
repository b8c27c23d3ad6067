import { startConversation } from '../../support/running';
import { asking, end, silent, waiting } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);

test('2.10: an instance continues if no other rule holds', () => {
  expect(startConversation([refund, silent('chat')]).turn().actions).toEqual([
    'refund CONTINUE GOES_ON',
    'chat CONTINUE GOES_ON',
  ]);
});

test('2.10: an instance without a TRUE transition stays at its step', () => {
  expect(
    startConversation([{ scenarioId: 'chat', steps: [waiting, end] }])
      .turn()
      .transition('chat'),
  ).toMatchObject({ targetStepId: 'wait', reason: 'NO_TRANSITION' });
});
