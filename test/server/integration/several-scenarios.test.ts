import { aRelationship } from '../../support/conversation';
import { asking, confirming, end } from '../../support/sample-scenarios';
import { describeOnBothStores } from './describe-on-both-stores';

const refund = asking('refund', ['order_id', 'reason'], { priority: 5 });
const status = asking('status', ['order_id', 'postcode']);
const both = { candidates: { refund: 0.9, status: 0.8 } };

describeOnBothStores('several scenarios at once', (begin) => {
  test('2.12, 4.1: two start on one message and are told in the order of their priority', async () => {
    const talk = await begin([asking('refund', ['reason'], { priority: 5 }), asking('status', ['postcode'])]);
    const turn = await talk.turn({ candidates: { refund: 0.8, status: 0.9 } });
    expect(turn.actions).toEqual(['status START CANDIDATE', 'refund START CANDIDATE']);
    expect(turn.plan).toEqual(['refund ASK reason', 'status ASK postcode']);
    expect(turn.result.plan).toMatchObject({ primaryScenarioId: 'refund', activeScenarioIds: ['refund', 'status'] });
  });

  test('4.1: an applied rule raises the scenario that it is scoped to', async () => {
    const talk = await begin([asking('refund', ['reason'], { priority: 5 }), asking('status', ['postcode'])]);
    await talk.turn(both);
    const step = await talk.turn({ rules: [{ scope: 'STEP', scopeId: 'ask_postcode', priority: 9 }] });
    expect(step.plan).toEqual(['status ASK postcode', 'refund ASK reason']);
  });

  test('4.2: a field that both ask for is asked once, and its answer lets both go on', async () => {
    const talk = await begin([refund, status]);
    const first = await talk.turn(both);
    expect(first.plan).toEqual(['refund ASK order_id', 'status NONE']);
    expect(first.contribution('status').sharedFields).toEqual(['order_id']);
    expect(talk.getInstance('status').visit).toMatchObject({ openType: 'ASK', openAskFields: ['order_id'] });
    const second = await talk.turn({ variables: { order_id: '4711' } });
    expect(second.plan).toEqual(['refund ASK reason', 'status ASK postcode']);
  });

  test('4.2: of two confirmations one is deferred, and made once the other is answered', async () => {
    const talk = await begin([confirming('refund', { priority: 5 }), confirming('status')]);
    const first = await talk.turn(both);
    expect(first.plan).toEqual(['refund CONFIRM ', '(deferred) status CONFIRM ']);
    expect(first.contribution('status').deferredBehindScenarioId).toBe('refund');
    expect(first.result.plan.hasConfirms).toBe(true);
    expect(talk.getInstance('status').visit.openType).toBeUndefined();
    const second = await talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(second.transition('refund').targetStepId).toBe('wait');
    expect((await talk.turn()).plan).toEqual(['status CONFIRM ', 'refund NONE']);
  });

  test('2.3, 2.10: one completes while the other goes on', async () => {
    const talk = await begin([{ scenarioId: 'status', steps: [end] }, asking('refund', ['reason'])]);
    await talk.turn(both);
    const turn = await talk.turn();
    expect([...turn.actions].sort()).toEqual(['refund CONTINUE GOES_ON', 'status COMPLETE TERMINAL']);
    expect(turn.plan).toEqual(['refund ASK reason']);
    expect(turn.session.endedInstances.map(({ scenarioId, status: how }) => [scenarioId, how])).toEqual([
      ['status', 'COMPLETED'],
    ]);
    expect((await talk.turn({ variables: { reason: 'broken' } })).actions).toEqual(['refund CONTINUE GOES_ON']);
  });

  test('0.2: one message cancels one and carries on with the other', async () => {
    const talk = await begin([asking('refund', ['reason']), asking('status', ['postcode'])]);
    await talk.turn(both);
    const turn = await talk.turn({
      signals: [
        ['CANCEL', 'refund'],
        ['CONTINUE', 'status'],
      ],
    });
    expect(turn.actions).toEqual(['refund CANCEL USER_REQUEST', 'status CONTINUE GOES_ON']);
  });

  test('1.2: the scenario of higher priority starts and pauses the one that it excludes, which comes back after it', async () => {
    const talk = await begin(
      [asking('status', ['postcode']), { scenarioId: 'refund', priority: 5, steps: [{ ...end }] }],
      [aRelationship('refund', 'EXCLUDES', 'status')],
    );
    await talk.turn({ candidates: { status: 0.9 } });
    const displaced = await talk.turn({ candidates: { refund: 0.9 } });
    expect(displaced.actions).toEqual(['status PAUSE PREEMPTED', 'refund START CANDIDATE']);
    const back = await talk.turn();
    expect([...back.actions].sort()).toEqual(['refund COMPLETE TERMINAL', 'status CONTINUE RESUMED']);
    expect(back.plan).toEqual(['status ASK postcode']);
    expect(back.contribution('status').isReprompt).toBe(true);
  });

  test('1.5: two that may be confused are offered, and a candidate for one of them answers', async () => {
    const talk = await begin(
      [asking('refund', ['reason']), asking('status', ['postcode'])],
      [aRelationship('refund', 'AMBIGUOUS', 'status')],
    );
    const offered = await talk.turn({ candidates: { refund: 0.9, status: 0.85 } });
    expect(offered.plan).toEqual(['CHOICE refund,status']);
    expect(offered.rejections).toEqual(['refund AMBIGUOUS', 'status AMBIGUOUS']);
    expect(offered.session.offeredChoiceScenarioIds).toHaveLength(2);
    const chosen = await talk.turn({ candidates: { status: 0.9 } });
    expect(chosen.actions).toEqual(['status START CANDIDATE']);
    expect(chosen.session.offeredChoiceScenarioIds).toEqual([]);
  });

  test('1.5: a START for one of them answers as well', async () => {
    const talk = await begin(
      [asking('refund', ['reason']), asking('status', ['postcode'])],
      [aRelationship('refund', 'AMBIGUOUS', 'status')],
    );
    await talk.turn({ candidates: { refund: 0.9, status: 0.85 } });
    expect((await talk.turn({ signals: [['START', 'refund']] })).actions).toEqual(['refund START AIMED']);
  });

  test('1.1, 2.14: what depends on another waits, and starts on the turn on which that completes', async () => {
    const talk = await begin(
      [{ scenarioId: 'login', steps: [end] }, asking('refund', ['reason'])],
      [aRelationship('refund', 'DEPENDS_ON', 'login')],
    );
    const first = await talk.turn({ candidates: { login: 0.9, refund: 0.8 } });
    expect(first.rejections).toEqual(['refund DEPENDENCY']);
    expect((await talk.turn()).actions).toEqual(['login COMPLETE TERMINAL', 'refund START PENDING']);
  });
});

describeOnBothStores(
  'several scenarios at once, two fields a turn',
  (begin) => {
    test('4.2: an ASK that is over is split, and the rest is asked on the next turn', async () => {
      const parcel = {
        scenarioId: 'parcel',
        priority: 5,
        steps: [{ stepId: 'size', collectsProfileFields: ['width', 'height', 'depth'], to: ['end'] }, end],
      };
      const talk = await begin([parcel, asking('status', ['postcode'])]);
      const first = await talk.turn({ candidates: { parcel: 0.9, status: 0.8 } });
      expect(first.contribution('parcel')).toMatchObject({
        fieldsToAsk: ['width', 'height'],
        deferredFields: ['depth'],
        deferred: false,
      });
      expect(first.contribution('status')).toMatchObject({ deferred: true, deferredBehindScenarioId: 'parcel' });
      const second = await talk.turn({ variables: { width: 1, height: 2 } });
      expect(second.contribution('parcel')).toMatchObject({ fieldsToAsk: ['depth'], deferredFields: [] });
    });
  },
  { maxFieldsToAskPerTurn: 2 },
);
