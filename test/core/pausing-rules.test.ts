import type { Conversation, TurnDraft } from '../support/conversation';
import { running } from '../support/running';
import { asking, end, type Variation } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);

describe('2.6 pause', () => {
  test('2.6 PAUSE that reaches it pauses, also one that is idle or just answered', () => {
    const talk = running([{ ...refund, idleTimeoutMs: 1_000, idleAction: 'CANCEL' }]);
    expect(talk.turn({ signals: ['PAUSE'], occurredAt: 9_999_999 }).actions).toEqual(['refund PAUSE USER_REQUEST']);
    expect(talk.instance('refund')).toMatchObject({
      status: 'PAUSED',
      pauseReason: 'USER_REQUEST',
      pausedAt: 9_999_999,
    });
  });

  test('2.6 the answer that comes with a PAUSE is kept', () => {
    const talk = running([refund]);
    expect(talk.turn({ signals: ['PAUSE'], variables: { order_id: '1' } }).plan).toEqual([]);
    expect(talk.turn().plan).toEqual(['refund ASK reason']);
  });
});

describe('2.7 idle', () => {
  const idle: Variation = { idleTimeoutMs: 60_000 };
  const at = (talk: Conversation, occurredAt: number, draft: TurnDraft = {}): readonly string[] =>
    talk.turn({ trigger: 'TIMER', occurredAt, ...draft }).actions;
  const since0 = (variation: Variation = idle): Conversation =>
    running([{ ...refund, ...variation }], { occurredAt: 0 });

  test.each([
    [59_999, 'refund CONTINUE QUIET'],
    [60_000, 'refund CONTINUE QUIET'],
    [60_001, 'refund PAUSE IDLE'],
  ])('2.7 an instance with a limit of 60 s, %i ms after its last activity: %s', (occurredAt, action) => {
    expect(at(since0(), occurredAt)).toEqual([action]);
  });

  test('2.7 a scenario without a limit is never idle', () => {
    expect(at(since0({}), Number.MAX_SAFE_INTEGER)).toEqual(['refund CONTINUE QUIET']);
  });

  test('2.7 idle_action CANCEL cancels', () => {
    expect(at(since0({ ...idle, idleAction: 'CANCEL' }), 60_001)).toEqual(['refund CANCEL IDLE']);
  });

  test('2.7 a message is looked at like a TIMER turn: not addressed it is idle, addressed it is not', () => {
    expect(since0().turn({ occurredAt: 60_001 }).actions).toEqual(['refund PAUSE IDLE']);
    expect(since0().turn({ occurredAt: 60_001, variables: { order_id: '1' } }).actions).toEqual([
      'refund CONTINUE GOES_ON',
    ]);
  });

  test.each<[string, TurnDraft]>([
    ['a step change', { variables: { order_id: '1' } }],
    ['being addressed', { signals: [['CONTINUE', 'refund']] }],
  ])('2.7 last_active_at moves on %s', (_what, draft) => {
    const talk = since0();
    talk.turn({ occurredAt: 50_000, ...draft });
    expect(talk.instance('refund').lastActiveAt).toBe(50_000);
  });

  test('2.7 last_active_at moves on a step change although nobody was addressed', () => {
    const talk = running([{ scenarioId: 'news', steps: [{ stepId: 'tell', templateIds: ['t'], to: ['end'] }, end] }], {
      occurredAt: 0,
    });
    talk.turn({ occurredAt: 50_000 });
    expect(talk.instance('news')).toMatchObject({ currentStepId: 'end', lastActiveAt: 50_000 });
  });

  test('2.7 last_active_at moves on a resume', () => {
    const talk = since0();
    talk.turn({ signals: ['PAUSE'], occurredAt: 10 });
    expect(talk.instance('refund').lastActiveAt).toBe(0);
    talk.turn({ occurredAt: 50_000 });
    expect(talk.instance('refund').lastActiveAt).toBe(50_000);
  });

  test('2.7 last_active_at stays on a turn that does nothing with it', () => {
    const talk = since0();
    talk.turn({ occurredAt: 50_000 });
    expect(talk.instance('refund').lastActiveAt).toBe(0);
    expect(at(talk, 60_001)).toEqual(['refund PAUSE IDLE']);
  });

  test('2.7 a clock that goes backwards makes nobody idle', () => {
    const talk = running([{ ...refund, ...idle }], { occurredAt: 1_000_000 });
    expect(at(talk, 0)).toEqual(['refund CONTINUE QUIET']);
    expect(talk.turn({ occurredAt: 0 }).actions).toEqual(['refund CONTINUE GOES_ON']);
  });

  test('2.7 a paused instance is not idle', () => {
    const talk = since0({ ...idle, idleAction: 'CANCEL' });
    talk.turn({ signals: ['PAUSE'], occurredAt: 1 });
    expect(at(talk, 99_999_999)).toEqual(['refund PAUSE STAYS_PAUSED']);
  });
});
