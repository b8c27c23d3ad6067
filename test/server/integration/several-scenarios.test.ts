import { aRelationship } from '../../support/conversation';
import { asking, confirming, end } from '../../support/sample-scenarios';
import { describeOnBothStores } from './describe-on-both-stores';

const refund = asking('refund', ['order_id', 'reason'], { priority: 5 });
const status = asking('status', ['order_id', 'postcode']);
const startBoth = { candidates: { refund: 0.9, status: 0.8 } };

describeOnBothStores('several scenarios', (start) => {
  test('2.12, 4.1: two scenarios start in one turn, and their contributions are ordered by priority', async () => {
    const conversation = await start([asking('refund', ['reason'], { priority: 5 }), asking('status', ['postcode'])]);
    const turn = await conversation.turn({ candidates: { refund: 0.8, status: 0.9 } });
    expect(turn.actions).toEqual(['status START CANDIDATE', 'refund START CANDIDATE']);
    expect(turn.plan).toEqual(['refund ASK reason', 'status ASK postcode']);
    expect(turn.result.plan).toMatchObject({ primaryScenarioId: 'refund', activeScenarioIds: ['refund', 'status'] });
  });

  test('4.1: an applied rule raises the priority of the scenario in its scope', async () => {
    const conversation = await start([asking('refund', ['reason'], { priority: 5 }), asking('status', ['postcode'])]);
    await conversation.turn(startBoth);
    const step = await conversation.turn({ rules: [{ scope: 'STEP', scopeId: 'ask_postcode', priority: 9 }] });
    expect(step.plan).toEqual(['status ASK postcode', 'refund ASK reason']);
  });

  test('4.2: a field of two scenarios is asked once, and its answer advances both', async () => {
    const conversation = await start([refund, status]);
    const first = await conversation.turn(startBoth);
    expect(first.plan).toEqual(['refund ASK order_id', 'status NONE']);
    expect(first.contribution('status').sharedFields).toEqual(['order_id']);
    expect(conversation.getInstance('status').requests).toMatchObject([
      { kind: 'ASK', status: 'OPEN', fields: ['order_id'] },
    ]);
    const second = await conversation.turn({ variables: { order_id: '4711' } });
    expect(second.plan).toEqual(['refund ASK reason', 'status ASK postcode']);
  });

  test('4.2: one of two confirmations is deferred until the other is answered', async () => {
    const conversation = await start([confirming('refund', { priority: 5 }), confirming('status')]);
    const first = await conversation.turn(startBoth);
    expect(first.plan).toEqual(['refund CONFIRM ', '(deferred) status CONFIRM ']);
    expect(first.contribution('status').deferredBehindScenarioId).toBe('refund');
    expect(first.result.plan.hasConfirms).toBe(true);
    expect(conversation.getInstance('status').requests).toEqual([]);
    const second = await conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(second.transition('refund').targetStepId).toBe('wait');
    expect((await conversation.turn()).plan).toEqual(['status CONFIRM ', 'refund NONE']);
  });

  test('2.3, 2.10: one scenario completes while the other continues', async () => {
    const conversation = await start([{ scenarioId: 'status', steps: [end] }, asking('refund', ['reason'])]);
    await conversation.turn(startBoth);
    const turn = await conversation.turn();
    expect([...turn.actions].sort()).toEqual(['refund CONTINUE GOES_ON', 'status COMPLETE TERMINAL']);
    expect(turn.plan).toEqual(['refund ASK reason']);
    expect(turn.session.endedInstances.map(({ scenarioId, status: how }) => [scenarioId, how])).toEqual([
      ['status', 'COMPLETED'],
    ]);
    expect((await conversation.turn({ variables: { reason: 'broken' } })).actions).toEqual(['refund CONTINUE GOES_ON']);
  });

  test('0.2: one turn cancels one scenario and continues the other', async () => {
    const conversation = await start([asking('refund', ['reason']), asking('status', ['postcode'])]);
    await conversation.turn(startBoth);
    const turn = await conversation.turn({
      signals: [
        ['CANCEL', 'refund'],
        ['CONTINUE', 'status'],
      ],
    });
    expect(turn.actions).toEqual(['refund CANCEL USER_REQUEST', 'status CONTINUE GOES_ON']);
  });

  test('1.2: a scenario with higher priority pauses the scenario that it excludes, which resumes afterwards', async () => {
    const conversation = await start(
      [asking('status', ['postcode']), { scenarioId: 'refund', priority: 5, steps: [{ ...end }] }],
      [aRelationship('refund', 'EXCLUDES', 'status')],
    );
    await conversation.turn({ candidates: { status: 0.9 } });
    const displaced = await conversation.turn({ candidates: { refund: 0.9 } });
    expect(displaced.actions).toEqual(['status PAUSE PREEMPTED', 'refund START CANDIDATE']);
    const resumed = await conversation.turn();
    expect([...resumed.actions].sort()).toEqual(['refund COMPLETE TERMINAL', 'status CONTINUE RESUMED']);
    expect(resumed.plan).toEqual(['status ASK postcode']);
    expect(resumed.contribution('status').isReprompt).toBe(true);
  });

  test('1.5: two ambiguous scenarios are offered as a choice, and a candidate selects one', async () => {
    const conversation = await start(
      [asking('refund', ['reason']), asking('status', ['postcode'])],
      [aRelationship('refund', 'AMBIGUOUS', 'status')],
    );
    const offered = await conversation.turn({ candidates: { refund: 0.9, status: 0.85 } });
    expect(offered.plan).toEqual(['CHOICE refund,status']);
    expect(offered.rejections).toEqual(['refund AMBIGUOUS', 'status AMBIGUOUS']);
    expect(offered.session.choices.map(({ scenarioIds }) => scenarioIds.length)).toEqual([2]);
    const chosen = await conversation.turn({ candidates: { status: 0.9 } });
    expect(chosen.actions).toEqual(['status START CANDIDATE']);
    expect(chosen.session.choices).toEqual([]);
  });

  test('1.5: a START signal selects one of them too', async () => {
    const conversation = await start(
      [asking('refund', ['reason']), asking('status', ['postcode'])],
      [aRelationship('refund', 'AMBIGUOUS', 'status')],
    );
    await conversation.turn({ candidates: { refund: 0.9, status: 0.85 } });
    expect((await conversation.turn({ signals: [['START', 'refund']] })).actions).toEqual(['refund START AIMED']);
  });

  test('1.1, 2.14: a scenario with a dependency waits, and starts in the turn in which the dependency completes', async () => {
    const conversation = await start(
      [{ scenarioId: 'login', steps: [end] }, asking('refund', ['reason'])],
      [aRelationship('refund', 'DEPENDS_ON', 'login')],
    );
    const first = await conversation.turn({ candidates: { login: 0.9, refund: 0.8 } });
    expect(first.rejections).toEqual(['refund DEPENDENCY']);
    expect((await conversation.turn()).actions).toEqual(['login COMPLETE TERMINAL', 'refund START PENDING']);
  });
});

describeOnBothStores(
  'several scenarios with two fields per turn',
  (start) => {
    test('4.2: an ASK above the limit is split, and the rest is asked in the next turn', async () => {
      const parcel = {
        scenarioId: 'parcel',
        priority: 5,
        steps: [{ stepId: 'size', collectsProfileFields: ['width', 'height', 'depth'], to: ['end'] }, end],
      };
      const conversation = await start([parcel, asking('status', ['postcode'])]);
      const first = await conversation.turn({ candidates: { parcel: 0.9, status: 0.8 } });
      expect(first.contribution('parcel')).toMatchObject({
        fieldsToAsk: ['width', 'height'],
        deferredFields: ['depth'],
        deferred: false,
      });
      expect(first.contribution('status')).toMatchObject({ deferred: true, deferredBehindScenarioId: 'parcel' });
      const second = await conversation.turn({ variables: { width: 1, height: 2 } });
      expect(second.contribution('parcel')).toMatchObject({ fieldsToAsk: ['depth'], deferredFields: [] });
    });
  },
  { maxFieldsToAskPerTurn: 2 },
);
