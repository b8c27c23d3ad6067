import type { RejectionReason } from '../../../src/core/model/lifecycle-decision';
import type { Relationship } from '../../../src/core/model/scenario';
import type { OrchestrationSettings } from '../../../src/core/model/settings';
import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { createLinkedConversation } from '../../support/linked-scenarios';
import { asking, type Variation } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id'], { name: 'Refund' });
const b = (variation: Variation = {}): ScenarioDraft => asking('b', ['b_field'], variation);

/** Blocks starts while the customer answers it. */
const blocking: ScenarioDraft = {
  ...asking('payment', ['amount', 'iban']),
  steps: asking('payment', ['amount', 'iban']).steps.map((step) => ({ ...step, blocksStarts: true })),
};

const onlyB: TurnDraft = { candidates: { b: 0.9 } };

describe('start order', () => {
  const startInOrder = (
    candidates: Readonly<Record<string, number>>,
    priorities: Readonly<Record<string, number>> = {},
  ): readonly string[] => {
    const conversation = new Conversation(
      ['x', 'y', 'z'].map((id) => asking(id, [`${id}_field`], { priority: priorities[id] ?? 0 })),
    );
    return conversation.turn({ candidates }).result.lifecycleDecisions.map(({ scenarioId }) => scenarioId);
  };

  test.each<[string, Readonly<Record<string, number>>, Readonly<Record<string, number>>, readonly string[]]>([
    ['score, high first', { x: 0.6, y: 0.8, z: 0.7 }, { x: 9 }, ['y', 'z', 'x']],
    ['priority, high first, if scores are equal', { x: 0.7, y: 0.7, z: 0.7 }, { y: 1, z: 2 }, ['z', 'y', 'x']],
    ['id, if scores and priorities are equal', { z: 0.7, x: 0.7, y: 0.7 }, {}, ['x', 'y', 'z']],
  ])('2.12: candidates start by %s', (_rule, candidates, priorities, order) => {
    expect(startInOrder(candidates, priorities)).toEqual(order);
  });

  test('2.12: rejected candidates are reported in start order', () => {
    expect(new Conversation([]).turn({ candidates: { x: 0.6, z: 0.8, y: 0.8 } }).rejections).toEqual([
      'y NOT_FOUND',
      'z NOT_FOUND',
      'x NOT_FOUND',
    ]);
  });
});

describe('order of the rejection reasons', () => {
  const a = (variation: Variation = {}): ScenarioDraft => asking('a', ['a_field'], variation);

  interface Case {
    readonly scenarios: readonly ScenarioDraft[];
    readonly relationships?: readonly Relationship[];
    readonly settings?: Partial<OrchestrationSettings>;
    readonly earlierTurns?: readonly TurnDraft[];
    readonly turn: TurnDraft;
  }

  const startsB: TurnDraft = { candidates: { b: 0.9 } };
  const cancelsB: TurnDraft = { signals: [['CANCEL', 'b']] };
  const needsField = { requires: { customer_no: 'HARD' } } as const;

  const cases: readonly (readonly [RejectionReason, RejectionReason | 'no other reason', Case])[] = [
    ['DISABLED', 'BELOW_THRESHOLD', { scenarios: [b({ enabled: false })], turn: { candidates: { b: 0.1 } } }],
    [
      'ALREADY_ACTIVE',
      'BELOW_THRESHOLD',
      { scenarios: [b()], earlierTurns: [startsB], turn: { candidates: { b: 0.1 } } },
    ],
    [
      'JUST_ENDED',
      'BELOW_THRESHOLD',
      { scenarios: [b()], earlierTurns: [startsB], turn: { ...cancelsB, candidates: { b: 0.1 } } },
    ],
    [
      'BELOW_THRESHOLD',
      'ENTRY_CONDITION',
      { scenarios: [b({ entryCondition: 'false' })], turn: { candidates: { b: 0.49 } } },
    ],
    [
      'ENTRY_CONDITION',
      'DEPENDENCY',
      {
        scenarios: [a(), b({ entryCondition: 'false' })],
        relationships: [aRelationship('b', 'DEPENDS_ON', 'a')],
        turn: startsB,
      },
    ],
    [
      'DEPENDENCY',
      'SUPERSEDED',
      {
        scenarios: [a(), b()],
        relationships: [aRelationship('b', 'DEPENDS_ON', 'a'), aRelationship('a', 'SPECIALIZES', 'b')],
        turn: { candidates: { a: 0.9, b: 0.8 } },
      },
    ],
    [
      'SUPERSEDED',
      'AMBIGUOUS',
      {
        scenarios: [a(), b()],
        relationships: [aRelationship('a', 'AMBIGUOUS', 'b'), aRelationship('a', 'SPECIALIZES', 'b')],
        turn: { candidates: { a: 0.9, b: 0.9 } },
      },
    ],
    [
      'AMBIGUOUS',
      'EXCLUDED',
      {
        scenarios: [a(), b()],
        relationships: [aRelationship('a', 'AMBIGUOUS', 'b'), aRelationship('a', 'EXCLUDES', 'b')],
        turn: { candidates: { a: 0.9, b: 0.9 } },
      },
    ],
    [
      'EXCLUDED',
      'MISSING_HARD_FIELDS',
      {
        scenarios: [a(), b(needsField)],
        relationships: [aRelationship('a', 'EXCLUDES', 'b')],
        earlierTurns: [{ candidates: { a: 0.9 } }],
        turn: startsB,
      },
    ],
    [
      'MISSING_HARD_FIELDS',
      'START_LIMIT',
      {
        scenarios: [b({ ...needsField, maxStartsPerSession: 1 })],
        earlierTurns: [{ ...startsB, patch: { customer_no: 7 } }, cancelsB],
        turn: { ...startsB, patch: { customer_no: null } },
      },
    ],
    [
      'START_LIMIT',
      'START_BLOCKED',
      {
        scenarios: [blocking, b({ maxStartsPerSession: 1 })],
        earlierTurns: [startsB, cancelsB, { candidates: { payment: 0.9 } }],
        turn: { ...startsB, variables: { amount: 1 } },
      },
    ],
    [
      'START_BLOCKED',
      'MULTI_SCENARIO_DISABLED',
      {
        scenarios: [blocking, b()],
        settings: { enableMultiScenario: false },
        earlierTurns: [{ candidates: { payment: 0.9 } }],
        turn: { ...startsB, variables: { amount: 1 } },
      },
    ],
    [
      'MULTI_SCENARIO_DISABLED',
      'CAPACITY',
      {
        scenarios: [a({ priority: 9 }), b()],
        settings: { enableMultiScenario: false, maxSimultaneousScenarios: 1 },
        earlierTurns: [{ candidates: { a: 0.9 } }],
        turn: startsB,
      },
    ],
    [
      'CAPACITY',
      'NEEDS_CONSENT',
      {
        scenarios: [a({ priority: 9 }), b({ askBeforeStart: true })],
        settings: { maxSimultaneousScenarios: 1 },
        earlierTurns: [{ candidates: { a: 0.9 } }],
        turn: startsB,
      },
    ],
    ['NEEDS_CONSENT', 'no other reason', { scenarios: [b({ askBeforeStart: true })], turn: startsB }],
  ];

  test.each(cases)(
    '2.12: %s precedes %s and has a reasoning',
    (reason, _next, { scenarios, relationships, settings, earlierTurns, turn }) => {
      const conversation = new Conversation(scenarios, {
        ...(relationships ? { relationships } : {}),
        ...(settings ? { settings } : {}),
      });
      for (const draft of earlierTurns ?? []) conversation.turn(draft);
      const played = conversation.turn(turn);
      const rejected = played.result.rejectedCandidates.find(({ scenarioId }) => scenarioId === 'b');
      expect(rejected?.reason).toBe(reason);
      expect(rejected?.reasoning).not.toBe('');
      expect(played.actions).not.toContain('b START CANDIDATE');
    },
  );
});

describe('NOT_FOUND, DISABLED and ALREADY_ACTIVE', () => {
  test('2.12: a scenario that is not in the catalogue is rejected (NOT_FOUND)', () => {
    expect(new Conversation([]).turn({ candidates: { b: 0.1 } }).rejections).toEqual(['b NOT_FOUND']);
  });

  test('2.12: a START aimed at a disabled scenario is rejected (DISABLED)', () => {
    expect(new Conversation([b({ enabled: false })]).turn({ signals: [['START', 'b']] }).rejections).toEqual([
      'b DISABLED',
    ]);
  });

  test.each([0.9, 0.5])(
    '2.12: an instance that pauses on this turn is ALREADY_ACTIVE for a candidate with score %d',
    (score) => {
      const conversation = createLinkedConversation([]);
      conversation.turn({ candidates: { a: 0.9 } });
      const played = conversation.turn({ signals: ['PAUSE'], candidates: { a: score } });
      expect([played.actions, played.rejections]).toEqual([['a PAUSE USER_REQUEST'], ['a ALREADY_ACTIVE']]);
    },
  );
});

describe('JUST_ENDED', () => {
  test('2.12: a START aimed at an instance that ends starts a new one', () => {
    const conversation = new Conversation([b()]);
    conversation.turn(onlyB);
    const played = conversation.turn({
      ...onlyB,
      signals: [
        ['COMPLETE', 'b'],
        ['START', 'b'],
      ],
    });
    expect(played.actions).toEqual(['b COMPLETE USER_REQUEST', 'b START AIMED']);
    expect(played.session.instances.map(({ instanceId }) => instanceId)).toEqual(['b#2']);
  });

  test('2.12: a scenario whose instance ended can start on the next turn', () => {
    const conversation = new Conversation([b()]);
    conversation.turn(onlyB);
    expect(conversation.turn({ ...onlyB, signals: ['CANCEL'] }).rejections).toEqual(['b JUST_ENDED']);
    expect(conversation.turn(onlyB).actions).toEqual(['b START CANDIDATE']);
  });
});

describe('a candidate on the turn of a CANCEL', () => {
  const cancelAndName = (score: number, draft: TurnDraft): readonly string[] => {
    const conversation = new Conversation([asking('trip', ['city', 'day'])]);
    conversation.turn({ candidates: { trip: 0.9 }, variables: { city: 'Rome' } });
    const played = conversation.turn({ signals: [['CANCEL', 'trip']], candidates: { trip: score }, ...draft });
    return [...played.actions.slice(1), ...played.rejections, ...played.plan];
  };

  test('2.12: JUST_ENDED does not hold if the message gives the scenario a value that it did not have', () => {
    expect(cancelAndName(0.8, { variables: { city: 'Paris' } })).toEqual(['trip START CANDIDATE', 'trip ASK day']);
    expect(cancelAndName(0.8, { variables: { day: 'Monday' } })).toEqual(['trip START CANDIDATE', 'trip ASK city']);
  });

  test.each<[string, number, TurnDraft]>([
    ['the message gives no value', 0.9, {}],
    ['the value is the one that it had', 0.9, { variables: { city: 'Rome' } }],
    ['the scenario does not collect the value', 0.9, { variables: { colour: 'red' } }],
    ['the message takes a value back', 0.9, { variables: { city: null } }],
    ['the score is below restart_threshold', 0.79, { variables: { city: 'Paris' } }],
    ['the instance completed', 0.9, { variables: { city: 'Paris' }, signals: [['COMPLETE', 'trip']] }],
  ])('2.12: JUST_ENDED holds if %s', (_why, score, draft) => {
    expect(cancelAndName(score, draft)).toEqual(['trip JUST_ENDED']);
  });

  test('2.12: JUST_ENDED holds if a condition cancels the instance', () => {
    const trip = asking('trip', ['city', 'day'], { cancelCondition: 'data.city == "Paris"' });
    const conversation = new Conversation([trip]);
    conversation.turn({ candidates: { trip: 0.9 }, variables: { city: 'Rome' } });
    const played = conversation.turn({ candidates: { trip: 0.9 }, variables: { city: 'Paris' } });
    expect([played.actions, played.rejections]).toEqual([['trip CANCEL CONDITION'], ['trip JUST_ENDED']]);
  });
});

describe('BELOW_THRESHOLD', () => {
  test.each<[number, number, readonly string[]]>([
    [0.5, 0.5, []],
    [0.5, 0.499, ['b BELOW_THRESHOLD']],
    [0.9, 0.89, ['b BELOW_THRESHOLD']],
    [0, 0, []],
  ])('2.12: start_threshold %d is tested against score %d: %j', (startThreshold, score, rejections) => {
    expect(
      new Conversation([b()], { settings: { startThreshold } }).turn({ candidates: { b: score } }).rejections,
    ).toEqual(rejections);
  });
});

describe('ENTRY_CONDITION', () => {
  test.each<[string, TurnDraft, readonly string[]]>([
    ['FALSE', { variables: { age: 17 } }, ['b ENTRY_CONDITION']],
    ['UNKNOWN', {}, ['b ENTRY_CONDITION']],
    ['TRUE', { variables: { age: 18 } }, []],
  ])('2.12: only a TRUE entry_condition passes: %s', (_truth, draft, rejections) => {
    expect(new Conversation([b({ entryCondition: 'data.age >= 18' })]).turn({ ...onlyB, ...draft }).rejections).toEqual(
      rejections,
    );
  });

  test('2.12: an UNKNOWN entry_condition reports the missing fields', () => {
    const { result } = new Conversation([b({ entryCondition: 'data.age >= 18 && data.country == "DE"' })]).turn(onlyB);
    expect(result.rejectedCandidates[0]?.missingFields).toEqual(['age', 'country']);
  });

  test('2.12: an evaluation error of the entry_condition is reported', () => {
    const { result } = new Conversation([b({ entryCondition: 'data.age >= 18' })]).turn({
      ...onlyB,
      variables: { age: 'old' },
    });
    expect(result.rejectedCandidates[0]?.reason).toBe('ENTRY_CONDITION');
    expect(result.rejectedCandidates[0]?.conditionErrors).toHaveLength(1);
  });

  test('2.12: a FALSE entry_condition has no error', () => {
    const played = new Conversation([{ ...refund, entryCondition: 'false' }]).turn({ candidates: { refund: 0.7 } });
    expect(played.result.rejectedCandidates[0]).toMatchObject({ reason: 'ENTRY_CONDITION', conditionErrors: [] });
  });
});

describe('START_LIMIT', () => {
  test('2.12: a scenario starts at most max_starts_per_session times', () => {
    const conversation = new Conversation([b({ maxStartsPerSession: 2 })]);
    const startAndCancel = (): readonly string[] => {
      const { rejections } = conversation.turn(onlyB);
      conversation.turn({ signals: [['CANCEL', 'b']] });
      return rejections;
    };
    expect([startAndCancel(), startAndCancel(), startAndCancel()]).toEqual([[], [], ['b START_LIMIT']]);
  });

  test('2.12: a resume does not count as a start', () => {
    const conversation = new Conversation([b({ maxStartsPerSession: 1 })]);
    conversation.turn(onlyB);
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.turn(onlyB).actions).toEqual(['b CONTINUE RESUMED']);
  });
});

describe('START_BLOCKED', () => {
  const startPayment = (): Conversation => {
    const conversation = new Conversation([blocking, b()]);
    conversation.turn({ candidates: { payment: 0.9 } });
    return conversation;
  };

  test('2.12: no scenario starts while an addressed instance is at a step that blocks starts', () => {
    const { result } = startPayment().turn({ ...onlyB, variables: { amount: 1 } });
    expect(result.rejectedCandidates).toMatchObject([
      { scenarioId: 'b', reason: 'START_BLOCKED', blockingScenarioIds: ['payment'] },
    ]);
  });

  test('2.12: an instance that is not addressed blocks starts too, and puts its request again', () => {
    const played = startPayment().turn(onlyB);
    expect([played.actions, played.rejections]).toEqual([['payment CONTINUE GOES_ON'], ['b START_BLOCKED']]);
    expect(played.contribution('payment')).toMatchObject({ type: 'ASK', isReprompt: true });
  });

  test('2.12: an instance that is paused by a signal of this turn does not block a start', () => {
    expect(startPayment().turn({ ...onlyB, signals: [['PAUSE', 'payment']] }).actions).toEqual([
      'payment PAUSE USER_REQUEST',
      'b START CANDIDATE',
    ]);
  });

  test('2.12: an instance that leaves the step on this turn still blocks starts', () => {
    const played = startPayment().turn({ ...onlyB, variables: { amount: 1 } });
    expect(played.rejections).toEqual(['b START_BLOCKED']);
    expect(played.transition('payment').targetStepId).not.toBe('ask_amount');
  });

  test('2.12: an instance that ends on this turn does not block a start', () => {
    expect(
      startPayment().turn({ ...onlyB, variables: { amount: 1 }, signals: [['CANCEL', 'payment']] }).actions,
    ).toContain('b START CANDIDATE');
  });

  test('2.12: an instance that was paused when the turn began does not block starts', () => {
    const conversation = startPayment();
    conversation.turn({ signals: ['PAUSE'] });
    const played = conversation.turn({ ...onlyB, signals: [['CONTINUE', 'payment']] });
    expect(played.actions).toEqual(['payment CONTINUE RESUMED', 'b START CANDIDATE']);
  });

  test('2.12: an instance that starts on this turn does not block a start', () => {
    const conversation = new Conversation([blocking, b()]);
    expect(conversation.turn({ candidates: { payment: 0.9, b: 0.8 } }).rejections).toEqual([]);
  });

  test('2.12: the rejection lists the blocking scenarios by id', () => {
    const blocking = (scenarioId: string) => {
      const draft = asking(scenarioId, [`${scenarioId}_field`]);
      return { ...draft, steps: draft.steps.map((step) => ({ ...step, blocksStarts: true })) };
    };
    const conversation = new Conversation([blocking('y'), blocking('x'), asking('a', ['a_field'])]);
    conversation.turn({ candidates: { y: 0.9, x: 0.8 } });
    const { result } = conversation.turn({ candidates: { a: 0.9 }, signals: [['CONTINUE', 'x', 'y']] });
    expect(result.rejectedCandidates[0]).toMatchObject({ reason: 'START_BLOCKED', blockingScenarioIds: ['x', 'y'] });
  });
});

describe('MULTI_SCENARIO_DISABLED and CAPACITY', () => {
  test.each([
    ['CAPACITY', { maxSimultaneousScenarios: 1 }],
    ['MULTI_SCENARIO_DISABLED', { enableMultiScenario: false }],
  ])('2.12: a %s rejection lists the active scenarios', (reason, settings) => {
    const conversation = createLinkedConversation([], { a: { priority: 9 } }, settings);
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ candidates: { b: 0.9 } }).result.rejectedCandidates[0]).toMatchObject({
      reason,
      blockingScenarioIds: ['a'],
      blockingRuleIds: [],
    });
  });
});

describe('unused fields', () => {
  test('2.12: a rejected candidate has no details of other reasons', () => {
    const played = new Conversation([]).turn({ candidates: { refund: 0.7 } });
    expect(played.result.rejectedCandidates).toEqual([
      {
        scenarioId: 'refund',
        scenarioName: '',
        score: 0.7,
        origin: 'CANDIDATE',
        reason: 'NOT_FOUND',
        reasoning: 'The catalogue does not contain scenario "refund".',
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
});
