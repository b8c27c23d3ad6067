import { Conversation, type StepDraft, type TurnDraft } from '../support/conversation';
import { running } from '../support/running';
import { acting, asking, confirming } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date']);

/** Moves the instance to a step that its scenario does not have. */
function lose(talk: Conversation, scenarioId: string): void {
  const instances = talk.session.instances.map((each) =>
    each.scenarioId === scenarioId ? { ...each, currentStepId: 'gone' } : each,
  );
  talk.session = { ...talk.session, instances };
}

describe('2 lifecycle decisions', () => {
  test('2 exactly one for every instance in the order in which they started, then one START each in start order', () => {
    const talk = running([refund, booking, asking('a', ['x']), asking('b', ['y'])], {
      candidates: { booking: 0.9, refund: 0.6 },
    });
    const played = talk.turn({
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

  test('2 a START carries its score as confidence and its entry step', () => {
    const talk = new Conversation([refund]);
    expect(talk.turn({ candidates: { refund: 0.7 } }).lifecycle('refund')).toMatchObject({
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
    '2 a %s carries the step where the instance stood, and a reasoning',
    (signal) => {
      const decision = running([refund])
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
  ] as const)('2 a %s lists as irreversibly done: %j', (signal, done) => {
    const talk = running([confirming('payment')]);
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(talk.turn({ signals: [signal] }).lifecycle('payment').irreversibleDone).toEqual(done);
  });

  test('2 irreversibly done are checkpoints passed and required actions that succeeded, this turn included', () => {
    const steps = [
      { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['act'] },
      ...acting('pay').steps,
    ];
    const talk = running([{ scenarioId: 'pay', steps }]);
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const played = talk.turn({ signals: ['CANCEL'], outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(played.lifecycle('pay').irreversibleDone).toEqual(['signed', 'pay done']);
  });

  test('2 confidence lies between 0 and 1', () => {
    const played = running([refund, booking]).turn({ signals: [['CANCEL', 'refund']] });
    for (const { confidence } of played.result.lifecycleDecisions) {
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });
});

describe('2.1 scenario gone', () => {
  test.each<[string, TurnDraft]>([
    ['a message', {}],
    ['COMPLETE', { signals: ['COMPLETE'] }],
    ['PAUSE', { signals: ['PAUSE'] }],
  ])('2.1 a scenario that is gone from the catalogue cancels its instance, whatever else: %s', (_why, draft) => {
    const talk = running([refund]);
    talk.remove('refund');
    expect(talk.turn(draft).actions).toEqual(['refund CANCEL SCENARIO_NOT_FOUND']);
    expect(talk.session.endedInstances[0]).toMatchObject({ status: 'CANCELLED', reason: 'SCENARIO_NOT_FOUND' });
  });

  test('2.1 disabling a scenario stops new starts only', () => {
    const talk = running([refund]);
    talk.store({ ...refund, enabled: false });
    expect(talk.turn().actions).toEqual(['refund CONTINUE GOES_ON']);
    talk.turn({ signals: ['CANCEL'] });
    expect(talk.turn({ candidates: { refund: 0.9 } }).rejections).toEqual(['refund DISABLED']);
  });
});

describe('2.2 step gone', () => {
  const help: StepDraft = {
    stepId: 'help',
    reachableFromAnywhere: true,
    collectsProfileFields: ['topic'],
    to: ['end'],
  };
  const recoverable = { ...refund, steps: [...refund.steps, help] };

  test('2.2 a step that is not in the version cancels where there is no recovery step', () => {
    const talk = running([refund]);
    lose(talk, 'refund');
    expect(talk.turn().actions).toEqual(['refund CANCEL STEP_NOT_FOUND']);
  });

  test('2.2 it goes on with relocalization where there is a recovery step', () => {
    const talk = running([recoverable]);
    lose(talk, 'refund');
    const played = talk.turn();
    expect(played.actions).toEqual(['refund CONTINUE RELOCALIZED']);
    expect(played.transition('refund')).toMatchObject({
      wasRelocalized: true,
      originalStepId: 'gone',
      targetStepId: 'help',
    });
    expect(played.plan).toEqual(['refund ASK topic']);
  });

  test('2.2 comes before COMPLETE, CANCEL and PAUSE', () => {
    const talk = running([recoverable]);
    lose(talk, 'refund');
    expect(talk.turn({ signals: ['CANCEL', 'PAUSE', 'COMPLETE'] }).actions).toEqual(['refund CONTINUE RELOCALIZED']);
  });

  test('2.2 decides also on a turn that addresses another instance', () => {
    const talk = running([recoverable, booking]);
    lose(talk, 'refund');
    expect(talk.turn({ variables: { date: 'May' } }).actions).toEqual([
      'refund CONTINUE RELOCALIZED',
      'booking CONTINUE GOES_ON',
    ]);
  });
});
