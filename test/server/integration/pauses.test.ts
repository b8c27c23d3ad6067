import { acting, asking, confirming } from '../../support/sample-scenarios';
import { describeOnBothStores } from './describe-on-both-stores';

const startRefund = { candidates: { refund: 0.9 } };

describeOnBothStores('pauses', (start) => {
  test('2.6, 2.11: a pause applies the answer of its turn, and ends when the customer asks for the scenario', async () => {
    const conversation = await start([asking('refund', ['order_id', 'reason'])]);
    await conversation.turn(startRefund);
    const paused = await conversation.turn({ signals: ['PAUSE'], variables: { order_id: '4711' } });
    expect(paused.actions).toEqual(['refund PAUSE USER_REQUEST']);
    expect(paused.plan).toEqual([]);
    expect(conversation.getInstance('refund')).toMatchObject({ status: 'PAUSED', pauseReason: 'USER_REQUEST' });
    expect((await conversation.turn()).actions).toEqual(['refund PAUSE STAYS_PAUSED']);
    const resumed = await conversation.turn(startRefund);
    expect(resumed.lifecycle('refund')).toMatchObject({ action: 'CONTINUE', reason: 'RESUMED', resumed: true });
    expect(resumed.plan).toEqual(['refund ASK reason']);
    expect(conversation.getInstance('refund').pauseReason).toBeUndefined();
  });

  test('2.11: an instance stays paused while turns address another one, and resumes when it is a candidate', async () => {
    const conversation = await start([asking('refund', ['reason']), asking('status', ['postcode', 'name'])]);
    await conversation.turn(startRefund);
    await conversation.turn({ signals: ['PAUSE'], candidates: { status: 0.9 } });
    const whilePaused = await conversation.turn({ variables: { postcode: '10115' } });
    expect(whilePaused.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'status CONTINUE GOES_ON']);
    const resumed = await conversation.turn(startRefund);
    expect(resumed.actions).toEqual(['refund CONTINUE RESUMED', 'status CONTINUE QUIET']);
    expect(resumed.contribution('refund')).toMatchObject({ type: 'ASK', isReprompt: true });
  });

  test('2.11: an instance that is paused for several turns is offered, with its missing fields', async () => {
    const conversation = await start([asking('refund', ['reason']), asking('status', ['a', 'b', 'c', 'd', 'e'])]);
    await conversation.turn(startRefund);
    await conversation.turn({ signals: ['PAUSE'], candidates: { status: 0.9 } });
    for (const field of ['a', 'b', 'c']) await conversation.turn({ variables: { [field]: 1 } });
    const turn = await conversation.turn({ variables: { d: 1 } });
    expect(turn.result.plan.offers).toMatchObject([
      { scenarioId: 'refund', stepId: 'ask_reason', missingFields: ['reason'], pausedTurns: 4 },
    ]);
  });

  test('0.6: the outcome of an action during a pause is applied when the instance resumes', async () => {
    const conversation = await start([acting('refund')]);
    await conversation.turn(startRefund);
    await conversation.turn({ signals: ['PAUSE'] });
    const { instanceId } = conversation.getInstance('refund');
    const result = await conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId, stepId: 'act', results: { receipt: 'r-1' } }],
    });
    expect(result.actions).toEqual(['refund PAUSE STAYS_PAUSED']);
    expect(result.result.ignoredOutcomes).toEqual([]);
    expect(conversation.getInstance('refund').variables).toEqual(new Map([['receipt', 'r-1']]));
    expect(conversation.getInstance('refund').irreversibleDone).toMatchObject([
      { stepId: 'act', description: 'refund done' },
    ]);
    const resumed = await conversation.turn(startRefund);
    expect(resumed.transition('refund')).toMatchObject({ sourceStepId: 'act', targetStepId: 'wait' });
  });

  test('0.6, 2.4: an action that succeeded during a pause is listed when the instance is canceled', async () => {
    const conversation = await start([acting('refund')]);
    await conversation.turn(startRefund);
    await conversation.turn({ signals: ['PAUSE'] });
    await conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    const turn = await conversation.turn({ signals: ['CANCEL'] });
    expect(turn.lifecycle('refund')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['refund done'] });
    expect(turn.session.endedInstances).toMatchObject([{ status: 'CANCELLED', reason: 'USER_REQUEST' }]);
  });

  test('2.11: a confirmation with the key of its request resumes a paused instance', async () => {
    const conversation = await start([confirming('refund')]);
    await conversation.turn(startRefund);
    await conversation.turn({ signals: ['PAUSE'] });
    const actionKey = conversation.getInstance('refund').requests[0]?.actionKey ?? '';
    const turn = await conversation.turn({ outcomes: [{ kind: 'CONFIRMED', actionKey }] });
    expect(turn.lifecycle('refund').reason).toBe('RESUMED');
    expect(turn.transition('refund').targetStepId).toBe('wait');
  });

  test('2.7, 2.11: a TIMER turn pauses an idle instance, and the returning customer resumes it', async () => {
    const conversation = await start([asking('refund', ['order_id', 'reason'], { idleTimeoutMs: 300_000 })]);
    const startTime = Date.UTC(2030, 5, 1);
    await conversation.turn({ ...startRefund, occurredAt: startTime });
    expect((await conversation.turn({ trigger: 'TIMER', occurredAt: startTime + 300_000 })).actions).toEqual([
      'refund CONTINUE QUIET',
    ]);
    expect((await conversation.turn({ trigger: 'TIMER', occurredAt: startTime + 300_001 })).actions).toEqual([
      'refund PAUSE IDLE',
    ]);
    const resumed = await conversation.turn({ message: 'hello', occurredAt: startTime + 400_000 });
    expect(resumed.actions).toEqual(['refund CONTINUE RESUMED']);
    expect(resumed.contribution('refund')).toMatchObject({ fieldsToAsk: ['order_id'], isReprompt: true });
  });

  test('2.9: a scenario that pauses when it is not addressed resumes when no other is active', async () => {
    const conversation = await start([
      asking('refund', ['reason'], { whenNotAddressed: 'PAUSE' }),
      asking('status', ['postcode']),
    ]);
    await conversation.turn(startRefund);
    expect((await conversation.turn({ candidates: { status: 0.9 } })).actions).toEqual([
      'refund PAUSE INTERRUPTED',
      'status START CANDIDATE',
    ]);
    expect((await conversation.turn({ signals: [['CANCEL', 'status']] })).actions).toEqual([
      'refund CONTINUE RESUMED',
      'status CANCEL USER_REQUEST',
    ]);
  });
});
