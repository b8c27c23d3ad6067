import type { PauseReason } from '../../../src/core/model/lifecycle-decision';
import type { OrchestrationSettings } from '../../../src/core/model/settings';
import { Conversation, type TurnDraft } from '../../support/conversation';
import { toEntries } from '../../support/entries';
import { createLinkedConversation } from '../../support/linked-scenarios';
import {
  booking,
  decideRefund,
  pauseRefund,
  refund,
  resumed,
  startRefundAndBooking,
  staysPaused,
} from '../../support/paused-refund';
import { asking, confirming } from '../../support/sample-scenarios';

describe('a paused instance', () => {
  test('2.11: a paused instance contributes nothing and is not changed', () => {
    const conversation = pauseRefund(startRefundAndBooking(), 'IDLE');
    const before = conversation.instance('refund');
    const played = conversation.turn({ message: 'hello', intent: 'x' });
    expect(played.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['booking ASK date']);
    expect(played.result.transitionDecisions.map(({ scenarioId }) => scenarioId)).toEqual(['booking']);
    expect(conversation.instance('refund')).toEqual(before);
  });

  test('2.11: rule 2.1 applies to a paused instance', () => {
    const conversation = pauseRefund(startRefundAndBooking(), 'IDLE');
    conversation.remove('refund');
    expect(decideRefund(conversation)).toBe('CANCEL SCENARIO_NOT_FOUND');
  });

  test.each<[string, TurnDraft, string]>([
    ['COMPLETE', { signals: [['COMPLETE', 'refund']] }, 'COMPLETE USER_REQUEST'],
    ['CANCEL', { signals: [['CANCEL', 'refund']] }, 'CANCEL USER_REQUEST'],
    ['completion_condition', { message: 'enough' }, 'COMPLETE CONDITION'],
  ])('2.11: rules 2.3 and 2.4 apply to a paused instance: %s', (_why, draft, decision) => {
    expect(
      decideRefund(
        pauseRefund(startRefundAndBooking({}, { completionCondition: 'message == "enough"' }), 'IDLE'),
        draft,
      ),
    ).toBe(decision);
  });

  test('2.11: a paused instance at a finished terminal step completes', () => {
    const conversation = new Conversation([refund]);
    conversation.turn({ candidates: { refund: 0.9 }, variables: { order_id: '1', reason: 'broken' } });
    expect(decideRefund(pauseRefund(conversation, 'IDLE'))).toBe('COMPLETE TERMINAL');
  });

  test.each<[string, TurnDraft]>([
    ['PAUSE', { signals: [['PAUSE', 'refund']] }],
    ['DECLINED of a question', { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'DECLINED', instanceId: 'refund#1' }] }],
    ['idle_timeout', { trigger: 'TIMER', occurredAt: 999_999_999 }],
  ])('2.11: no other rule applies to a paused instance: %s', (_what, draft) => {
    expect(
      decideRefund(
        pauseRefund(startRefundAndBooking({}, { idleTimeoutMs: 1_000, idleAction: 'CANCEL' }), 'IDLE'),
        draft,
      ),
    ).toBe(staysPaused);
  });

  test('2.11: a missing step is detected when the pause ends', () => {
    const conversation = pauseRefund(startRefundAndBooking(), 'IDLE', { currentStepId: 'gone' });
    expect(decideRefund(conversation)).toBe(staysPaused);
    expect(decideRefund(conversation, { signals: [['CONTINUE', 'refund']] })).toBe('CANCEL STEP_NOT_FOUND');
  });
});

describe('a USER_REQUEST pause', () => {
  test.each<[string, TurnDraft, string]>([
    ['a message that addresses no instance ends the pause', {}, resumed],
    ['a message that addresses the instance ends the pause', { variables: { order_id: '1' } }, resumed],
    [
      'a message with an outcome of the instance ends the pause',
      { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      resumed,
    ],
    ['a message that addresses another instance does not end the pause', { variables: { date: 'May' } }, staysPaused],
    ['a message that starts another scenario does not end the pause', { signals: [['START', 'upgrade']] }, staysPaused],
    ['a message with a PAUSE for the instance does not end the pause', { signals: [['PAUSE', 'refund']] }, staysPaused],
    ['a message with a PAUSE for another instance ends the pause', { signals: [['PAUSE', 'booking']] }, resumed],
    ['a TIMER turn does not end the pause', { trigger: 'TIMER' }, staysPaused],
    ['a TOOL_RESULTS turn does not end the pause', { trigger: 'TOOL_RESULTS' }, staysPaused],
    [
      'a TOOL_RESULTS turn with an outcome of the instance does not end the pause',
      { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      staysPaused,
    ],
  ])('2.11: with resume_policy next_turn, %s', (_what, draft, decision) => {
    const conversation = new Conversation([refund, booking, asking('upgrade', ['plan'])], {
      settings: { resumePolicy: 'next_turn' },
    });
    conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
    conversation.turn({ signals: [['PAUSE', 'refund']] });
    expect(decideRefund(conversation, draft)).toBe(decision);
  });

  test.each<[string, TurnDraft, string]>([
    ['a message that addresses no instance does not end the pause', {}, staysPaused],
    ['a CONTINUE aimed at the instance ends the pause', { signals: [['CONTINUE', 'refund']] }, resumed],
    ['a START aimed at the instance ends the pause', { signals: [['START', 'refund']] }, resumed],
    ['an unaimed CONTINUE does not end the pause', { signals: ['CONTINUE'] }, staysPaused],
    ['a candidate at the threshold ends the pause', { candidates: { refund: 0.5 } }, resumed],
    ['a candidate below the threshold does not end the pause', { candidates: { refund: 0.4 } }, staysPaused],
    ['a field that the instance waits for ends the pause', { variables: { order_id: '1' } }, resumed],
    ['a field of a later step does not end the pause', { variables: { reason: 'broken' } }, staysPaused],
    [
      'an outcome of the instance does not end the pause',
      { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      staysPaused,
    ],
  ])('2.11: with resume_policy explicit, the default, %s', (_what, draft, decision) => {
    const conversation = startRefundAndBooking();
    conversation.turn({ signals: [['PAUSE', 'refund']] });
    expect(decideRefund(conversation, draft)).toBe(decision);
  });

  test('2.11: a USER_REQUEST pause keeps loop counts and attempts', () => {
    const conversation = startRefundAndBooking();
    conversation.turn();
    conversation.turn({ signals: [['PAUSE', 'refund']], requested: ['opening_hours'] });
    conversation.turn({ signals: [['CONTINUE', 'refund']] });
    // The message after the start left the ASK unanswered. The others concern the pause.
    expect(conversation.instance('refund').attempts).toBe(1);
    expect(conversation.instance('refund').loopCounts.get('ask_order_id')).toBe(1);
  });
});

/** Whether only what ends every pause ends one with this reason. The other reasons have their own tests. */
const endsOnlyExplicitly: Readonly<Record<PauseReason, boolean>> = {
  USER_REQUEST: false,
  LOOP: true,
  IDLE: false,
  NEEDS_MIGRATION: true,
  INTERRUPTED: false,
  PREEMPTED: false,
  CALLER_PAUSED: false,
};
const explicitReasons = toEntries(endsOnlyExplicitly).flatMap(([reason, isExplicit]) => (isExplicit ? [reason] : []));

describe.each(explicitReasons)('pause reason %s', (reason) => {
  test.each<[string, TurnDraft, string]>([
    ['a message that addresses no instance does not end the pause', {}, staysPaused],
    ['a CONTINUE aimed at the instance ends the pause', { signals: [['CONTINUE', 'refund']] }, resumed],
    ['a CONTINUE for all instances ends the pause', { signals: [['CONTINUE', '*']] }, resumed],
    ['a candidate at the threshold ends the pause', { candidates: { refund: 0.5 } }, resumed],
    ['a field that the instance waits for ends the pause', { patch: { order_id: '1' } }, resumed],
    [
      'an outcome of the instance does not end the pause',
      { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      staysPaused,
    ],
    [
      'a CONTINUE with a PAUSE does not end the pause',
      {
        signals: [
          ['CONTINUE', 'refund'],
          ['PAUSE', 'refund'],
        ],
      },
      staysPaused,
    ],
  ])(`2.11: with pause reason ${reason}, %s`, (_what, draft, decision) => {
    expect(decideRefund(pauseRefund(startRefundAndBooking(), reason), draft)).toBe(decision);
  });

  test(`2.11: a resume from ${reason} resets loop counts and attempts`, () => {
    const conversation = startRefundAndBooking();
    pauseRefund(conversation, reason, { loopCounts: new Map([['ask_order_id', 3]]), attempts: 6, attemptsTotal: 6 });
    const played = conversation.turn({ signals: [['CONTINUE', 'refund']] });
    expect(played.lifecycle('refund').reason).toBe('RESUMED');
    expect(conversation.instance('refund').loopCounts.size).toBe(0);
    expect(conversation.instance('refund')).toMatchObject({ attempts: 0, attemptsTotal: 6 });
  });

  test(`2.11: a resume from ${reason} resets the counts although the turn addresses another instance`, () => {
    const conversation = startRefundAndBooking();
    pauseRefund(conversation, reason, { loopCounts: new Map([['ask_order_id', 3]]), attempts: 6 });
    const played = conversation.turn({ signals: [['CONTINUE', 'refund']], variables: { date: 'May' } });
    expect(played.lifecycle('refund').reason).toBe('RESUMED');
    expect(conversation.instance('refund')).toMatchObject({ attempts: 0, loopCounts: new Map() });
  });
});

describe('what ends every pause', () => {
  const pay = confirming('pay', { confirms: ['amount'] });
  const startPaused = (): Conversation => {
    const conversation = new Conversation([pay, refund, booking]);
    conversation.turn({ candidates: { pay: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'pay']] });
    return conversation;
  };

  test('2.11: an outcome with the action_key of its open CONFIRM ends the pause (a button)', () => {
    const played = startPaused().turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'CONFIRMED', actionKey: 'pay#1/confirm/1' }],
    });
    expect(played.actions).toEqual(['pay CONTINUE RESUMED']);
    expect(played.transition('pay').targetStepId).toBe('wait');
  });

  test('2.11: a CONFIRMED without the key is stored but does not end the pause', () => {
    const conversation = startPaused();
    expect(conversation.turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: 'pay#1' }] }).actions).toEqual([
      'pay PAUSE STAYS_PAUSED',
    ]);
    expect(conversation.turn({ signals: [['CONTINUE', 'pay']] }).transition('pay').targetStepId).toBe('wait');
  });

  test('2.11: a field of its open ASK does not end the pause if an active instance waits for that field', () => {
    const same = asking('other', ['order_id', 'more']);
    const conversation = new Conversation([refund, same]);
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'refund']] });
    conversation.turn({ candidates: { other: 0.9 } });
    expect(decideRefund(conversation, { variables: { order_id: '1' } })).toBe(staysPaused);
  });

  test('2.11: a field of its open question does not end the pause if the turn names another scenario', () => {
    const conversation = new Conversation([refund, booking]);
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'refund']] });
    const draft: TurnDraft = { variables: { order_id: '1' }, candidates: { booking: 0.9 } };
    expect(decideRefund(conversation, draft)).toBe(staysPaused);
  });

  test('2.11: START_BLOCKED holds for a resume, unless a CONTINUE is aimed at the instance', () => {
    const blocking = { ...booking, steps: booking.steps.map((step) => ({ ...step, blocksStarts: true })) };
    const create = (): Conversation => {
      const conversation = new Conversation([refund, blocking]);
      conversation.turn({ candidates: { refund: 0.9 } });
      conversation.turn({ signals: [['PAUSE', 'refund']] });
      conversation.turn({ candidates: { booking: 0.9 } });
      return conversation;
    };
    const named = create().turn({ candidates: { refund: 0.9 } });
    expect(named.lifecycle('refund')).toMatchObject({ reason: 'STAYS_PAUSED', staysPausedBecause: 'START_BLOCKED' });
    expect(named.plan).toEqual(['booking ASK date']);
    expect(decideRefund(create(), { signals: [['CONTINUE', 'refund']] })).toBe(resumed);
  });

  test('2.11: a USER_REQUEST pause keeps the policy under which it was made', () => {
    const conversation = new Conversation([refund], { settings: { resumePolicy: 'next_turn' } });
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    const later = new Conversation([refund]);
    later.session = conversation.session;
    expect(decideRefund(later)).toBe(resumed);
  });
});

describe('an IDLE pause', () => {
  test.each<[string, TurnDraft, string]>([
    ['a message that addresses the instance ends the pause', { candidates: { refund: 0.5 } }, resumed],
    ['a field of its open question ends the pause', { variables: { order_id: '1' } }, resumed],
    ['a message that addresses no instance does not end the pause while another is active', {}, staysPaused],
    [
      'a message that addresses no instance ends the pause when no other is active',
      { signals: [['PAUSE', 'booking']] },
      resumed,
    ],
    ['a TIMER turn does not end the pause', { trigger: 'TIMER', signals: [['CANCEL', 'booking']] }, staysPaused],
    [
      'an outcome about the instance ends the pause on any turn',
      { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      resumed,
    ],
  ])('2.11: with pause reason IDLE, %s', (_what, draft, decision) => {
    expect(decideRefund(pauseRefund(startRefundAndBooking(), 'IDLE'), draft)).toBe(decision);
  });

  test('2.11: a resume from IDLE keeps loop counts and attempts', () => {
    const conversation = startRefundAndBooking();
    pauseRefund(conversation, 'IDLE', { attempts: 2 });
    conversation.turn({ signals: [['CONTINUE', 'refund']] });
    expect(conversation.instance('refund').attempts).toBe(2);
  });
});

describe('an INTERRUPTED pause', () => {
  /** Scenarios a and b are interrupted. Scenario a started first, and no other instance runs. */
  const interrupted = (pausedAtOfA: number, pausedAtOfB: number): Conversation => {
    const conversation = createLinkedConversation([], {}, { maxSimultaneousScenarios: 1 });
    const unlimited = createLinkedConversation([]);
    unlimited.turn({ candidates: { a: 0.9, b: 0.8 } });
    const pausedAt: Readonly<Record<string, number>> = { a: pausedAtOfA, b: pausedAtOfB };
    const instances = unlimited.session.instances.map((each) => ({
      ...each,
      status: 'PAUSED' as const,
      pauseReason: 'INTERRUPTED' as const,
      pausedAt: pausedAt[each.scenarioId] ?? 0,
    }));
    conversation.session = { ...unlimited.session, instances };
    return conversation;
  };

  test.each<[string, TurnDraft, string]>([
    ['a message that addresses the instance ends the pause', { variables: { order_id: '1' } }, resumed],
    ['the end of the only active instance ends the pause', { signals: [['CANCEL', 'booking']] }, resumed],
    ['a pause of the only active instance ends the pause', { signals: [['PAUSE', 'booking']] }, resumed],
    ['a message that addresses no instance does not end the pause while another is active', {}, staysPaused],
    ['a TIMER turn does not end the pause while another is active', { trigger: 'TIMER' }, staysPaused],
    [
      'an action result does not end the pause while another is active',
      { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      staysPaused,
    ],
  ])('2.11: with pause reason INTERRUPTED, %s', (_what, draft, decision) => {
    expect(decideRefund(pauseRefund(startRefundAndBooking(), 'INTERRUPTED'), draft)).toBe(decision);
  });

  test('2.11: a PAUSE signal delays the resume by one turn and keeps the stored reason', () => {
    const conversation = pauseRefund(startRefundAndBooking(), 'INTERRUPTED');
    expect(
      decideRefund(conversation, {
        signals: [
          ['PAUSE', 'refund'],
          ['CANCEL', 'booking'],
        ],
      }),
    ).toBe(staysPaused);
    expect(conversation.instance('refund').pauseReason).toBe('INTERRUPTED');
    expect(decideRefund(conversation)).toBe(resumed);
  });

  test('2.11: an interrupted instance does not resume if another scenario starts', () => {
    const conversation = pauseRefund(startRefundAndBooking(), 'INTERRUPTED');
    conversation.store(asking('upgrade', ['plan']));
    expect(
      decideRefund(conversation, {
        signals: [
          ['CANCEL', 'booking'],
          ['START', 'upgrade'],
        ],
      }),
    ).toBe(staysPaused);
  });

  test('2.11: the latest paused of two interrupted instances resumes, and the other one stays paused until it ends', () => {
    const conversation = pauseRefund(startRefundAndBooking(), 'INTERRUPTED', { pausedAt: 10 });
    const instances = conversation.session.instances.map((each) =>
      each.scenarioId === 'booking'
        ? { ...each, status: 'PAUSED' as const, pauseReason: 'INTERRUPTED' as const, pausedAt: 20 }
        : each,
    );
    conversation.session = { ...conversation.session, instances };
    expect(conversation.turn().actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE RESUMED']);
  });

  test.each([
    ['was paused last', 20, 10, 'a'],
    ['was paused last', 10, 20, 'b'],
    ['started last of two paused at the same time', 10, 10, 'b'],
  ])(
    '2.11: of two instances that can resume, the one that %s resumes (%d, %d)',
    (_rule, pausedAtOfA, pausedAtOfB, expected) => {
      const { actions } = interrupted(pausedAtOfA, pausedAtOfB).turn();
      expect(actions.filter((action) => action.endsWith('RESUMED'))).toEqual([`${expected} CONTINUE RESUMED`]);
    },
  );
});

describe('a PREEMPTED pause', () => {
  const limitOfOne = { maxSimultaneousScenarios: 1 };

  /** Scenario booking displaced refund. */
  const displaced = (settings: Partial<OrchestrationSettings> = limitOfOne): Conversation => {
    const conversation = new Conversation([refund, booking, asking('upgrade', ['plan'])], { settings });
    conversation.turn({ candidates: { refund: 0.9 } });
    expect(conversation.turn({ candidates: { booking: 0.9 } }).actions).toContain('refund PAUSE PREEMPTED');
    return conversation;
  };

  test('2.11: a preempted instance stays paused while the instance that displaced it is active', () => {
    expect(decideRefund(displaced())).toBe(staysPaused);
  });

  test.each<[string, TurnDraft]>([
    ['has ended', { signals: ['CANCEL'] }],
    ['is paused', { signals: ['PAUSE'] }],
  ])('2.11: a preempted instance resumes on the turn on which the instance that displaced it %s', (_how, draft) => {
    expect(decideRefund(displaced(), draft)).toBe(resumed);
  });

  test('2.11: a preempted instance that is addressed resumes and displaces the other', () => {
    expect(displaced().turn({ variables: { order_id: '1' } }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking PAUSE PREEMPTED',
    ]);
  });

  test('2.11: a displaced instance records which resume displaced it', () => {
    const conversation = createLinkedConversation([], {}, { maxSimultaneousScenarios: 1 });
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn({ candidates: { b: 0.9 } });
    const played = conversation.turn({ variables: { a_field: 1 } });
    expect(played.lifecycle('b')).toMatchObject({ reason: 'PREEMPTED', displacedByInstanceIds: ['a#1'] });
  });

  test('2.11: an action result does not let a preempted instance displace others', () => {
    const played = displaced().turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }],
    });
    expect(played.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE QUIET']);
  });

  test('2.11: in a chain of displaced instances the latest resumes first', () => {
    const conversation = displaced();
    const afterThirdStart = conversation.turn({ candidates: { upgrade: 0.9 } });
    expect(afterThirdStart.actions).toEqual([
      'refund PAUSE STAYS_PAUSED',
      'booking PAUSE PREEMPTED',
      'upgrade START CANDIDATE',
    ]);
    expect(afterThirdStart.lifecycle('refund').staysPausedBecause).toBe('CAPACITY');
    const afterCancel = conversation.turn({ signals: ['CANCEL'] });
    expect(afterCancel.actions).toEqual([
      'refund PAUSE STAYS_PAUSED',
      'booking CONTINUE RESUMED',
      'upgrade CANCEL USER_REQUEST',
    ]);
    expect(afterCancel.lifecycle('refund').staysPausedBecause).toBeUndefined();
    expect(conversation.turn({ signals: ['CANCEL'] }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking CANCEL USER_REQUEST',
    ]);
  });
});
