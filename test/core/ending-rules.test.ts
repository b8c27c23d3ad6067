import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../support/conversation';
import { running, withFirst } from '../support/running';
import { asking, confirming, end } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date']);

describe('2.3 complete', () => {
  const atEnd = (scenario: ScenarioDraft = refund): Conversation => {
    const talk = running([scenario]);
    talk.turn({ variables: { order_id: '1', reason: 'broken' } });
    expect(talk.instance(scenario.scenarioId).currentStepId).toBe('end');
    return talk;
  };

  test('2.3 a terminal step whose stages are finished completes on the next message', () => {
    const talk = atEnd();
    expect(talk.turn().actions).toEqual(['refund COMPLETE TERMINAL']);
    expect(talk.session.endedInstances[0]).toMatchObject({ status: 'COMPLETED', lastStepId: 'end' });
  });

  test('2.3 a terminal step with an unfinished stage does not complete', () => {
    const talk = running([
      { scenarioId: 'contract', steps: [{ stepId: 'sign', isTerminal: true, requiresConfirmation: true }] },
    ]);
    expect(talk.turn().actions).toEqual(['contract CONTINUE GOES_ON']);
    expect(talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).actions).toEqual(['contract COMPLETE TERMINAL']);
  });

  test('2.3 a terminal step that a TRUE transition leaves does not complete', () => {
    const talk = atEnd({
      ...refund,
      steps: [
        ...refund.steps.slice(0, -1),
        { ...end, to: [{ to: 'ask_reason', intentLabel: 'again', clears: ['reason'] }] },
      ],
    });
    const played = talk.turn({ intent: 'again' });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['refund ASK reason']);
  });

  test('2.3 a terminal step with an UNKNOWN transition completes', () => {
    const talk = atEnd({
      ...refund,
      steps: [...refund.steps.slice(0, -1), { ...end, to: [{ to: 'ask_reason', conditionFields: ['voucher'] }] }],
    });
    expect(talk.turn().actions).toEqual(['refund COMPLETE TERMINAL']);
  });

  test('2.3 a correction that moves the instance keeps it from completing', () => {
    const played = atEnd().turn({ variables: { order_id: '2' } });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON']);
    expect(played.transition('refund').reason).toBe('CORRECTED');
    expect(played.plan).toEqual(['refund INFORM bye']);
  });

  test('2.3 a turn that addresses another instance completes it all the same', () => {
    const talk = atEnd();
    talk.store(booking);
    const played = talk.turn({ candidates: { booking: 0.9 } });
    expect(played.actions).toEqual(['refund COMPLETE TERMINAL', 'booking START CANDIDATE']);
  });

  test.each(['TIMER', 'TOOL_RESULTS'] as const)(
    '2.3 a %s turn without an outcome about it does not complete a terminal step',
    (trigger) => {
      expect(atEnd().turn({ trigger }).actions).toEqual(['refund CONTINUE QUIET']);
    },
  );

  test('2.3 a TOOL_RESULTS turn with an outcome about it does', () => {
    const last = {
      stepId: 'send',
      description: 'sent',
      isTerminal: true,
      isRequiredAction: true,
      performsAction: true,
      requiresConfirmation: false,
      toolIds: ['send'],
    };
    const talk = running([{ scenarioId: 'transfer', steps: [last] }]);
    const played = talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(played.actions).toEqual(['transfer COMPLETE TERMINAL']);
    expect(played.lifecycle('transfer').irreversibleDone).toEqual(['sent']);
  });

  test('2.3 its completion_condition completes it wherever it stands, on data of this turn', () => {
    const talk = running([{ ...refund, completionCondition: 'data.order_id == "42"' }]);
    expect(talk.turn({ variables: { order_id: '42' } }).actions).toEqual(['refund COMPLETE CONDITION']);
  });

  test('2.3 a completion_condition that misses data does not complete', () => {
    expect(running([{ ...refund, completionCondition: 'data.order_id == "42"' }]).turn().actions).toEqual([
      'refund CONTINUE GOES_ON',
    ]);
  });

  test('2.3 COMPLETE completes it, and comes before CANCEL', () => {
    expect(running([refund]).turn({ signals: ['CANCEL', 'COMPLETE'] }).actions).toEqual([
      'refund COMPLETE USER_REQUEST',
    ]);
  });

  test('2.3 a terminal step with nothing left to do completes also where the answer was a no', () => {
    expect(atEnd().turn({ outcomes: [{ kind: 'DECLINED' }] }).actions).toEqual(['refund COMPLETE TERMINAL']);
  });
});

test('2.4 cancel: CANCEL that reaches it cancels, before DECLINED and PAUSE are looked at', () => {
  const played = running([confirming('payment')]).turn({
    signals: ['PAUSE', 'CANCEL'],
    outcomes: [{ kind: 'DECLINED' }],
  });
  expect(played.actions).toEqual(['payment CANCEL USER_REQUEST']);
});

describe('2.5 declined', () => {
  const payment = confirming('payment');
  const other = { stepId: 'other', collectsProfileFields: ['other_reason'], to: ['end'] };
  const declining = (to: NonNullable<StepDraft['to']>): Conversation =>
    running([withFirst({ ...payment, steps: [...payment.steps, other] }, { to })]);
  const decline: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };

  test('2.5 a declined step that nothing takes up cancels, the default edge notwithstanding', () => {
    const talk = declining(['wait', 'other']);
    expect(talk.turn(decline).actions).toEqual(['payment CANCEL DECLINED']);
  });

  test.each<[string, NonNullable<StepDraft['to']>[number]]>([
    ['that states the outcome', { to: 'other', outcomes: ['DECLINED'] }],
    ['whose condition reads the outcome', { to: 'other', condition: 'outcome == "declined"' }],
    ['that may be taken at any time', { to: 'other', trigger: 'ANYTIME', condition: 'outcome == "declined"' }],
  ])('2.5 a TRUE transition %s takes it up', (_which, transition) => {
    const played = declining([transition, 'wait', { to: 'other', intentLabel: 'x' }]).turn(decline);
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.transition('payment').targetStepId).toBe('other');
  });

  test('2.5 an UNKNOWN transition that states outcomes holds it, and asks for what it misses', () => {
    const played = declining([{ to: 'other', outcomes: ['DECLINED'], conditionFields: ['voucher'] }, 'wait']).turn(
      decline,
    );
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['payment ASK voucher']);
  });

  test('2.5 an UNKNOWN transition that only reads the outcome in its condition does not hold it', () => {
    const talk = declining([{ to: 'other', condition: 'outcome == "declined" && data.voucher == 1' }, 'wait']);
    expect(talk.turn(decline).actions).toEqual(['payment CANCEL DECLINED']);
  });

  test('2.5 a no with a correction that a passed checkpoint blocks is no end either', () => {
    const steps = [
      { stepId: 'ask_amount', collectsProfileFields: ['amount'], to: ['sign'] },
      { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['confirm'] },
      ...payment.steps,
    ];
    const talk = running([{ scenarioId: 'payment', steps }], { variables: { amount: 10 } });
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const played = talk.turn({ ...decline, variables: { amount: 20 } });
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.transition('payment').blockedByCheckpoint).toBe('signed');
  });

  test('2.5 a no with a correction is no end: the step is confirmed anew with the new value', () => {
    const steps = [{ stepId: 'ask_amount', collectsProfileFields: ['amount'], to: ['confirm'] }, ...payment.steps];
    const talk = running([{ scenarioId: 'payment', steps }], { variables: { amount: 10 } });
    const played = talk.turn({ ...decline, variables: { amount: 20 } });
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['payment CONFIRM amount=20']);
  });
});

test('2.3 a finished terminal step completes on a turn about others, although a value of its path changes', () => {
  const talk = new Conversation([
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
  expect(talk.turn({ candidates: { refund: 0.9 }, variables: { order_id: '1' } }).plan).toEqual([
    'refund INFORM dropped',
  ]);
  const played = talk.turn({ candidates: { status: 0.9 }, variables: { order_id: '2' } });
  expect(played.actions).toEqual(['refund COMPLETE TERMINAL', 'status START CANDIDATE']);
});
