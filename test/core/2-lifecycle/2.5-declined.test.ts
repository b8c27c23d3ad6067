import { Conversation, type StepDraft, type TurnDraft } from '../../support/conversation';
import { changeFirstStep, startConversation } from '../../support/running';
import { asking, confirming, end } from '../../support/sample-scenarios';

describe('a declined step', () => {
  const payment = confirming('payment');
  const other = { stepId: 'other', collectsProfileFields: ['other_reason'], to: ['end'] };

  const startDeclining = (to: NonNullable<StepDraft['to']>): Conversation =>
    startConversation([changeFirstStep({ ...payment, steps: [...payment.steps, other] }, { to })]);

  const decline: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };

  test('2.5: a declined step cancels the instance despite a default edge', () => {
    const conversation = startDeclining(['wait', 'other']);
    expect(conversation.turn(decline).actions).toEqual(['payment CANCEL DECLINED']);
  });

  test.each<[string, NonNullable<StepDraft['to']>[number]]>([
    ['that states the outcome', { to: 'other', outcomes: ['DECLINED'] }],
    ['whose condition reads the outcome', { to: 'other', condition: 'outcome == "declined"' }],
    ['that may be taken at any time', { to: 'other', trigger: 'ANYTIME', condition: 'outcome == "declined"' }],
  ])('2.5: a TRUE transition %s handles the outcome', (_which, transition) => {
    const played = startDeclining([transition, 'wait', { to: 'other', intentLabel: 'x' }]).turn(decline);
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.transition('payment').targetStepId).toBe('other');
  });

  test('2.5: an UNKNOWN transition that states outcomes blocks the step and asks for the missing field', () => {
    const played = startDeclining([
      { to: 'other', outcomes: ['DECLINED'], conditionFields: ['other_reason'] },
      'wait',
    ]).turn(decline);
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['payment ASK other_reason']);
  });

  test('2.5: an UNKNOWN transition that only reads the outcome does not block the step', () => {
    const conversation = startDeclining([
      { to: 'other', condition: 'outcome == "declined" && data.voucher == 1' },
      'wait',
    ]);
    expect(conversation.turn(decline).actions).toEqual(['payment CANCEL DECLINED']);
  });

  test('2.5: a DECLINED of a question without a CONFIRM cancels nothing', () => {
    const conversation = startConversation([asking('refund', ['order_id'])]);
    expect(conversation.turn(decline).actions).toEqual(['refund CONTINUE GOES_ON']);
  });

  test('2.5: a paused instance whose CONFIRM is declined is canceled on that turn', () => {
    const conversation = startDeclining(['wait']);
    conversation.turn({ signals: ['PAUSE'] });
    const played = conversation.turn({ outcomes: [{ kind: 'DECLINED', instanceId: 'payment#1' }] });
    expect(played.actions).toEqual(['payment CANCEL DECLINED']);
  });

  test('2.5: a correction that a passed checkpoint blocks prevents the cancellation', () => {
    const steps = [
      { stepId: 'ask_amount', collectsProfileFields: ['amount'], to: ['sign'] },
      { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['confirm'] },
      ...payment.steps,
    ];
    const conversation = startConversation([{ scenarioId: 'payment', steps }], { variables: { amount: 10 } });
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const played = conversation.turn({ ...decline, variables: { amount: 20 } });
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.transition('payment').blockedByCheckpoint).toBe('signed');
  });

  test('2.5: a correction prevents the cancellation, and the step asks to confirm the new value', () => {
    const steps = [{ stepId: 'ask_amount', collectsProfileFields: ['amount'], to: ['confirm'] }, ...payment.steps];
    const conversation = startConversation([{ scenarioId: 'payment', steps }], { variables: { amount: 10 } });
    const played = conversation.turn({ ...decline, variables: { amount: 20 } });
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['payment CONFIRM amount=20']);
  });
});

describe('a declined step whose instance continues', () => {
  const decline: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
  const sign = { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['pay'] };
  /** The customer has signed for an amount and now confirms the payment. */
  const startPaying = (pay: Partial<StepDraft>): Conversation => {
    const steps = [
      { stepId: 'ask_amount', collectsProfileFields: ['amount'], to: ['sign'] },
      sign,
      { stepId: 'pay', requiresConfirmation: true, confirmsFields: ['account'], to: ['end'], ...pay },
      end,
    ];
    const conversation = startConversation([{ scenarioId: 's', steps }], {
      variables: { amount: 10 },
      patch: { account: 1 },
    });
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    return conversation;
  };

  test('2.5: the CONFIRM is put again with a new key, as a reprompt if it confirms the same values', () => {
    const played = startPaying({}).turn({ ...decline, variables: { amount: 20 } });
    expect(played.plan).toEqual(['s CONFIRM account=1']);
    expect(played.contribution('s')).toMatchObject({ actionKey: 's#1/pay/2/2', isReprompt: true });
  });

  test('2.5: the DECLINED is no outcome of the step any more when the CONFIRM is put again', () => {
    const conversation = startPaying({ to: [{ to: 'end', outcomes: ['DECLINED'], intentLabel: 'stop' }, 'end'] });
    conversation.turn({ ...decline, variables: { amount: 20 } });
    expect(conversation.turn({ intent: 'stop' }).plan).toEqual(['s CONFIRM account=1']);
  });

  test('2.5: a change of a value that it neither used nor confirms does not prevent the cancellation', () => {
    const conversation = startPaying({});
    conversation.turn({ patch: { hobby: 1 }, trigger: 'TOOL_RESULTS' });
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'DECLINED', instanceId: 's#1' }],
      patch: { hobby: 2 },
    });
    expect(played.actions).toEqual(['s CANCEL DECLINED']);
  });

  test('2.5: the CONFIRM is no reprompt if one of its values has changed', () => {
    const played = startPaying({}).turn({ ...decline, patch: { account: 2, hobby: 1 } });
    expect(played.plan).toEqual(['s CONFIRM account=2']);
    expect(played.contribution('s').isReprompt).toBe(false);
  });

  test('2.5: a stage before the CONFIRM comes first if a field of the step is missing now', () => {
    const conversation = startPaying({ collectsProfileFields: ['iban'], confirmsFields: ['iban'] });
    conversation.turn({ variables: { iban: 'X' } });
    expect(conversation.turn({ ...decline, variables: { iban: null } }).plan).toEqual(['s ASK iban']);
    expect(conversation.turn({ variables: { iban: 'Y' } }).plan).toEqual(['s CONFIRM iban=Y']);
  });

  test('3.4: the instance waits if a transition that states DECLINED could not be evaluated', () => {
    const conversation = new Conversation(
      [
        {
          scenarioId: 's',
          steps: [
            { ...sign, to: [{ to: 'end', outcomes: ['DECLINED'], conditionText: 'The customer is angry.' }] },
            end,
          ],
        },
      ],
      { settings: { semanticEvaluation: 'llm' } },
    );
    conversation.turn({ candidates: { s: 0.9 } });
    const played = conversation.turn(decline);
    expect(played.actions).toEqual(['s CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['s NONE']);
  });
});
