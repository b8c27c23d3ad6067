import { Conversation, type ScenarioDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, end } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);

describe('a terminal step', () => {
  const booking = asking('booking', ['date']);

  const startAtEnd = (scenario: ScenarioDraft = refund): Conversation => {
    const conversation = startConversation([scenario]);
    conversation.turn({ variables: { order_id: '1', reason: 'broken' } });
    expect(conversation.instance(scenario.scenarioId).currentStepId).toBe('end');
    return conversation;
  };

  test('2.3: a finished terminal step completes on the next message', () => {
    const conversation = startAtEnd();
    expect(conversation.turn().actions).toEqual(['refund COMPLETE TERMINAL']);
    expect(conversation.session.endedInstances[0]).toMatchObject({ status: 'COMPLETED', lastStepId: 'end' });
  });

  test('2.3: a terminal step with an unfinished stage does not complete', () => {
    const conversation = startConversation([
      { scenarioId: 'contract', steps: [{ stepId: 'sign', isTerminal: true, requiresConfirmation: true }] },
    ]);
    expect(conversation.turn().actions).toEqual(['contract CONTINUE GOES_ON']);
    expect(conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).actions).toEqual(['contract COMPLETE TERMINAL']);
  });

  test('2.3: a terminal step with a TRUE transition does not complete', () => {
    const conversation = startAtEnd({
      ...refund,
      steps: [
        ...refund.steps.slice(0, -1),
        { ...end, to: [{ to: 'ask_reason', intentLabel: 'again', clears: ['reason'] }] },
      ],
    });
    const played = conversation.turn({ intent: 'again' });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['refund ASK reason']);
  });

  test('2.3: a terminal step with an UNKNOWN transition completes', () => {
    const conversation = startAtEnd({
      ...refund,
      steps: [...refund.steps.slice(0, -1), { ...end, to: [{ to: 'ask_reason', conditionFields: ['voucher'] }] }],
    });
    expect(conversation.turn().actions).toEqual(['refund COMPLETE TERMINAL']);
  });

  test('2.3: a correction that moves the instance prevents completion', () => {
    const played = startAtEnd().turn({ variables: { order_id: '2' } });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON']);
    expect(played.transition('refund').reason).toBe('CORRECTED');
    expect(played.plan).toEqual(['refund INFORM bye']);
  });

  test('2.3: a finished terminal step completes on a turn that addresses another instance', () => {
    const conversation = startAtEnd();
    conversation.store(booking);
    const played = conversation.turn({ candidates: { booking: 0.9 } });
    expect(played.actions).toEqual(['refund COMPLETE TERMINAL', 'booking START CANDIDATE']);
  });

  test('2.3: a finished terminal step completes on a turn that addresses others and corrects one of its values', () => {
    const conversation = new Conversation([
      {
        scenarioId: 'refund',
        steps: [
          { stepId: 'order', collectsProfileFields: ['order_id'], to: ['dropped'] },
          { stepId: 'dropped', isTerminal: true, templateIds: ['dropped'] },
        ],
      },
      {
        scenarioId: 'status',
        steps: [
          { stepId: 'ask', collectsProfileFields: ['email'], to: ['end'] },
          { stepId: 'end', isTerminal: true },
        ],
      },
    ]);
    expect(conversation.turn({ candidates: { refund: 0.9 }, variables: { order_id: '1' } }).plan).toEqual([
      'refund INFORM dropped',
    ]);
    const played = conversation.turn({ candidates: { status: 0.9 }, variables: { order_id: '2' } });
    expect(played.actions).toEqual(['refund COMPLETE TERMINAL', 'status START CANDIDATE']);
  });

  test.each(['TIMER', 'TOOL_RESULTS'] as const)(
    '2.3: a %s turn without an outcome does not complete a terminal step',
    (trigger) => {
      expect(startAtEnd().turn({ trigger }).actions).toEqual(['refund CONTINUE QUIET']);
    },
  );

  test('2.3: a TOOL_RESULTS turn with an outcome completes a terminal step', () => {
    const last = {
      stepId: 'send',
      description: 'sent',
      isTerminal: true,
      isRequiredAction: true,
      performsAction: true,
      requiresConfirmation: false,
      toolIds: ['send'],
    };
    const conversation = startConversation([{ scenarioId: 'transfer', steps: [last] }]);
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(played.actions).toEqual(['transfer COMPLETE TERMINAL']);
    expect(played.lifecycle('transfer').irreversibleDone).toEqual(['sent']);
  });

  test('2.3: a finished terminal step completes after DECLINED', () => {
    expect(startAtEnd().turn({ outcomes: [{ kind: 'DECLINED' }] }).actions).toEqual(['refund COMPLETE TERMINAL']);
  });
});

describe('completion_condition', () => {
  const ask = { stepId: 'ask', collectsProfileFields: ['x'], to: ['check'] };
  const check = { stepId: 'check', collectsProfileFields: ['y'], to: [{ to: 'ask', clears: ['x'] }] };

  test('2.3: a TRUE completion_condition completes the instance at any step, with data of this turn', () => {
    const conversation = startConversation([{ ...refund, completionCondition: 'data.order_id == "42"' }]);
    expect(conversation.turn({ variables: { order_id: '42' } }).actions).toEqual(['refund COMPLETE CONDITION']);
  });

  test('2.3: an UNKNOWN completion_condition does not complete the instance', () => {
    expect(startConversation([{ ...refund, completionCondition: 'data.order_id == "42"' }]).turn().actions).toEqual([
      'refund CONTINUE GOES_ON',
    ]);
  });

  test('2.3: visits in a completion_condition counts the visits of the current step', () => {
    const conversation = new Conversation([
      { scenarioId: 'a', steps: [ask, check], completionCondition: 'visits > 1' },
    ]);
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ variables: { x: 1 } }).actions).toEqual(['a CONTINUE GOES_ON']);
    expect(conversation.turn({ variables: { y: 1 } }).actions).toEqual(['a CONTINUE GOES_ON']);
    expect(conversation.instance('a').currentStepId).toBe('ask');
    expect(conversation.turn().actions).toEqual(['a COMPLETE CONDITION']);
  });

  test.each([
    ['COMPLETE', 'COMPLETE'],
    ['CANCEL', 'CANCEL'],
    ['PAUSE', 'PAUSE'],
    ['CONTINUE', 'CONTINUE'],
  ] as const)('6: an error of the completion_condition is reported if %s is decided', (signal, action) => {
    const conversation = new Conversation([asking('a', ['x'], { completionCondition: 'data.x > 1' })]);
    conversation.turn({ candidates: { a: 0.9 } });
    const decision = conversation.turn({ variables: { x: 'text' }, signals: [signal] }).lifecycle('a');
    expect([decision.action, decision.conditionErrors]).toEqual([
      action,
      [expect.stringMatching(/^completion_condition: /)],
    ]);
  });

  test('6: a completion_condition that can be evaluated has no error', () => {
    const conversation = new Conversation([asking('a', ['x'], { completionCondition: 'data.x > 1' })]);
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn().lifecycle('a').conditionErrors).toEqual([]);
  });
});

describe('a COMPLETE signal', () => {
  test('2.3: a COMPLETE signal completes the instance and precedes CANCEL', () => {
    expect(startConversation([refund]).turn({ signals: ['CANCEL', 'COMPLETE'] }).actions).toEqual([
      'refund COMPLETE USER_REQUEST',
    ]);
  });
});
