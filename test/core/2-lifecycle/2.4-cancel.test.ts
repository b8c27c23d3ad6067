import { startConversation } from '../../support/running';
import { acting, asking, confirming } from '../../support/sample-scenarios';

test('2.4: a CANCEL signal cancels the instance and precedes DECLINED and PAUSE', () => {
  const played = startConversation([confirming('payment')]).turn({
    signals: ['PAUSE', 'CANCEL'],
    outcomes: [{ kind: 'DECLINED' }],
  });
  expect(played.actions).toEqual(['payment CANCEL USER_REQUEST']);
});

test('2.4: a CANCEL signal takes effect on a turn without a message', () => {
  const played = startConversation([confirming('payment')]).turn({ trigger: 'TOOL_RESULTS', signals: ['CANCEL'] });
  expect(played.actions).toEqual(['payment CANCEL USER_REQUEST']);
});

describe('cancel_condition', () => {
  const tickets = asking('tickets', ['age', 'seats'], { cancelCondition: 'data.age < 18' });

  test('2.4: a TRUE cancel_condition cancels the instance, with data of this turn', () => {
    expect(startConversation([tickets]).turn({ variables: { age: 17 } }).actions).toEqual(['tickets CANCEL CONDITION']);
  });

  test('2.4: a FALSE or UNKNOWN cancel_condition does nothing', () => {
    expect(startConversation([tickets]).turn({ variables: { age: 18 } }).actions).toEqual(['tickets CONTINUE GOES_ON']);
    expect(startConversation([tickets]).turn().actions).toEqual(['tickets CONTINUE GOES_ON']);
  });

  test('2.4: an error of the cancel_condition is reported and counts as FALSE', () => {
    const decision = startConversation([tickets])
      .turn({ variables: { age: 'young' } })
      .lifecycle('tickets');
    expect([decision.action, decision.conditionErrors]).toEqual([
      'CONTINUE',
      [expect.stringMatching(/^cancel_condition: /)],
    ]);
  });

  test('2.4: the completion_condition precedes the cancel_condition', () => {
    const both = { ...tickets, completionCondition: 'data.age < 18' };
    expect(startConversation([both]).turn({ variables: { age: 17 } }).actions).toEqual(['tickets COMPLETE CONDITION']);
  });

  test('2.4: the cancel_condition is evaluated on turns without a message and for paused instances', () => {
    const conversation = startConversation([tickets]);
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.turn({ trigger: 'TOOL_RESULTS', patch: { age: 17 } }).actions).toEqual([
      'tickets CANCEL CONDITION',
    ]);
  });
});

test('2: a CANCEL lists the WRITE actions that are under way', () => {
  const conversation = startConversation([acting('upload')]);
  expect(conversation.turn({ signals: ['CANCEL'] }).lifecycle('upload').actionsUnderWay).toEqual(['upload#1/act/1']);
});
