import { acting, asking, confirming } from '../../support/sample-scenarios';
import { describeOnBothStores } from './describe-on-both-stores';

const named = { candidates: { refund: 0.9 } };

describeOnBothStores('pauses', (begin) => {
  test('2.6, 2.11: a pause lasts for its turn, keeps the answer that came with it, and ends with the next message', async () => {
    const talk = await begin([asking('refund', ['order_id', 'reason'])]);
    await talk.turn(named);
    const paused = await talk.turn({ signals: ['PAUSE'], variables: { order_id: '4711' } });
    expect(paused.actions).toEqual(['refund PAUSE USER_REQUEST']);
    expect(paused.plan).toEqual([]);
    expect(talk.getInstance('refund')).toMatchObject({ status: 'PAUSED', pauseReason: 'USER_REQUEST' });
    const back = await talk.turn();
    expect(back.lifecycle('refund')).toMatchObject({ action: 'CONTINUE', reason: 'RESUMED', resumed: true });
    expect(back.plan).toEqual(['refund ASK reason']);
    expect(talk.getInstance('refund').pauseReason).toBeUndefined();
  });

  test('2.11: it stays paused for as long as the turns are about another, and comes back when it is named', async () => {
    const talk = await begin([asking('refund', ['reason']), asking('status', ['postcode', 'name'])]);
    await talk.turn(named);
    await talk.turn({ signals: ['PAUSE'], candidates: { status: 0.9 } });
    const meanwhile = await talk.turn({ variables: { postcode: '10115' } });
    expect(meanwhile.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'status CONTINUE GOES_ON']);
    const back = await talk.turn(named);
    expect(back.actions).toEqual(['refund CONTINUE RESUMED', 'status CONTINUE QUIET']);
    expect(back.contribution('refund')).toMatchObject({ type: 'ASK', isReprompt: true });
  });

  test('2.11: what is left paused for long is told as abandoned, with what it misses', async () => {
    const talk = await begin([asking('refund', ['reason']), asking('status', ['a', 'b', 'c', 'd', 'e'])]);
    await talk.turn(named);
    await talk.turn({ signals: ['PAUSE'], candidates: { status: 0.9 } });
    for (const field of ['a', 'b', 'c']) await talk.turn({ variables: { [field]: 1 } });
    const turn = await talk.turn({ variables: { d: 1 } });
    expect(turn.result.plan.abandoned).toMatchObject([
      { scenarioId: 'refund', stepId: 'ask_reason', missingFields: ['reason'], pausedTurns: 4 },
    ]);
  });

  test('0.6: the result of an action that comes during a pause counts when the pause ends', async () => {
    const talk = await begin([acting('refund')]);
    await talk.turn(named);
    await talk.turn({ signals: ['PAUSE'] });
    const { instanceId } = talk.getInstance('refund');
    const result = await talk.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId, stepId: 'act', results: { receipt: 'r-1' } }],
    });
    expect(result.actions).toEqual(['refund PAUSE STAYS_PAUSED']);
    expect(result.result.ignoredOutcomes).toEqual([]);
    expect(talk.getInstance('refund').variables).toEqual(new Map([['receipt', 'r-1']]));
    expect(talk.getInstance('refund').irreversibleDone).toMatchObject([{ stepId: 'act', description: 'refund done' }]);
    const back = await talk.turn();
    expect(back.transition('refund')).toMatchObject({ sourceStepId: 'act', targetStepId: 'wait' });
  });

  test('0.6, 2.4: what succeeded during a pause is listed when the instance is cancelled', async () => {
    const talk = await begin([acting('refund')]);
    await talk.turn(named);
    await talk.turn({ signals: ['PAUSE'] });
    await talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    const turn = await talk.turn({ signals: ['CANCEL'] });
    expect(turn.lifecycle('refund')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['refund done'] });
    expect(turn.session.endedInstances).toMatchObject([{ status: 'CANCELLED', reason: 'USER_REQUEST' }]);
  });

  test('0.3, 2.11: a yes during a pause belongs to the focus, which is paused', async () => {
    const talk = await begin([confirming('refund')]);
    await talk.turn(named);
    await talk.turn({ signals: ['PAUSE'] });
    const turn = await talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(turn.lifecycle('refund').reason).toBe('RESUMED');
    expect(turn.transition('refund').targetStepId).toBe('wait');
  });

  test('2.7: a TIMER turn pauses what is idle, and an answer to what it asked wakes it', async () => {
    const talk = await begin([asking('refund', ['order_id', 'reason'], { idleTimeoutMs: 300_000 })]);
    const start = Date.UTC(2030, 5, 1);
    await talk.turn({ ...named, occurredAt: start });
    expect((await talk.turn({ trigger: 'TIMER', occurredAt: start + 300_000 })).actions).toEqual([
      'refund CONTINUE QUIET',
    ]);
    expect((await talk.turn({ trigger: 'TIMER', occurredAt: start + 300_001 })).actions).toEqual(['refund PAUSE IDLE']);
    const stays = await talk.turn({ message: 'hello', occurredAt: start + 400_000 });
    expect(stays.actions).toEqual(['refund PAUSE STAYS_PAUSED']);
    const back = await talk.turn({ variables: { order_id: '4711' }, occurredAt: start + 500_000 });
    expect(back.actions).toEqual(['refund CONTINUE RESUMED']);
    expect(back.plan).toEqual(['refund ASK reason']);
  });

  test('2.9: a scenario that pauses while others are talked about comes back when nobody else is active', async () => {
    const talk = await begin([
      asking('refund', ['reason'], { whenNotAddressed: 'PAUSE' }),
      asking('status', ['postcode']),
    ]);
    await talk.turn(named);
    expect((await talk.turn({ candidates: { status: 0.9 } })).actions).toEqual([
      'refund PAUSE INTERRUPTED',
      'status START CANDIDATE',
    ]);
    expect((await talk.turn({ signals: [['CANCEL', 'status']] })).actions).toEqual([
      'refund CONTINUE RESUMED',
      'status CANCEL USER_REQUEST',
    ]);
  });
});
