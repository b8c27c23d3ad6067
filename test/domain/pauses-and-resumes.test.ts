import type { PauseReason, ScenarioInstance } from '../../src/domain/session';
import type { OrchestrationSettings } from '../../src/domain/settings';
import { aRelationship, Conversation, type TurnDraft } from '../support/conversation';
import { acting, asking, confirming, type Variation } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date', 'seats']);

/** Both have started, refund first. */
function aTalk(
  settings: Partial<OrchestrationSettings> = {},
  ofRefund: Variation = {},
  ofBooking: Variation = {},
): Conversation {
  const talk = new Conversation(
    [
      { ...refund, ...ofRefund },
      { ...booking, ...ofBooking },
    ],
    { settings },
  );
  talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  return talk;
}

/** Makes refund a paused instance. */
function pause(talk: Conversation, pauseReason: PauseReason, more: Partial<ScenarioInstance> = {}): Conversation {
  const paused = {
    status: 'PAUSED',
    pauseReason,
    pausedAt: 60_000,
    pausedAtTurnCount: talk.session.turnCount,
    ...more,
  } as const;
  talk.session = {
    ...talk.session,
    instances: talk.session.instances.map((each) => (each.scenarioId === 'refund' ? { ...each, ...paused } : each)),
  };
  return talk;
}
const decided = (talk: Conversation, draft: TurnDraft = {}): string => {
  const { action, reason } = talk.turn(draft).lifecycle('refund');
  return `${action} ${reason}`;
};
const stays = 'PAUSE STAYS_PAUSED';
const resumes = 'CONTINUE RESUMED';

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

describe('2.11 INTERRUPTED', () => {
  test.each<[string, TurnDraft, string]>([
    ['a turn addresses it', { variables: { order_id: '1' } }, resumes],
    ['no other instance is active any more', { signals: [['CANCEL', 'booking']] }, resumes],
    ['the others pause', { signals: [['PAUSE', 'booking']] }, resumes],
    ['a message addresses nobody and another is active', {}, stays],
    ['an unaddressed turn without message', { trigger: 'TIMER' }, stays],
    [
      'a result about it, while another is active',
      { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      stays,
    ],
  ])('2.11 when %s', (_what, draft, decision) => {
    expect(decided(pause(aTalk(), 'INTERRUPTED'), draft)).toBe(decision);
  });

  test('2.11 it does not resume where something starts in place of what ended', () => {
    const talk = pause(aTalk(), 'INTERRUPTED');
    talk.store(asking('upgrade', ['plan']));
    expect(
      decided(talk, {
        signals: [
          ['CANCEL', 'booking'],
          ['START', 'upgrade'],
        ],
      }),
    ).toBe(stays);
  });

  test('2.11 the latest paused of two resumes where nobody is active, and the other then waits for it', () => {
    const talk = pause(aTalk(), 'INTERRUPTED', { pausedAt: 10 });
    const instances = talk.session.instances.map((each) =>
      each.scenarioId === 'booking'
        ? { ...each, status: 'PAUSED' as const, pauseReason: 'INTERRUPTED' as const, pausedAt: 20 }
        : each,
    );
    talk.session = { ...talk.session, instances };
    expect(talk.turn().actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE RESUMED']);
  });
});

describe('2.11 PREEMPTED', () => {
  const one = { maxSimultaneousScenarios: 1 };
  /** refund was displaced by booking. */
  const displaced = (settings: Partial<OrchestrationSettings> = one): Conversation => {
    const talk = new Conversation([refund, booking, asking('upgrade', ['plan'])], { settings });
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { booking: 0.9 } }).actions).toContain('refund PAUSE PREEMPTED');
    return talk;
  };

  test('2.11 it stays paused while what displaced it is active', () => {
    expect(decided(displaced())).toBe(stays);
  });

  test.each<[string, TurnDraft]>([
    ['has ended', { signals: ['CANCEL'] }],
    ['is paused', { signals: ['PAUSE'] }],
  ])('2.11 it resumes on the very turn on which what displaced it %s', (_how, draft) => {
    expect(decided(displaced(), draft)).toBe(resumes);
  });

  test('2.11 it resumes when it is addressed, and then displaces in its turn', () => {
    expect(displaced().turn({ variables: { order_id: '1' } }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking PAUSE PREEMPTED',
    ]);
  });

  test('2.11 a result about it does not let it push others aside', () => {
    const played = displaced().turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }],
    });
    expect(played.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE QUIET']);
  });

  test('2.11 a chain: what displaced it is displaced itself, and there is no room for both', () => {
    const talk = displaced();
    const third = talk.turn({ candidates: { upgrade: 0.9 } });
    expect(third.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking PAUSE PREEMPTED', 'upgrade START CANDIDATE']);
    expect(third.lifecycle('refund').staysPausedBecause).toBe('CAPACITY');
    const over = talk.turn({ signals: ['CANCEL'] });
    expect(over.actions).toEqual([
      'refund PAUSE STAYS_PAUSED',
      'booking CONTINUE RESUMED',
      'upgrade CANCEL USER_REQUEST',
    ]);
    expect(over.lifecycle('refund').staysPausedBecause).toBeUndefined();
    expect(talk.turn({ signals: ['CANCEL'] }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking CANCEL USER_REQUEST',
    ]);
  });
});

describe('2.11 a resume passes what a start passes', () => {
  const excluding = (ofRefund: Variation = {}): Conversation => {
    const talk = new Conversation([{ ...refund, ...ofRefund }, booking], {
      relationships: [
        aRelationship('refund', 'EXCLUDES', 'booking'),
        aRelationship('region', 'EXCLUDES', 'refund', 'RULE'),
      ],
    });
    talk.turn({ candidates: { refund: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    talk.turn({ candidates: { booking: 0.9 } });
    return talk;
  };

  test.each<[string, TurnDraft, number, string, string | undefined]>([
    ['automatic, equal priority', {}, 0, stays, 'EXCLUDED'],
    ['automatic, higher priority: it may not displace', {}, 1, stays, 'EXCLUDED'],
    ['named, equal priority', { candidates: { refund: 0.9 } }, 0, stays, 'EXCLUDED'],
    ['named, higher priority', { candidates: { refund: 0.9 } }, 1, resumes, undefined],
    ['addressed, higher priority', { signals: [['CONTINUE', 'refund']] }, 1, resumes, undefined],
  ])('2.11 EXCLUDED: %s', (_what, draft, priority, decision, because) => {
    const talk = excluding({ priority });
    const played = talk.turn(draft);
    const { action, reason, staysPausedBecause } = played.lifecycle('refund');
    expect([`${action} ${reason}`, staysPausedBecause]).toEqual([decision, because]);
    expect(played.lifecycle('booking').reason).toBe(decision === resumes ? 'PREEMPTED' : 'GOES_ON');
    expect(played.rejections).toEqual([]);
  });

  test('2.11 EXCLUDED: an applied rule blocks a resume', () => {
    const talk = excluding();
    talk.turn({
      signals: [
        ['CANCEL', 'booking'],
        ['PAUSE', 'refund'],
      ],
    });
    const played = talk.turn({ rules: [{ ruleId: 'region' }] });
    expect(played.lifecycle('refund')).toMatchObject({ reason: 'STAYS_PAUSED', staysPausedBecause: 'EXCLUDED' });
    expect(decided(talk)).toBe(resumes);
  });

  test.each<[string, TurnDraft]>([
    ['automatic', {}],
    ['named', { candidates: { refund: 0.9 } }],
  ])('2.11 MULTI_SCENARIO_DISABLED: %s', (_what, draft) => {
    const talk = new Conversation([refund, booking], { settings: { enableMultiScenario: false } });
    talk.turn({ candidates: { refund: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    talk.turn({ candidates: { booking: 0.9 } });
    expect(talk.turn(draft).lifecycle('refund')).toMatchObject({
      reason: 'STAYS_PAUSED',
      staysPausedBecause: 'MULTI_SCENARIO_DISABLED',
    });
  });

  test('2.11 CAPACITY: an automatic resume displaces nobody, a named one does', () => {
    const talk = new Conversation([refund, booking], { settings: { maxSimultaneousScenarios: 1 } });
    talk.turn({ candidates: { refund: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    talk.turn({ candidates: { booking: 0.9 } });
    expect(talk.turn().lifecycle('refund').staysPausedBecause).toBe('CAPACITY');
    expect(talk.turn({ candidates: { refund: 0.9 } }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking PAUSE PREEMPTED',
    ]);
  });
});

describe('2.11 naming', () => {
  test('2.11 naming a paused scenario resumes it, starts no second instance and is no rejection', () => {
    const talk = pause(aTalk(), 'IDLE');
    const played = talk.turn({ candidates: { refund: 0.9 } });
    expect(played.actions).toEqual(['refund CONTINUE RESUMED', 'booking CONTINUE QUIET']);
    expect(played.rejections).toEqual([]);
    expect(played.lifecycle('refund').resumed).toBe(true);
  });

  test('2.11 naming one that may not resume is no rejection either', () => {
    const talk = pause(aTalk({ enableMultiScenario: true, maxSimultaneousScenarios: 1 }, {}, { priority: 5 }), 'IDLE');
    talk.turn({ candidates: { booking: 0.9 } });
    const played = talk.turn({ candidates: { refund: 0.9 } });
    expect([played.lifecycle('refund').staysPausedBecause, played.rejections]).toEqual(['CAPACITY', []]);
  });

  test('2.11 naming one that the same turn asks to pause leaves it paused and is no rejection', () => {
    const played = pause(aTalk(), 'IDLE').turn({ candidates: { refund: 0.9 }, signals: [['PAUSE', 'refund']] });
    expect([played.lifecycle('refund').reason, played.rejections]).toEqual(['STAYS_PAUSED', []]);
  });

  test('2.11 a candidate below the threshold names nobody: it is rejected and the instance stays paused', () => {
    const played = pause(aTalk(), 'IDLE').turn({ candidates: { refund: 0.4 } });
    expect([played.lifecycle('refund').reason, played.rejections]).toEqual([
      'STAYS_PAUSED',
      ['refund BELOW_THRESHOLD'],
    ]);
  });

  test('2.11 one that is named comes first in start order, before a candidate that it excludes', () => {
    const talk = new Conversation([refund, booking], {
      relationships: [aRelationship('refund', 'EXCLUDES', 'booking')],
    });
    talk.turn({ candidates: { refund: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    const played = talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
    expect([played.actions, played.rejections]).toEqual([['refund CONTINUE RESUMED'], ['booking EXCLUDED']]);
  });
});

describe('2.11 a resumed instance', () => {
  test.each([
    ['ASK', asking('it', ['field']), 'it ASK field'],
    ['CONFIRM', confirming('it'), 'it CONFIRM '],
    ['ACTION_HINT', acting('it'), 'it ACTION_HINT it_tool'],
  ])('2.11 repeats its %s as a reprompt, in the same visit', (_type, scenario, words) => {
    const talk = new Conversation([scenario]);
    talk.turn({ candidates: { it: 0.9 } });
    const visit = talk.instance('it').visit.number;
    talk.turn({ signals: ['PAUSE'] });
    const played = talk.turn();
    expect(played.plan).toEqual([words]);
    expect(played.contribution('it').isReprompt).toBe(true);
    expect(talk.instance('it').visit.number).toBe(visit);
  });

  test('2.11 obeys when_not_addressed: it wakes and is quiet while the turn is about another', () => {
    const talk = aTalk({}, {}, {});
    pause(talk, 'PREEMPTED', { displacedByInstanceIds: ['somebody#9'] });
    const played = talk.turn({ variables: { date: 'May' } });
    expect(played.lifecycle('refund')).toMatchObject({ action: 'CONTINUE', reason: 'RESUMED', resumed: true });
    expect(played.plan).toEqual(['booking ASK seats', 'refund NONE']);
  });
});

describe('2.11 abandoned', () => {
  const abandonedAfter = (turns: number, settings = {}): readonly unknown[] => {
    const talk = new Conversation([refund], { settings: { resumePolicy: 'explicit', ...settings } });
    talk.turn({ candidates: { refund: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    for (let count = 1; count < turns; count += 1) talk.turn();
    return talk.turn().result.plan.abandoned;
  };

  test('2.11 the plan lists what is paused for longer than 3 turns, with last step and missing fields', () => {
    expect(abandonedAfter(3)).toEqual([]);
    expect(abandonedAfter(4)).toEqual([
      {
        scenarioId: 'refund',
        scenarioName: 'refund',
        instanceId: 'refund#1',
        stepId: 'ask_order_id',
        stepName: 'ask_order_id',
        missingFields: ['order_id'],
        pausedTurns: 4,
      },
    ]);
  });

  test('2.11 offer_after_turns is a setting', () => {
    expect([
      abandonedAfter(1, { offerAfterTurns: 1 }).length,
      abandonedAfter(2, { offerAfterTurns: 1 }).length,
    ]).toEqual([0, 1]);
  });
});
