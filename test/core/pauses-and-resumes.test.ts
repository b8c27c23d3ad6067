import { Conversation, type TurnDraft } from '../support/conversation';
import { aTalk, booking, decided, pause, refund, resumes, stays } from '../support/paused';
import { asking } from '../support/sample-scenarios';

describe('2.11 paused instances', () => {
  test('2.11 they stay paused, contribute nothing, and nothing of them is stored but outcomes', () => {
    const talk = pause(aTalk(), 'IDLE');
    const before = talk.instance('refund');
    const played = talk.turn({ message: 'hello', intent: 'x' });
    expect(played.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['booking ASK date']);
    expect(played.result.transitionDecisions.map(({ scenarioId }) => scenarioId)).toEqual(['booking']);
    expect(talk.instance('refund')).toEqual(before);
  });

  test('2.11 rule 2.1 holds for them', () => {
    const talk = pause(aTalk(), 'IDLE');
    talk.remove('refund');
    expect(decided(talk)).toBe('CANCEL SCENARIO_NOT_FOUND');
  });

  test.each<[string, TurnDraft, string]>([
    ['COMPLETE', { signals: [['COMPLETE', 'refund']] }, 'COMPLETE USER_REQUEST'],
    ['CANCEL', { signals: [['CANCEL', 'refund']] }, 'CANCEL USER_REQUEST'],
    ['its completion condition', { message: 'enough' }, 'COMPLETE CONDITION'],
  ])('2.11 rules 2.3 and 2.4 hold for them: %s', (_why, draft, decision) => {
    expect(decided(pause(aTalk({}, { completionCondition: 'message == "enough"' }), 'IDLE'), draft)).toBe(decision);
  });

  test('2.11 a paused one that is done at a terminal step completes', () => {
    const talk = new Conversation([refund]);
    talk.turn({ candidates: { refund: 0.9 }, variables: { order_id: '1', reason: 'broken' } });
    expect(decided(pause(talk, 'IDLE'))).toBe('COMPLETE TERMINAL');
  });

  test.each<[string, TurnDraft]>([
    ['PAUSE', { signals: [['PAUSE', 'refund']] }],
    ['DECLINED on its step', { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'DECLINED', instanceId: 'refund#1' }] }],
    ['time', { trigger: 'TIMER', occurredAt: 999_999_999 }],
  ])('2.11 no other rule holds for them: %s', (_what, draft) => {
    expect(decided(pause(aTalk({}, { idleTimeoutMs: 1_000, idleAction: 'CANCEL' }), 'IDLE'), draft)).toBe(stays);
  });

  test('2.11 a step that is gone is found when the pause ends, not before', () => {
    const talk = pause(aTalk(), 'IDLE', { currentStepId: 'gone' });
    expect(decided(talk)).toBe(stays);
    expect(decided(talk, { signals: [['CONTINUE', 'refund']] })).toBe('CANCEL STEP_NOT_FOUND');
  });
});

describe('2.11 USER_REQUEST', () => {
  test.each<[string, TurnDraft, string]>([
    ['the next message that addresses nobody ends it', {}, resumes],
    ['one that addresses it ends it', { variables: { order_id: '1' } }, resumes],
    ['an outcome about it addresses it', { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] }, resumes],
    ['one that addresses another does not', { variables: { date: 'May' } }, stays],
    ['one that starts another does not', { signals: [['START', 'upgrade']] }, stays],
    ['one that carries a PAUSE for it does not', { signals: [['PAUSE', 'refund']] }, stays],
    ['a PAUSE for another changes nothing', { signals: [['PAUSE', 'booking']] }, resumes],
    ['a TIMER turn does not', { trigger: 'TIMER' }, stays],
    ['a TOOL_RESULTS turn does not', { trigger: 'TOOL_RESULTS' }, stays],
    [
      'nor does one with an outcome about it',
      { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      stays,
    ],
  ])('2.11 resume_policy next_turn: %s', (_what, draft, decision) => {
    const talk = new Conversation([refund, booking, asking('upgrade', ['plan'])]);
    talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
    talk.turn({ signals: [['PAUSE', 'refund']] });
    expect(decided(talk, draft)).toBe(decision);
  });

  test.each<[string, TurnDraft, string]>([
    ['a message that addresses nobody', {}, stays],
    ['a CONTINUE aimed at it', { signals: [['CONTINUE', 'refund']] }, resumes],
    ['a START aimed at it', { signals: [['START', 'refund']] }, resumes],
    ['an unaimed CONTINUE', { signals: ['CONTINUE'] }, stays],
    ['being named', { candidates: { refund: 0.5 } }, resumes],
    ['a candidate below the threshold', { candidates: { refund: 0.4 } }, stays],
    ['a field that it waits for', { variables: { order_id: '1' } }, resumes],
    ['a field that it collects later', { variables: { reason: 'broken' } }, stays],
    ['an outcome about it', { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] }, stays],
  ])('2.11 resume_policy explicit: after %s', (_what, draft, decision) => {
    const talk = aTalk({ resumePolicy: 'explicit' });
    talk.turn({ signals: [['PAUSE', 'refund']] });
    expect(decided(talk, draft)).toBe(decision);
  });
});

describe.each(['LOOP', 'IDLE', 'NEEDS_MIGRATION'] as const)('2.11 %s', (reason) => {
  test.each<[string, TurnDraft, string]>([
    ['nothing of the kind', {}, stays],
    ['a CONTINUE aimed at it', { signals: [['CONTINUE', 'refund']] }, resumes],
    ['a CONTINUE at all', { signals: [['CONTINUE', '*']] }, resumes],
    ['being named', { candidates: { refund: 0.5 } }, resumes],
    ['a field that it waits for', { patch: { order_id: '1' } }, resumes],
    ['an outcome about it', { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] }, stays],
    [
      'a CONTINUE with a PAUSE',
      {
        signals: [
          ['CONTINUE', 'refund'],
          ['PAUSE', 'refund'],
        ],
      },
      stays,
    ],
  ])('2.11 after %s', (_what, draft, decision) => {
    expect(decided(pause(aTalk(), reason), draft)).toBe(decision);
  });

  test('2.11 its loop counts and attempts start again at 0', () => {
    const talk = aTalk();
    const { visit } = talk.instance('refund');
    pause(talk, reason, { loopCounts: new Map([['ask_order_id', 3]]), visit: { ...visit, attempts: 6 } });
    const played = talk.turn({ signals: [['CONTINUE', 'refund']] });
    expect(played.lifecycle('refund').reason).toBe('RESUMED');
    expect(talk.instance('refund').loopCounts.size).toBe(0);
    expect(talk.instance('refund').visit.attempts).toBe(0);
  });
});

test('2.11 a pause that the customer asked for keeps loop counts and attempts', () => {
  const talk = aTalk();
  talk.turn();
  talk.turn({ signals: [['PAUSE', 'refund']] });
  talk.turn({ signals: [['CONTINUE', 'refund']] });
  // The turn of the PAUSE left the question unanswered as well.
  expect(talk.instance('refund').visit.attempts).toBe(2);
  expect(talk.instance('refund').loopCounts.get('ask_order_id')).toBe(1);
});
