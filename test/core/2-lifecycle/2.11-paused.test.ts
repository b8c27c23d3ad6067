import type { OrchestrationSettings } from '../../../src/core/model/settings';
import { Conversation, type TurnDraft } from '../../support/conversation';
import { linked } from '../../support/linked-scenarios';
import { aTalk, booking, decided, pause, refund, resumes, stays } from '../../support/paused';
import { asking } from '../../support/sample-scenarios';

describe('a paused instance', () => {
  test('2.11: a paused instance contributes nothing and is not changed', () => {
    const conversation = pause(aTalk(), 'IDLE');
    const before = conversation.instance('refund');
    const played = conversation.turn({ message: 'hello', intent: 'x' });
    expect(played.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['booking ASK date']);
    expect(played.result.transitionDecisions.map(({ scenarioId }) => scenarioId)).toEqual(['booking']);
    expect(conversation.instance('refund')).toEqual(before);
  });

  test('2.11: rule 2.1 applies to a paused instance', () => {
    const conversation = pause(aTalk(), 'IDLE');
    conversation.remove('refund');
    expect(decided(conversation)).toBe('CANCEL SCENARIO_NOT_FOUND');
  });

  test.each<[string, TurnDraft, string]>([
    ['COMPLETE', { signals: [['COMPLETE', 'refund']] }, 'COMPLETE USER_REQUEST'],
    ['CANCEL', { signals: [['CANCEL', 'refund']] }, 'CANCEL USER_REQUEST'],
    ['completion_condition', { message: 'enough' }, 'COMPLETE CONDITION'],
  ])('2.11: rules 2.3 and 2.4 apply to a paused instance: %s', (_why, draft, decision) => {
    expect(decided(pause(aTalk({}, { completionCondition: 'message == "enough"' }), 'IDLE'), draft)).toBe(decision);
  });

  test('2.11: a paused instance at a finished terminal step completes', () => {
    const conversation = new Conversation([refund]);
    conversation.turn({ candidates: { refund: 0.9 }, variables: { order_id: '1', reason: 'broken' } });
    expect(decided(pause(conversation, 'IDLE'))).toBe('COMPLETE TERMINAL');
  });

  test.each<[string, TurnDraft]>([
    ['PAUSE', { signals: [['PAUSE', 'refund']] }],
    ['DECLINED', { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'DECLINED', instanceId: 'refund#1' }] }],
    ['idle_timeout', { trigger: 'TIMER', occurredAt: 999_999_999 }],
  ])('2.11: no other rule applies to a paused instance: %s', (_what, draft) => {
    expect(decided(pause(aTalk({}, { idleTimeoutMs: 1_000, idleAction: 'CANCEL' }), 'IDLE'), draft)).toBe(stays);
  });

  test('2.11: a missing step is found when the pause ends', () => {
    const conversation = pause(aTalk(), 'IDLE', { currentStepId: 'gone' });
    expect(decided(conversation)).toBe(stays);
    expect(decided(conversation, { signals: [['CONTINUE', 'refund']] })).toBe('CANCEL STEP_NOT_FOUND');
  });
});

describe('a USER_REQUEST pause', () => {
  test.each<[string, TurnDraft, string]>([
    ['a message that addresses no instance ends the pause', {}, resumes],
    ['a message that addresses the instance ends the pause', { variables: { order_id: '1' } }, resumes],
    [
      'a message with an outcome of the instance ends the pause',
      { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      resumes,
    ],
    ['a message that addresses another instance does not end the pause', { variables: { date: 'May' } }, stays],
    ['a message that starts another scenario does not end the pause', { signals: [['START', 'upgrade']] }, stays],
    ['a message with a PAUSE for the instance does not end the pause', { signals: [['PAUSE', 'refund']] }, stays],
    ['a message with a PAUSE for another instance ends the pause', { signals: [['PAUSE', 'booking']] }, resumes],
    ['a TIMER turn does not end the pause', { trigger: 'TIMER' }, stays],
    ['a TOOL_RESULTS turn does not end the pause', { trigger: 'TOOL_RESULTS' }, stays],
    [
      'a TOOL_RESULTS turn with an outcome of the instance does not end the pause',
      { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      stays,
    ],
  ])('2.11: with resume_policy next_turn, %s', (_what, draft, decision) => {
    const conversation = new Conversation([refund, booking, asking('upgrade', ['plan'])]);
    conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
    conversation.turn({ signals: [['PAUSE', 'refund']] });
    expect(decided(conversation, draft)).toBe(decision);
  });

  test.each<[string, TurnDraft, string]>([
    ['a message that addresses no instance does not end the pause', {}, stays],
    ['a CONTINUE aimed at the instance ends the pause', { signals: [['CONTINUE', 'refund']] }, resumes],
    ['a START aimed at the instance ends the pause', { signals: [['START', 'refund']] }, resumes],
    ['an unaimed CONTINUE does not end the pause', { signals: ['CONTINUE'] }, stays],
    ['a candidate at the threshold ends the pause', { candidates: { refund: 0.5 } }, resumes],
    ['a candidate below the threshold does not end the pause', { candidates: { refund: 0.4 } }, stays],
    ['a field that the instance waits for ends the pause', { variables: { order_id: '1' } }, resumes],
    ['a field of a later step does not end the pause', { variables: { reason: 'broken' } }, stays],
    [
      'an outcome of the instance does not end the pause',
      { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      stays,
    ],
  ])('2.11: with resume_policy explicit, %s', (_what, draft, decision) => {
    const conversation = aTalk({ resumePolicy: 'explicit' });
    conversation.turn({ signals: [['PAUSE', 'refund']] });
    expect(decided(conversation, draft)).toBe(decision);
  });

  test('2.11: a USER_REQUEST pause keeps loop counts and attempts', () => {
    const conversation = aTalk();
    conversation.turn();
    conversation.turn({ signals: [['PAUSE', 'refund']] });
    conversation.turn({ signals: [['CONTINUE', 'refund']] });
    // The turn of the PAUSE also left the ASK unanswered.
    expect(conversation.instance('refund').visit.attempts).toBe(2);
    expect(conversation.instance('refund').loopCounts.get('ask_order_id')).toBe(1);
  });
});

describe.each(['LOOP', 'IDLE', 'NEEDS_MIGRATION'] as const)('a %s pause', (reason) => {
  test.each<[string, TurnDraft, string]>([
    ['a message that addresses no instance does not end it', {}, stays],
    ['a CONTINUE aimed at the instance ends it', { signals: [['CONTINUE', 'refund']] }, resumes],
    ['a CONTINUE for all instances ends it', { signals: [['CONTINUE', '*']] }, resumes],
    ['a candidate at the threshold ends it', { candidates: { refund: 0.5 } }, resumes],
    ['a field that the instance waits for ends it', { patch: { order_id: '1' } }, resumes],
    [
      'an outcome of the instance does not end it',
      { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      stays,
    ],
    [
      'a CONTINUE with a PAUSE does not end it',
      {
        signals: [
          ['CONTINUE', 'refund'],
          ['PAUSE', 'refund'],
        ],
      },
      stays,
    ],
  ])(`2.11: a ${reason} pause: %s`, (_what, draft, decision) => {
    expect(decided(pause(aTalk(), reason), draft)).toBe(decision);
  });

  test(`2.11: a resume from ${reason} resets loop counts and attempts`, () => {
    const conversation = aTalk();
    const { visit } = conversation.instance('refund');
    pause(conversation, reason, { loopCounts: new Map([['ask_order_id', 3]]), visit: { ...visit, attempts: 6 } });
    const played = conversation.turn({ signals: [['CONTINUE', 'refund']] });
    expect(played.lifecycle('refund').reason).toBe('RESUMED');
    expect(conversation.instance('refund').loopCounts.size).toBe(0);
    expect(conversation.instance('refund').visit.attempts).toBe(0);
  });
});

describe('an INTERRUPTED pause', () => {
  /** Scenarios a and b are interrupted. Scenario a started first, and no other instance runs. */
  const interrupted = (pausedAtOfA: number, pausedAtOfB: number): Conversation => {
    const conversation = linked([], {}, { maxSimultaneousScenarios: 1 });
    const unlimited = linked([]);
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
    ['a message that addresses the instance ends it', { variables: { order_id: '1' } }, resumes],
    ['the end of the only active instance ends it', { signals: [['CANCEL', 'booking']] }, resumes],
    ['a pause of the only active instance ends it', { signals: [['PAUSE', 'booking']] }, resumes],
    ['a message that addresses no instance does not end it while another is active', {}, stays],
    ['a TIMER turn does not end it while another is active', { trigger: 'TIMER' }, stays],
    [
      'an action result does not end it while another is active',
      { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      stays,
    ],
  ])('2.11: an INTERRUPTED pause: %s', (_what, draft, decision) => {
    expect(decided(pause(aTalk(), 'INTERRUPTED'), draft)).toBe(decision);
  });

  test('2.11: a PAUSE signal delays the resume by one turn and keeps the stored reason', () => {
    const conversation = pause(aTalk(), 'INTERRUPTED');
    expect(
      decided(conversation, {
        signals: [
          ['PAUSE', 'refund'],
          ['CANCEL', 'booking'],
        ],
      }),
    ).toBe(stays);
    expect(conversation.instance('refund').pauseReason).toBe('INTERRUPTED');
    expect(decided(conversation)).toBe(resumes);
  });

  test('2.11: an interrupted instance does not resume if another scenario starts', () => {
    const conversation = pause(aTalk(), 'INTERRUPTED');
    conversation.store(asking('upgrade', ['plan']));
    expect(
      decided(conversation, {
        signals: [
          ['CANCEL', 'booking'],
          ['START', 'upgrade'],
        ],
      }),
    ).toBe(stays);
  });

  test('2.11: of two interrupted instances the latest paused resumes, and the other waits for it', () => {
    const conversation = pause(aTalk(), 'INTERRUPTED', { pausedAt: 10 });
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
    expect(decided(displaced())).toBe(stays);
  });

  test.each<[string, TurnDraft]>([
    ['has ended', { signals: ['CANCEL'] }],
    ['is paused', { signals: ['PAUSE'] }],
  ])('2.11: a preempted instance resumes on the turn on which the instance that displaced it %s', (_how, draft) => {
    expect(decided(displaced(), draft)).toBe(resumes);
  });

  test('2.11: a preempted instance that is addressed resumes and displaces the other', () => {
    expect(displaced().turn({ variables: { order_id: '1' } }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking PAUSE PREEMPTED',
    ]);
  });

  test('2.11: a displaced instance records which resume displaced it', () => {
    const conversation = linked([], {}, { maxSimultaneousScenarios: 1 });
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
