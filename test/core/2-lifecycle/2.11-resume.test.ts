import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import {
  booking,
  decideRefund,
  pauseRefund,
  refund,
  resumed,
  startRefundAndBooking,
  staysPaused,
} from '../../support/paused-refund';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, type Variation } from '../../support/sample-scenarios';

describe('the checks before a resume', () => {
  const excluding = (refundVariation: Variation = {}): Conversation => {
    const conversation = new Conversation([{ ...refund, ...refundVariation }, booking], {
      settings: { resumePolicy: 'next_turn' },
      relationships: [
        aRelationship('refund', 'EXCLUDES', 'booking'),
        aRelationship('region', 'EXCLUDES', 'refund', 'RULE'),
      ],
    });
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    conversation.turn({ candidates: { booking: 0.9 } });
    return conversation;
  };

  test.each<[string, TurnDraft, number, string, string | undefined]>([
    ['automatic, equal priority', {}, 0, staysPaused, 'EXCLUDED'],
    ['automatic, higher priority', {}, 1, staysPaused, 'EXCLUDED'],
    ['named, equal priority', { candidates: { refund: 0.9 } }, 0, staysPaused, 'EXCLUDED'],
    ['named, higher priority', { candidates: { refund: 0.9 } }, 1, resumed, undefined],
    ['addressed, higher priority', { signals: [['CONTINUE', 'refund']] }, 1, resumed, undefined],
  ])('2.11: a resume is checked for EXCLUDED: %s', (_what, draft, priority, decision, because) => {
    const conversation = excluding({ priority });
    const played = conversation.turn(draft);
    const { action, reason, staysPausedBecause } = played.lifecycle('refund');
    expect([`${action} ${reason}`, staysPausedBecause]).toEqual([decision, because]);
    expect(played.lifecycle('booking').reason).toBe(decision === resumed ? 'PREEMPTED' : 'GOES_ON');
    expect(played.rejections).toEqual([]);
  });

  test('2.11: an applied rule that excludes the scenario blocks a resume', () => {
    const conversation = excluding();
    conversation.turn({
      signals: [
        ['CANCEL', 'booking'],
        ['PAUSE', 'refund'],
      ],
    });
    const played = conversation.turn({ rules: [{ ruleId: 'region' }] });
    expect(played.lifecycle('refund')).toMatchObject({ reason: 'STAYS_PAUSED', staysPausedBecause: 'EXCLUDED' });
    expect(decideRefund(conversation)).toBe(resumed);
  });

  test.each<[string, TurnDraft]>([
    ['automatic', {}],
    ['named', { candidates: { refund: 0.9 } }],
  ])('2.11: a resume is checked for MULTI_SCENARIO_DISABLED: %s', (_what, draft) => {
    const conversation = new Conversation([refund, booking], {
      settings: { enableMultiScenario: false, resumePolicy: 'next_turn' },
    });
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    conversation.turn({ candidates: { booking: 0.9 } });
    expect(conversation.turn(draft).lifecycle('refund')).toMatchObject({
      reason: 'STAYS_PAUSED',
      staysPausedBecause: 'MULTI_SCENARIO_DISABLED',
    });
  });

  test('2.11: at the limit only a named instance displaces another when it resumes', () => {
    const conversation = new Conversation([refund, booking], {
      settings: { maxSimultaneousScenarios: 1, resumePolicy: 'next_turn' },
    });
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    conversation.turn({ candidates: { booking: 0.9 } });
    expect(conversation.turn().lifecycle('refund').staysPausedBecause).toBe('CAPACITY');
    expect(conversation.turn({ candidates: { refund: 0.9 } }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking PAUSE PREEMPTED',
    ]);
  });
});

describe('a candidate that names a paused scenario', () => {
  test('2.11: a named paused scenario resumes, without a second instance or a rejection', () => {
    const conversation = pauseRefund(startRefundAndBooking(), 'IDLE');
    const played = conversation.turn({ candidates: { refund: 0.9 } });
    expect(played.actions).toEqual(['refund CONTINUE RESUMED', 'booking CONTINUE QUIET']);
    expect(played.rejections).toEqual([]);
    expect(played.lifecycle('refund').resumed).toBe(true);
  });

  test('2.11: a named paused scenario that cannot resume is not rejected', () => {
    const conversation = pauseRefund(
      startRefundAndBooking({ enableMultiScenario: true, maxSimultaneousScenarios: 1 }, {}, { priority: 5 }),
      'IDLE',
    );
    conversation.turn({ candidates: { booking: 0.9 } });
    const played = conversation.turn({ candidates: { refund: 0.9 } });
    expect([played.lifecycle('refund').staysPausedBecause, played.rejections]).toEqual(['CAPACITY', []]);
  });

  test('2.11: a named paused scenario stays paused if a PAUSE reaches it', () => {
    const played = pauseRefund(startRefundAndBooking(), 'IDLE').turn({
      candidates: { refund: 0.9 },
      signals: [['PAUSE', 'refund']],
    });
    expect([played.lifecycle('refund').reason, played.rejections]).toEqual(['STAYS_PAUSED', []]);
  });

  test('2.11: a candidate below the threshold is rejected and does not resume an instance', () => {
    const played = pauseRefund(startRefundAndBooking(), 'IDLE').turn({ candidates: { refund: 0.4 } });
    expect([played.lifecycle('refund').reason, played.rejections]).toEqual([
      'STAYS_PAUSED',
      ['refund BELOW_THRESHOLD'],
    ]);
  });

  test('2.11: a named paused scenario takes its place in start order', () => {
    const conversation = new Conversation([refund, booking], {
      relationships: [aRelationship('refund', 'EXCLUDES', 'booking')],
    });
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    const played = conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
    expect([played.actions, played.rejections]).toEqual([['refund CONTINUE RESUMED'], ['booking EXCLUDED']]);
  });
});

describe('a resumed instance', () => {
  test.each([
    ['ASK', asking('scenario', ['field']), 'scenario ASK field'],
    ['CONFIRM', confirming('scenario'), 'scenario CONFIRM '],
    ['ACTION_HINT', acting('scenario'), 'scenario ACTION_HINT scenario_tool'],
  ])('2.11: a resumed instance repeats its %s as a reprompt in the same visit', (_type, scenario, contribution) => {
    const conversation = new Conversation([scenario], { settings: { resumePolicy: 'next_turn' } });
    conversation.turn({ candidates: { scenario: 0.9 } });
    const visit = conversation.instance('scenario').visit.number;
    conversation.turn({ signals: ['PAUSE'] });
    const played = conversation.turn();
    expect(played.plan).toEqual([contribution]);
    expect(played.contribution('scenario').isReprompt).toBe(true);
    expect(conversation.instance('scenario').visit.number).toBe(visit);
  });

  test('2.11: when_not_addressed applies to a resumed instance', () => {
    const conversation = startRefundAndBooking({}, {}, {});
    pauseRefund(conversation, 'PREEMPTED', { displacedByInstanceIds: ['unknown#9'] });
    const played = conversation.turn({ variables: { date: 'May' } });
    expect(played.lifecycle('refund')).toMatchObject({ action: 'CONTINUE', reason: 'RESUMED', resumed: true });
    expect(played.plan).toEqual(['booking ASK seats', 'refund NONE']);
  });
});

describe('offers', () => {
  const getOffersAfter = (turns: number, settings = {}): readonly unknown[] => {
    const conversation = new Conversation([refund], { settings });
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    for (let count = 1; count < turns; count += 1) conversation.turn();
    return conversation.turn().result.plan.offers;
  };

  test('2.11: offers lists instances that are paused for more than 3 turns', () => {
    expect(getOffersAfter(3)).toEqual([]);
    expect(getOffersAfter(4)).toEqual([
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

  test('2.11: offer_after_turns is configurable', () => {
    expect([
      getOffersAfter(1, { offerAfterTurns: 1 }).length,
      getOffersAfter(2, { offerAfterTurns: 1 }).length,
    ]).toEqual([0, 1]);
  });

  test('2.11: offers are ordered by the length of their pause, longest first', () => {
    const conversation = startConversation([refund, booking], {}, { offerAfterTurns: 1 });
    conversation.turn({ signals: [['PAUSE', 'booking']] });
    conversation.turn({ signals: [['PAUSE', 'refund']] });
    conversation.turn();
    const { offers } = conversation.turn().result.plan;
    expect(offers.map(({ scenarioId, pausedTurns }) => [scenarioId, pausedTurns])).toEqual([
      ['booking', 3],
      ['refund', 2],
    ]);
  });

  test('2.11: an offered instance at a missing step has the step id as name and no missing fields', () => {
    const conversation = startConversation([refund], {}, { offerAfterTurns: 1 });
    conversation.turn({ signals: ['PAUSE'] });
    conversation.turn();
    const instances = conversation.session.instances.map((instance) => ({ ...instance, currentStepId: 'removed' }));
    conversation.session = { ...conversation.session, instances };
    expect(conversation.turn().result.plan.offers).toMatchObject([
      { stepId: 'removed', stepName: 'removed', missingFields: [] },
    ]);
  });

  test('2.11: an offer lists the fields that the step still needs, without known and declined ones', () => {
    const step = { stepId: 'ask', collectsProfileFields: ['city', 'street', 'title'], optionalFields: ['title'] };
    const move: ScenarioDraft = { scenarioId: 'move', steps: [{ ...step, to: ['end'] }, end] };
    const conversation = startConversation([move], { variables: { city: 'Rome' } }, { offerAfterTurns: 0 });
    conversation.turn({ given: [{ name: 'title', declined: true }] });
    expect(conversation.instance('move').settledFields.size).toBe(1);
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.turn().result.plan.offers).toMatchObject([{ missingFields: ['street'] }]);
  });

  test('2.11: active, ended and newly paused instances are not offered', () => {
    const conversation = startConversation([refund, booking, asking('exchange', ['size'])], {}, { offerAfterTurns: 0 });
    conversation.turn();
    const played = conversation.turn({
      signals: [
        ['PAUSE', 'refund'],
        ['CANCEL', 'booking'],
      ],
    });
    expect([played.actions.length, played.result.plan.offers]).toEqual([3, []]);
  });
});
