import type { Conversation, TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, end, type Variation } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const idle: Variation = { idleTimeoutMs: 60_000 };

const playTimer = (conversation: Conversation, occurredAt: number, draft: TurnDraft = {}): readonly string[] =>
  conversation.turn({ trigger: 'TIMER', occurredAt, ...draft }).actions;

const startAtZero = (variation: Variation = idle): Conversation =>
  startConversation([{ ...refund, ...variation }], { occurredAt: 0 });

describe('idle_timeout', () => {
  test.each([
    [59_999, 'refund CONTINUE QUIET'],
    [60_000, 'refund CONTINUE QUIET'],
    [60_001, 'refund PAUSE IDLE'],
  ])('2.7: with a timeout of 60 s, %i ms after the last message: %s', (occurredAt, action) => {
    expect(playTimer(startAtZero(), occurredAt)).toEqual([action]);
  });

  test('2.7: a scenario without a timeout is never idle', () => {
    expect(playTimer(startAtZero({}), Number.MAX_SAFE_INTEGER)).toEqual(['refund CONTINUE QUIET']);
  });

  test('2.7: idle_action CANCEL cancels the instance', () => {
    expect(playTimer(startAtZero({ ...idle, idleAction: 'CANCEL' }), 60_001)).toEqual(['refund CANCEL IDLE']);
  });

  test('2.7: a message pauses no idle instance', () => {
    expect(startAtZero().turn({ occurredAt: 60_001 }).actions).toEqual(['refund CONTINUE GOES_ON']);
  });

  test('2.7: with idle_action CANCEL, a message cancels an idle instance that it does not address', () => {
    const cancelling: Variation = { ...idle, idleAction: 'CANCEL' };
    expect(startAtZero(cancelling).turn({ occurredAt: 60_001 }).actions).toEqual(['refund CANCEL IDLE']);
    const addressed = startAtZero(cancelling).turn({ occurredAt: 60_001, variables: { order_id: '1' } });
    expect(addressed.actions).toEqual(['refund CONTINUE GOES_ON']);
  });

  test('2.7: an instance is idle only after the timeout since the last message, whichever instance it addressed', () => {
    const conversation = startConversation([{ ...refund, ...idle }, asking('booking', ['date', 'seats'])], {
      occurredAt: 0,
    });
    conversation.turn({ occurredAt: 50_000, variables: { date: 'May' } });
    expect(playTimer(conversation, 110_000)).toEqual(['refund CONTINUE QUIET', 'booking CONTINUE QUIET']);
    expect(playTimer(conversation, 110_001)).toEqual(['refund PAUSE IDLE', 'booking CONTINUE QUIET']);
  });

  test('2.7: the time before the instance became active does not count', () => {
    const conversation = startAtZero();
    conversation.turn({ trigger: 'TIMER', signals: ['PAUSE'], occurredAt: 10_000 });
    conversation.turn({ trigger: 'TIMER', signals: [['CONTINUE', 'refund']], occurredAt: 50_000 });
    expect(playTimer(conversation, 110_000)).toEqual(['refund CONTINUE QUIET']);
    expect(playTimer(conversation, 110_001)).toEqual(['refund PAUSE IDLE']);
  });

  test('2.7: an instance whose action is under way is not idle', () => {
    const conversation = startConversation([{ ...acting('upload'), ...idle }], { occurredAt: 0 });
    expect(playTimer(conversation, 60_001)).toEqual(['upload CONTINUE QUIET']);
  });

  test('2.7: an instance that waits for a call is not idle', () => {
    const caller = {
      scenarioId: 'caller',
      ...idle,
      steps: [
        { stepId: 'call', calls: { scenarioId: 'refund', reuseCompleted: false, returns: [] }, to: ['end'] },
        end,
      ],
    };
    const conversation = startConversation([caller, refund], { candidates: { caller: 0.9 }, occurredAt: 0 });
    expect(playTimer(conversation, 60_001)).toEqual(['caller CONTINUE WAITS_FOR_CALL', 'refund CONTINUE QUIET']);
  });

  test('2.7: no instance is idle if the clock goes backwards', () => {
    const conversation = startConversation([{ ...refund, ...idle }], { occurredAt: 1_000_000 });
    expect(playTimer(conversation, 0)).toEqual(['refund CONTINUE QUIET']);
    expect(conversation.turn({ occurredAt: 0 }).actions).toEqual(['refund CONTINUE GOES_ON']);
  });

  test('2.7: a paused instance is not idle', () => {
    const conversation = startAtZero({ ...idle, idleAction: 'CANCEL' });
    conversation.turn({ signals: ['PAUSE'], occurredAt: 1 });
    expect(playTimer(conversation, 99_999_999)).toEqual(['refund PAUSE STAYS_PAUSED']);
  });
});

describe('last_active_at', () => {
  test.each<[string, TurnDraft]>([
    ['the step changes', { variables: { order_id: '1' } }],
    ['the instance is addressed', { signals: [['CONTINUE', 'refund']] }],
  ])('5: last_active_at is updated when %s', (_what, draft) => {
    const conversation = startAtZero();
    conversation.turn({ occurredAt: 50_000, ...draft });
    expect(conversation.instance('refund').lastActiveAt).toBe(50_000);
  });

  test('5: last_active_at is updated on a step change of an unaddressed instance', () => {
    const conversation = startConversation(
      [{ scenarioId: 'news', steps: [{ stepId: 'tell', templateIds: ['t'], to: ['end'] }, end] }],
      {
        occurredAt: 0,
      },
    );
    conversation.turn({ occurredAt: 50_000 });
    expect(conversation.instance('news')).toMatchObject({ currentStepId: 'end', lastActiveAt: 50_000 });
  });

  test('5: last_active_at is updated on a resume', () => {
    const conversation = startAtZero();
    conversation.turn({ signals: ['PAUSE'], occurredAt: 10 });
    expect(conversation.instance('refund').lastActiveAt).toBe(0);
    conversation.turn({ occurredAt: 50_000, signals: [['CONTINUE', 'refund']] });
    expect(conversation.instance('refund').lastActiveAt).toBe(50_000);
  });

  test('5: last_active_at is not updated on other turns', () => {
    const conversation = startAtZero();
    conversation.turn({ occurredAt: 50_000 });
    expect(conversation.instance('refund').lastActiveAt).toBe(0);
  });
});
