import type { LifecycleReason, RejectionReason, StartOrigin } from '../../src/domain/lifecycle-decision';
import { aRelationship, Conversation, type StepDraft, type TurnDraft } from '../support/conversation';
import { running } from '../support/running';
import { asking, confirming, end } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id'], { name: 'Refund' });
const booking = asking('booking', ['date'], { name: 'Booking' });
const help: StepDraft = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] };

/** Moves the refund to a step that its scenario does not have. */
function lost(talk: Conversation): Conversation {
  const instances = talk.session.instances.map((each) => ({ ...each, currentStepId: 'gone' }));
  talk.session = { ...talk.session, instances };
  return talk;
}

/** A conversation whose refund has been paused by a PAUSE. */
function paused(settings = {}): Conversation {
  const talk = running([refund, booking], {}, settings);
  talk.turn({ signals: [['PAUSE', 'refund']] });
  return talk;
}

describe('2.17 reason codes: why an instance goes on, pauses or ends is told in a sentence', () => {
  type Case = readonly [LifecycleReason, string, () => Conversation, TurnDraft];
  const cases: readonly Case[] = [
    [
      'SCENARIO_NOT_FOUND',
      'Its scenario is gone from the catalogue.',
      () => {
        const talk = running([refund]);
        talk.remove('refund');
        return talk;
      },
      {},
    ],
    [
      'STEP_NOT_FOUND',
      'Its step "gone" is not in version 1 of its scenario, and there is no recovery step.',
      () => lost(running([refund])),
      {},
    ],
    ['TERMINAL', 'Its terminal step "end" is done.', () => running([{ scenarioId: 'refund', steps: [end] }]), {}],
    [
      'CONDITION',
      'Its completion condition holds.',
      () => running([{ ...refund, completionCondition: 'turn == 2' }]),
      {},
    ],
    ['USER_REQUEST', 'Complete was asked for.', () => running([refund]), { signals: ['COMPLETE'] }],
    ['USER_REQUEST', 'Cancel was asked for.', () => running([refund]), { signals: ['CANCEL'] }],
    ['USER_REQUEST', 'Pause was asked for.', () => running([refund]), { signals: ['PAUSE'] }],
    [
      'DECLINED',
      'Step "confirm" was declined, and no transition takes that up.',
      () => running([confirming('refund')]),
      { outcomes: [{ kind: 'DECLINED' }] },
    ],
    [
      'IDLE',
      'It was idle for 91 s, longer than its limit of 30 s.',
      () => running([{ ...refund, idleTimeoutMs: 30_000 }]),
      { trigger: 'TIMER', occurredAt: 150_600 },
    ],
    [
      'LOOP',
      'It would go round step "ask_order_id" again, above its limit, and there is no recovery step.',
      () => {
        const talk = running([refund], {}, { maxAttempts: 1 });
        talk.turn();
        return talk;
      },
      {},
    ],
    [
      'RELOCALIZED',
      'It cannot go on at step "gone" and moves to a recovery step.',
      () => lost(running([{ ...refund, steps: [...refund.steps, help] }])),
      {},
    ],
    [
      'PREEMPTED',
      'It makes room for booking#2.',
      () => {
        const talk = new Conversation([refund, booking], { settings: { maxSimultaneousScenarios: 1 } });
        talk.turn({ candidates: { refund: 0.9 } });
        return talk;
      },
      { candidates: { booking: 0.9 } },
    ],
    [
      'INTERRUPTED',
      'The turn addresses others.',
      () => running([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]),
      { variables: { date: 'May' } },
    ],
    [
      'QUIET',
      'The turn addresses others; it waits in silence.',
      () => running([refund, booking]),
      { variables: { date: 'May' } },
    ],
    ['RESUMED', 'Its pause (USER_REQUEST) has ended.', () => paused(), { variables: { order_id: 'A1' } }],
    ['STAYS_PAUSED', 'Its pause (USER_REQUEST) has not ended.', () => paused(), { variables: { date: 'May' } }],
    [
      'STAYS_PAUSED',
      'Its pause (USER_REQUEST) could end, but it may not become active: MULTI_SCENARIO_DISABLED.',
      () => {
        const talk = paused();
        const fewer = new Conversation([refund, booking], { settings: { enableMultiScenario: false } });
        fewer.session = talk.session;
        return fewer;
      },
      { variables: { order_id: 'A1' }, occurredAt: 180_000 },
    ],
    ['GOES_ON', 'Nothing speaks against going on.', () => running([refund]), {}],
  ];

  test.each(cases)('2.17 reason codes: %s is told as: %s', (reason, sentence, talk, turn) => {
    expect(talk().turn(turn).lifecycle('refund')).toMatchObject({ reason, reasoning: sentence });
  });
});

describe('2.17 reason codes: why a scenario starts is told in a sentence', () => {
  test.each<[StartOrigin, string, TurnDraft]>([
    ['CANDIDATE', 'Candidate "Refund" scores 0.7 and nothing speaks against it.', { candidates: { refund: 0.7 } }],
    ['IMPLIED', '"Refund" is implied by what takes effect this turn.', { candidates: { booking: 0.7 } }],
    ['AIMED', 'A START is aimed at "Refund".', { signals: [['START', 'refund']] }],
  ])('2.17 reason codes: %s is told as: %s', (reason, sentence, turn) => {
    const talk = new Conversation([refund, booking], {
      relationships: [aRelationship('booking', 'IMPLIES', 'refund')],
    });
    expect(talk.turn(turn).lifecycle('refund')).toMatchObject({ reason, reasoning: sentence });
  });

  test('2.17 reason codes: PENDING is told as what was refused before', () => {
    const talk = new Conversation([{ ...refund, requires: { customer_no: 'HARD' } }]);
    talk.turn({ candidates: { refund: 0.7 } });
    expect(talk.turn({ patch: { customer_no: 7 } }).lifecycle('refund').reasoning).toBe(
      '"Refund" was refused before and can start now.',
    );
  });
});

describe('2.12 why a candidate does not start is told in a sentence', () => {
  interface Case {
    readonly talk: () => Conversation;
    readonly turn?: TurnDraft;
  }
  const alone = (change = {}, settings = {}) => ({
    talk: () => new Conversation([{ ...refund, ...change }], { settings }),
  });
  const beside = (kind: Parameters<typeof aRelationship>[1], from = 'refund', to = 'booking'): Case['talk'] => {
    return () => new Conversation([refund, booking], { relationships: [aRelationship(from, kind, to)] });
  };
  const occupied = (settings = {}, change: Partial<StepDraft> = {}) => {
    const talk = new Conversation(
      [refund, { ...booking, priority: 1, steps: booking.steps.map((step) => ({ ...step, ...change })) }],
      { settings },
    );
    talk.turn({ candidates: { booking: 0.9 } });
    return talk;
  };
  const both = { candidates: { refund: 0.7, booking: 0.7 } };
  const cases: readonly (readonly [RejectionReason, string, Case])[] = [
    ['NOT_FOUND', 'The catalogue does not hold it.', { talk: () => new Conversation([booking]) }],
    ['DISABLED', 'It is disabled.', alone({ enabled: false })],
    [
      'FILTERING_DISABLED',
      'Starting is switched off by pipeline.scenario_filtering.enabled.',
      alone({}, { filteringEnabled: false }),
    ],
    ['ALREADY_ACTIVE', 'The session has an instance of it already.', { talk: () => running([refund]) }],
    [
      'JUST_ENDED',
      'It ended this turn, or was pending and cancelled, and no START is aimed at it.',
      { talk: () => running([refund]), turn: { candidates: { refund: 0.7 }, signals: ['CANCEL'] } },
    ],
    [
      'BELOW_THRESHOLD',
      'Its score 0.4 is below the threshold 0.5.',
      { ...alone(), turn: { candidates: { refund: 0.4 } } },
    ],
    ['ENTRY_CONDITION', 'Its entry condition does not hold.', alone({ entryCondition: 'false' })],
    [
      'ENTRY_CONDITION',
      'Its entry condition misses age, country.',
      alone({ entryCondition: 'data.age > 17.0 && data.country == "CH"' }),
    ],
    ['DEPENDENCY', 'It depends on "Booking", not completed in this session.', { talk: beside('DEPENDS_ON') }],
    [
      'DEPENDENCY',
      'It depends on "gone", not completed in this session.',
      { talk: beside('DEPENDS_ON', 'refund', 'gone') },
    ],
    [
      'SUPERSEDED',
      '"Booking" specializes it and starts.',
      { talk: beside('SPECIALIZES', 'booking', 'refund'), turn: both },
    ],
    [
      'AMBIGUOUS',
      'It may be confused with "Booking", whose score is nearly the same.',
      { talk: beside('AMBIGUOUS'), turn: both },
    ],
    [
      'EXCLUDED',
      'It is excluded by "Booking".',
      { talk: beside('EXCLUDES'), turn: { candidates: { refund: 0.7, booking: 0.8 } } },
    ],
    [
      'EXCLUDED',
      'It is excluded by rule quiet-hours.',
      {
        talk: () =>
          new Conversation([refund], { relationships: [aRelationship('quiet-hours', 'EXCLUDES', 'refund', 'RULE')] }),
        turn: { candidates: { refund: 0.7 }, rules: [{ ruleId: 'quiet-hours' }] },
      },
    ],
    [
      'EXCLUDED',
      'It is excluded by "Booking" and by rule night, quiet-hours.',
      {
        talk: () =>
          new Conversation([refund, booking], {
            relationships: [
              aRelationship('booking', 'EXCLUDES', 'refund'),
              aRelationship('quiet-hours', 'EXCLUDES', 'refund', 'RULE'),
              aRelationship('night', 'EXCLUDES', 'refund', 'RULE'),
            ],
          }),
        turn: {
          candidates: { refund: 0.7, booking: 0.8 },
          rules: [{ ruleId: 'quiet-hours' }, { ruleId: 'night' }],
        },
      },
    ],
    [
      'MISSING_HARD_FIELDS',
      'Required fields are missing: country, customer_no.',
      alone({ requires: { customer_no: 'HARD', country: 'HARD' } }),
    ],
    [
      'START_LIMIT',
      'It has started as often as it may in one session.',
      {
        talk: () => {
          const talk = running([{ ...refund, maxStartsPerSession: 1 }]);
          talk.turn({ signals: ['CANCEL'] });
          return talk;
        },
      },
    ],
    [
      'START_BLOCKED',
      '"Booking" stands at a step that lets nothing else start.',
      {
        talk: () => occupied({}, { blocksStarts: true }),
        turn: { candidates: { refund: 0.7 }, signals: [['CONTINUE', 'booking']] },
      },
    ],
    [
      'MULTI_SCENARIO_DISABLED',
      'Another scenario is active, and several at once are switched off.',
      { talk: () => occupied({ enableMultiScenario: false }) },
    ],
    [
      'CAPACITY',
      'As many as 1 scenarios are active, and none of them may be displaced.',
      { talk: () => occupied({ maxSimultaneousScenarios: 1 }) },
    ],
  ];

  test.each(cases)('2.12 %s is told as: %s', (reason, sentence, { talk, turn }) => {
    const { rejectedCandidates } = talk().turn(turn ?? { candidates: { refund: 0.7 } }).result;
    expect(rejectedCandidates.find(({ scenarioId }) => scenarioId === 'refund')).toMatchObject({
      reason,
      reasoning: sentence,
    });
  });
});

describe('2 lifecycle decisions say nothing that does not concern them', () => {
  const nothing = {
    entryStepId: '',
    sourceStepId: '',
    resumed: false,
    irreversibleDone: [],
    missingSoftFields: [],
    staysPausedBecause: undefined,
    conditionErrors: [],
    displacedByInstanceIds: [],
  };
  const ofRefund = { scenarioId: 'refund', scenarioVersion: 1, instanceId: 'refund#1', reasoning: expect.any(String) };

  test('2 a START has a score and an entry step', () => {
    expect(new Conversation([refund]).turn({ candidates: { refund: 0.7 } }).lifecycle('refund')).toEqual({
      ...nothing,
      ...ofRefund,
      action: 'START',
      reason: 'CANDIDATE',
      confidence: 0.7,
      entryStepId: 'ask_order_id',
    });
  });

  test('2 a CONTINUE has no step that it leaves, and nothing done for good', () => {
    const talk = running([confirming('refund')]);
    expect(talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).lifecycle('refund')).toEqual({
      ...nothing,
      ...ofRefund,
      action: 'CONTINUE',
      reason: 'GOES_ON',
      confidence: 1,
    });
  });

  test('2 a CANCEL has the step where the instance stood', () => {
    expect(
      running([refund])
        .turn({ signals: ['CANCEL'] })
        .lifecycle('refund'),
    ).toEqual({
      ...nothing,
      ...ofRefund,
      action: 'CANCEL',
      reason: 'USER_REQUEST',
      confidence: 1,
      sourceStepId: 'ask_order_id',
    });
  });

  test('2.12 a rejected candidate lists nothing that its reason does not name', () => {
    const played = new Conversation([]).turn({ candidates: { refund: 0.7 } });
    expect(played.result.rejectedCandidates).toEqual([
      {
        scenarioId: 'refund',
        scenarioName: '',
        score: 0.7,
        origin: 'CANDIDATE',
        reason: 'NOT_FOUND',
        reasoning: 'The catalogue does not hold it.',
        missingFields: [],
        blockingScenarioIds: [],
        blockingRuleIds: [],
        pendingTurnsLeft: 0,
        conditionErrors: [],
      },
    ]);
  });

  test('2.12 an entry condition that fails without an error has none to tell', () => {
    const played = new Conversation([{ ...refund, entryCondition: 'false' }]).turn({ candidates: { refund: 0.7 } });
    expect(played.result.rejectedCandidates[0]).toMatchObject({ reason: 'ENTRY_CONDITION', conditionErrors: [] });
  });

  test('2.14 the turns left are those of the pending scenario itself', () => {
    const needs = { requires: { customer_no: 'HARD' } } as const;
    const talk = new Conversation([
      { ...refund, ...needs },
      { ...booking, ...needs },
    ]);
    talk.turn({ candidates: { refund: 0.9 } });
    const { rejectedCandidates } = talk.turn({ candidates: { booking: 0.9 } }).result;
    expect(rejectedCandidates.map(({ scenarioId, pendingTurnsLeft }) => [scenarioId, pendingTurnsLeft])).toEqual([
      ['booking', 3],
      ['refund', 2],
    ]);
  });
});
