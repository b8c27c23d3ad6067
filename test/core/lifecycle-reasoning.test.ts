import type { LifecycleReason, RejectionReason, StartOrigin } from '../../src/core/model/lifecycle-decision';
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
      'Scenario "refund" is gone from the catalogue, or its version 1 is.',
      () => {
        const talk = running([refund]);
        talk.remove('refund');
        return talk;
      },
      {},
    ],
    [
      'STEP_NOT_FOUND',
      'Step "gone" is not in version 1 of "Refund", and there is no recovery step.',
      () => lost(running([refund])),
      {},
    ],
    [
      'TERMINAL',
      'The terminal step "end" of "refund" is done.',
      () => running([{ scenarioId: 'refund', steps: [end] }]),
      {},
    ],
    [
      'CONDITION',
      'The completion_condition of "Refund" holds.',
      () => running([{ ...refund, completionCondition: 'turn == 2' }]),
      {},
    ],
    ['USER_REQUEST', 'A COMPLETE reaches "Refund".', () => running([refund]), { signals: ['COMPLETE'] }],
    ['USER_REQUEST', 'A CANCEL reaches "Refund".', () => running([refund]), { signals: ['CANCEL'] }],
    ['USER_REQUEST', 'A PAUSE reaches "Refund".', () => running([refund]), { signals: ['PAUSE'] }],
    [
      'DECLINED',
      'Step "confirm" of "refund" was declined, and no transition takes that up.',
      () => running([confirming('refund')]),
      { outcomes: [{ kind: 'DECLINED' }] },
    ],
    [
      'IDLE',
      '"Refund" was idle for 91 s, longer than its idle_timeout of 30 s.',
      () => running([{ ...refund, idleTimeoutMs: 30_000 }]),
      { trigger: 'TIMER', occurredAt: 150_600 },
    ],
    [
      'LOOP',
      '"Refund" would go round at step "ask_order_id" above the limit of visits, failures or attempts, and there is no recovery step.',
      () => {
        const talk = running([refund], {}, { maxAttempts: 1 });
        talk.turn();
        return talk;
      },
      {},
    ],
    [
      'RELOCALIZED',
      '"Refund" cannot go on at step "gone" and moves to a recovery step.',
      () => lost(running([{ ...refund, steps: [...refund.steps, help] }])),
      {},
    ],
    [
      'PREEMPTED',
      '"Refund" makes room for "Booking".',
      () => {
        const talk = new Conversation([refund, booking], { settings: { maxSimultaneousScenarios: 1 } });
        talk.turn({ candidates: { refund: 0.9 } });
        return talk;
      },
      { candidates: { booking: 0.9 } },
    ],
    [
      'INTERRUPTED',
      'The turn is about "Booking", and "Refund" pauses meanwhile (when_not_addressed).',
      () => running([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]),
      { variables: { date: 'May' } },
    ],
    [
      'QUIET',
      'The turn is about "Booking", and "Refund" waits in silence.',
      () => running([refund, booking]),
      { variables: { date: 'May' } },
    ],
    ['RESUMED', 'The pause of "Refund" (USER_REQUEST) has ended.', () => paused(), { variables: { order_id: 'A1' } }],
    [
      'STAYS_PAUSED',
      '"Refund" stays paused (USER_REQUEST) until a message is about it or about nobody, and asks for no pause.',
      () => paused(),
      { variables: { date: 'May' } },
    ],
    [
      'STAYS_PAUSED',
      'The pause of "Refund" (USER_REQUEST) could end, but it may not become active: MULTI_SCENARIO_DISABLED.',
      () => {
        const talk = paused();
        const fewer = new Conversation([refund, booking], { settings: { enableMultiScenario: false } });
        fewer.session = talk.session;
        return fewer;
      },
      { variables: { order_id: 'A1' }, occurredAt: 180_000 },
    ],
    ['GOES_ON', 'Nothing ends or pauses "Refund".', () => running([refund]), {}],
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
    ['NOT_FOUND', 'The catalogue holds no scenario "refund".', { talk: () => new Conversation([booking]) }],
    ['DISABLED', '"Refund" is disabled.', alone({ enabled: false })],
    [
      'FILTERING_DISABLED',
      '"Refund" cannot start: starting is switched off by pipeline.scenario_filtering.enabled.',
      alone({}, { filteringEnabled: false }),
    ],
    ['ALREADY_ACTIVE', 'The session has an instance of "Refund" already.', { talk: () => running([refund]) }],
    [
      'JUST_ENDED',
      '"Refund" ended this turn, or was pending and cancelled, and no START is aimed at it.',
      { talk: () => running([refund]), turn: { candidates: { refund: 0.7 }, signals: ['CANCEL'] } },
    ],
    [
      'BELOW_THRESHOLD',
      'The score 0.4 of "Refund" is below the threshold 0.5.',
      { ...alone(), turn: { candidates: { refund: 0.4 } } },
    ],
    ['ENTRY_CONDITION', 'The entry_condition of "Refund" does not hold.', alone({ entryCondition: 'false' })],
    [
      'ENTRY_CONDITION',
      'The entry_condition of "Refund" misses age, country.',
      alone({ entryCondition: 'data.age > 17.0 && data.country == "CH"' }),
    ],
    ['DEPENDENCY', '"Refund" depends on "Booking", not completed in this session.', { talk: beside('DEPENDS_ON') }],
    [
      'DEPENDENCY',
      '"Refund" depends on "gone", not completed in this session.',
      { talk: beside('DEPENDS_ON', 'refund', 'gone') },
    ],
    [
      'SUPERSEDED',
      '"Booking" specializes "Refund" and starts.',
      { talk: beside('SPECIALIZES', 'booking', 'refund'), turn: both },
    ],
    [
      'AMBIGUOUS',
      '"Refund" may be confused with "Booking", whose score is nearly the same.',
      { talk: beside('AMBIGUOUS'), turn: both },
    ],
    [
      'EXCLUDED',
      '"Refund" is excluded by "Booking".',
      { talk: beside('EXCLUDES'), turn: { candidates: { refund: 0.7, booking: 0.8 } } },
    ],
    [
      'EXCLUDED',
      '"Refund" is excluded by rule quiet-hours.',
      {
        talk: () =>
          new Conversation([refund], { relationships: [aRelationship('quiet-hours', 'EXCLUDES', 'refund', 'RULE')] }),
        turn: { candidates: { refund: 0.7 }, rules: [{ ruleId: 'quiet-hours' }] },
      },
    ],
    [
      'EXCLUDED',
      '"Refund" is excluded by "Booking" and by rule night, quiet-hours.',
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
      '"Refund" requires country, customer_no, not known.',
      alone({ requires: { customer_no: 'HARD', country: 'HARD' } }),
    ],
    [
      'START_LIMIT',
      '"Refund" has started as often as it may in one session: 1.',
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
      '"Booking" stands at a step that blocks starts, so "Refund" cannot start yet.',
      {
        talk: () => occupied({}, { blocksStarts: true }),
        turn: { candidates: { refund: 0.7 }, signals: [['CONTINUE', 'booking']] },
      },
    ],
    [
      'MULTI_SCENARIO_DISABLED',
      '"Booking" is active, and several scenarios at once are switched off, so "Refund" cannot start.',
      { talk: () => occupied({ enableMultiScenario: false }) },
    ],
    [
      'CAPACITY',
      'There is no room for "Refund": at most 1 may be active, and of "Booking" none may be displaced.',
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
    proposed: undefined,
    overruledBy: '',
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
        reasoning: 'The catalogue holds no scenario "refund".',
        missingFields: [],
        blockingScenarioIds: [],
        blockingRuleIds: [],
        pendingTurnsLeft: 0,
        conditionErrors: [],
        proposed: undefined,
        overruledBy: '',
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
