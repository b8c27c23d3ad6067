import type { TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);

test.each<[string, TurnDraft]>([
  ['without a signal', {}],
  ['with a COMPLETE', { signals: ['COMPLETE'] }],
  ['with a PAUSE', { signals: ['PAUSE'] }],
])('2.1: an instance is canceled if its scenario is not in the catalogue, %s', (_why, draft) => {
  const conversation = startConversation([refund]);
  conversation.remove('refund');
  expect(conversation.turn(draft).actions).toEqual(['refund CANCEL SCENARIO_NOT_FOUND']);
  expect(conversation.session.endedInstances[0]).toMatchObject({ status: 'CANCELLED', reason: 'SCENARIO_NOT_FOUND' });
});

test('2.1: disabling a scenario only stops new starts', () => {
  const conversation = startConversation([refund]);
  conversation.store({ ...refund, enabled: false });
  expect(conversation.turn().actions).toEqual(['refund CONTINUE GOES_ON']);
  conversation.turn({ signals: ['CANCEL'] });
  expect(conversation.turn({ candidates: { refund: 0.9 } }).rejections).toEqual(['refund DISABLED']);
});
