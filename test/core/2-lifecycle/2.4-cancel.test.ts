import { startConversation } from '../../support/running';
import { confirming } from '../../support/sample-scenarios';

test('2.4: a CANCEL signal cancels the instance and precedes DECLINED and PAUSE', () => {
  const played = startConversation([confirming('payment')]).turn({
    signals: ['PAUSE', 'CANCEL'],
    outcomes: [{ kind: 'DECLINED' }],
  });
  expect(played.actions).toEqual(['payment CANCEL USER_REQUEST']);
});
