import { aRelationship, Conversation, type TurnDraft } from '../support/conversation';
import { aTalk, booking, decided, pause, refund, resumes, stays } from '../support/paused';
import { acting, asking, confirming, type Variation } from '../support/sample-scenarios';

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
