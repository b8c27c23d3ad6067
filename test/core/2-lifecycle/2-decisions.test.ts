import { Conversation } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, confirming } from '../../support/sample-scenarios';

describe('lifecycle decisions', () => {
  const refund = asking('refund', ['order_id', 'reason']);
  const booking = asking('booking', ['date']);

  test('2: decisions are in start order, followed by the starts', () => {
    const conversation = startConversation([refund, booking, asking('a', ['x']), asking('b', ['y'])], {
      candidates: { booking: 0.9, refund: 0.6 },
    });
    const played = conversation.turn({
      signals: [
        ['CANCEL', 'booking'],
        ['PAUSE', 'refund'],
      ],
      candidates: { a: 0.7, b: 0.8 },
    });
    expect(played.actions).toEqual([
      'booking CANCEL USER_REQUEST',
      'refund PAUSE USER_REQUEST',
      'b START CANDIDATE',
      'a START CANDIDATE',
    ]);
  });

  test('5: starts are numbered in start order, after those of earlier turns', () => {
    const conversation = startConversation([refund, booking], { candidates: { refund: 0.9 } });
    conversation.store(asking('a', ['x']));
    conversation.turn({ candidates: { booking: 0.7, a: 0.8 } });
    expect(conversation.session.instances.map(({ scenarioId, startNumber }) => [scenarioId, startNumber])).toEqual([
      ['refund', 1],
      ['a', 2],
      ['booking', 3],
    ]);
  });

  test('2: a START has the score as confidence and the entry step', () => {
    const conversation = new Conversation([refund]);
    expect(conversation.turn({ candidates: { refund: 0.7 } }).lifecycle('refund')).toMatchObject({
      action: 'START',
      scenarioId: 'refund',
      instanceId: 'refund#1',
      confidence: 0.7,
      entryStepId: 'ask_order_id',
      sourceStepId: '',
      resumed: false,
    });
  });

  test.each(['PAUSE', 'COMPLETE', 'CANCEL'] as const)(
    '2: a %s has the current step as source step and a reasoning',
    (signal) => {
      const decision = startConversation([refund])
        .turn({ signals: [signal] })
        .lifecycle('refund');
      expect(decision).toMatchObject({ action: signal, sourceStepId: 'ask_order_id', entryStepId: '' });
      expect(decision.reasoning).not.toBe('');
    },
  );

  test.each([
    ['COMPLETE', ['payment confirmed']],
    ['CANCEL', ['payment confirmed']],
    ['PAUSE', []],
  ] as const)('2: irreversible_done of a %s is %j', (signal, done) => {
    const conversation = startConversation([confirming('payment')]);
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(conversation.turn({ signals: [signal] }).lifecycle('payment').irreversibleDone).toEqual(done);
  });

  test('2: irreversible_done lists passed checkpoints and successful required actions, including those of this turn', () => {
    const steps = [
      { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['act'] },
      ...acting('pay').steps,
    ];
    const conversation = startConversation([{ scenarioId: 'pay', steps }]);
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const played = conversation.turn({ signals: ['CANCEL'], outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(played.lifecycle('pay').irreversibleDone).toEqual(['signed', 'pay done']);
  });

  test('2: the confidence is between 0 and 1', () => {
    const played = startConversation([refund, booking]).turn({ signals: [['CANCEL', 'refund']] });
    for (const { confidence } of played.result.lifecycleDecisions) {
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });
});

describe('unused fields', () => {
  const refund = asking('refund', ['order_id'], { name: 'Refund' });

  const emptyFields = {
    entryStepId: '',
    sourceStepId: '',
    resumed: false,
    irreversibleDone: [],
    actionsUnderWay: [],
    ending: undefined,
    missingSoftFields: [],
    staysPausedBecause: undefined,
    conditionErrors: [],
    displacedByInstanceIds: [],
    proposed: undefined,
    overruledBy: '',
  };

  const refundFields = {
    scenarioId: 'refund',
    scenarioVersion: 1,
    instanceId: 'refund#1',
    reasoning: expect.any(String),
  };

  test('2: a START has no fields of other actions', () => {
    expect(new Conversation([refund]).turn({ candidates: { refund: 0.7 } }).lifecycle('refund')).toEqual({
      ...emptyFields,
      ...refundFields,
      action: 'START',
      reason: 'CANDIDATE',
      confidence: 0.7,
      entryStepId: 'ask_order_id',
    });
  });

  test('2: a CONTINUE has no source step and no list of irreversible steps', () => {
    const conversation = startConversation([confirming('refund')]);
    expect(conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).lifecycle('refund')).toEqual({
      ...emptyFields,
      ...refundFields,
      action: 'CONTINUE',
      reason: 'GOES_ON',
      confidence: 1,
    });
  });

  test('2: a CANCEL has no fields of other actions', () => {
    expect(
      startConversation([refund])
        .turn({ signals: ['CANCEL'] })
        .lifecycle('refund'),
    ).toEqual({
      ...emptyFields,
      ...refundFields,
      action: 'CANCEL',
      reason: 'USER_REQUEST',
      confidence: 1,
      sourceStepId: 'ask_order_id',
    });
  });
});
