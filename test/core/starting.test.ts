import type { RejectionReason } from '../../src/core/model/lifecycle-decision';
import type { Relationship } from '../../src/core/model/scenario';
import type { OrchestrationSettings } from '../../src/core/model/settings';
import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../support/conversation';
import { asking, type Variation } from '../support/sample-scenarios';

const a = (variation: Variation = {}): ScenarioDraft => asking('a', ['a_field'], variation);
const b = (variation: Variation = {}): ScenarioDraft => asking('b', ['b_field'], variation);
/** It lets nothing start while the customer answers it. */
const blocking: ScenarioDraft = {
  ...asking('payment', ['amount', 'iban']),
  steps: asking('payment', ['amount', 'iban']).steps.map((step) => ({ ...step, blocksStarts: true })),
};
const onlyB: TurnDraft = { candidates: { b: 0.9 } };

describe('2.12 start order', () => {
  const started = (
    candidates: Readonly<Record<string, number>>,
    priorities: Readonly<Record<string, number>> = {},
  ): readonly string[] => {
    const talk = new Conversation(
      ['x', 'y', 'z'].map((id) => asking(id, [`${id}_field`], { priority: priorities[id] ?? 0 })),
    );
    return talk.turn({ candidates }).result.lifecycleDecisions.map(({ scenarioId }) => scenarioId);
  };

  test.each<[string, Readonly<Record<string, number>>, Readonly<Record<string, number>>, readonly string[]]>([
    ['score, high first', { x: 0.6, y: 0.8, z: 0.7 }, { x: 9 }, ['y', 'z', 'x']],
    ['then priority, high first', { x: 0.7, y: 0.7, z: 0.7 }, { y: 1, z: 2 }, ['z', 'y', 'x']],
    ['then id', { z: 0.7, x: 0.7, y: 0.7 }, {}, ['x', 'y', 'z']],
  ])('2.12 by %s', (_rule, candidates, priorities, order) => {
    expect(started(candidates, priorities)).toEqual(order);
  });

  test('2.12 rejected candidates are told in the order in which they were looked at', () => {
    expect(new Conversation([]).turn({ candidates: { x: 0.6, z: 0.8, y: 0.8 } }).rejections).toEqual([
      'y NOT_FOUND',
      'z NOT_FOUND',
      'x NOT_FOUND',
    ]);
  });
});

describe('2.12 rejections, each with the one that is looked at next holding as well', () => {
  interface Case {
    readonly scenarios: readonly ScenarioDraft[];
    readonly relationships?: readonly Relationship[];
    readonly settings?: Partial<OrchestrationSettings>;
    readonly before?: readonly TurnDraft[];
    readonly turn: TurnDraft;
  }
  const startsB: TurnDraft = { candidates: { b: 0.9 } };
  const cancelsB: TurnDraft = { signals: [['CANCEL', 'b']] };
  const needsField = { requires: { customer_no: 'HARD' } } as const;
  const cases: readonly (readonly [RejectionReason, RejectionReason, Case])[] = [
    ['DISABLED', 'BELOW_THRESHOLD', { scenarios: [b({ enabled: false })], turn: { candidates: { b: 0.1 } } }],
    ['ALREADY_ACTIVE', 'BELOW_THRESHOLD', { scenarios: [b()], before: [startsB], turn: { candidates: { b: 0.1 } } }],
    [
      'JUST_ENDED',
      'BELOW_THRESHOLD',
      { scenarios: [b()], before: [startsB], turn: { ...cancelsB, candidates: { b: 0.1 } } },
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
        before: [{ candidates: { a: 0.9 } }],
        turn: startsB,
      },
    ],
    [
      'MISSING_HARD_FIELDS',
      'START_LIMIT',
      {
        scenarios: [b({ ...needsField, maxStartsPerSession: 1 })],
        before: [{ ...startsB, patch: { customer_no: 7 } }, cancelsB],
        turn: { ...startsB, patch: { customer_no: null } },
      },
    ],
    [
      'START_LIMIT',
      'START_BLOCKED',
      {
        scenarios: [blocking, b({ maxStartsPerSession: 1 })],
        before: [startsB, cancelsB, { candidates: { payment: 0.9 } }],
        turn: { ...startsB, variables: { amount: 1 } },
      },
    ],
    [
      'START_BLOCKED',
      'MULTI_SCENARIO_DISABLED',
      {
        scenarios: [blocking, b()],
        settings: { enableMultiScenario: false },
        before: [{ candidates: { payment: 0.9 } }],
        turn: { ...startsB, variables: { amount: 1 } },
      },
    ],
    [
      'MULTI_SCENARIO_DISABLED',
      'CAPACITY',
      {
        scenarios: [a({ priority: 9 }), b()],
        settings: { enableMultiScenario: false, maxSimultaneousScenarios: 1 },
        before: [{ candidates: { a: 0.9 } }],
        turn: startsB,
      },
    ],
    [
      'CAPACITY',
      'CAPACITY',
      {
        scenarios: [a({ priority: 9 }), b()],
        settings: { maxSimultaneousScenarios: 1 },
        before: [{ candidates: { a: 0.9 } }],
        turn: startsB,
      },
    ],
  ];

  test.each(cases)(
    '2.12 %s comes before %s, and carries a reasoning',
    (reason, _next, { scenarios, relationships, settings, before, turn }) => {
      const talk = new Conversation(scenarios, {
        ...(relationships ? { relationships } : {}),
        ...(settings ? { settings } : {}),
      });
      for (const draft of before ?? []) talk.turn(draft);
      const played = talk.turn(turn);
      const rejected = played.result.rejectedCandidates.find(({ scenarioId }) => scenarioId === 'b');
      expect(rejected?.reason).toBe(reason);
      expect(rejected?.reasoning).not.toBe('');
      expect(played.actions).not.toContain('b START CANDIDATE');
    },
  );
});

test('2.12 NOT_FOUND: a scenario that the catalogue does not hold', () => {
  expect(new Conversation([]).turn({ candidates: { b: 0.1 } }).rejections).toEqual(['b NOT_FOUND']);
});

test('2.12 DISABLED holds also for a START that is aimed', () => {
  expect(new Conversation([b({ enabled: false })]).turn({ signals: [['START', 'b']] }).rejections).toEqual([
    'b DISABLED',
  ]);
});

test('2.12 JUST_ENDED: not with a START that is aimed at it, which starts it anew', () => {
  const talk = new Conversation([b()]);
  talk.turn(onlyB);
  const played = talk.turn({
    ...onlyB,
    signals: [
      ['COMPLETE', 'b'],
      ['START', 'b'],
    ],
  });
  expect(played.actions).toEqual(['b COMPLETE USER_REQUEST', 'b START AIMED']);
  expect(played.session.instances.map(({ instanceId }) => instanceId)).toEqual(['b#2']);
});

test('2.12 JUST_ENDED: on the next turn it may start again', () => {
  const talk = new Conversation([b()]);
  talk.turn(onlyB);
  expect(talk.turn({ ...onlyB, signals: ['CANCEL'] }).rejections).toEqual(['b JUST_ENDED']);
  expect(talk.turn(onlyB).actions).toEqual(['b START CANDIDATE']);
});

test.each<[number, number, readonly string[]]>([
  [0.5, 0.5, []],
  [0.5, 0.499, ['b BELOW_THRESHOLD']],
  [0.9, 0.89, ['b BELOW_THRESHOLD']],
  [0, 0, []],
])('2.12 BELOW_THRESHOLD: with start_threshold %d a score of %d', (startThreshold, score, rejections) => {
  expect(
    new Conversation([b()], { settings: { startThreshold } }).turn({ candidates: { b: score } }).rejections,
  ).toEqual(rejections);
});

describe('2.12 ENTRY_CONDITION', () => {
  test.each<[string, TurnDraft, readonly string[]]>([
    ['FALSE', { variables: { age: 17 } }, ['b ENTRY_CONDITION']],
    ['UNKNOWN', {}, ['b ENTRY_CONDITION']],
    ['TRUE', { variables: { age: 18 } }, []],
  ])('2.12 it must be TRUE: %s', (_truth, draft, rejections) => {
    expect(new Conversation([b({ entryCondition: 'data.age >= 18' })]).turn({ ...onlyB, ...draft }).rejections).toEqual(
      rejections,
    );
  });

  test('2.12 it says which fields it misses', () => {
    const { result } = new Conversation([b({ entryCondition: 'data.age >= 18 && data.country == "DE"' })]).turn(onlyB);
    expect(result.rejectedCandidates[0]?.missingFields).toEqual(['age', 'country']);
  });

  test('2.12 an evaluation error is told', () => {
    const { result } = new Conversation([b({ entryCondition: 'data.age >= 18' })]).turn({
      ...onlyB,
      variables: { age: 'old' },
    });
    expect(result.rejectedCandidates[0]?.reason).toBe('ENTRY_CONDITION');
    expect(result.rejectedCandidates[0]?.conditionErrors).toHaveLength(1);
  });
});

describe('2.12 START_LIMIT', () => {
  test('2.12 a scenario starts as often in a session as it may, and no oftener', () => {
    const talk = new Conversation([b({ maxStartsPerSession: 2 })]);
    const round = (): readonly string[] => {
      const { rejections } = talk.turn(onlyB);
      talk.turn({ signals: [['CANCEL', 'b']] });
      return rejections;
    };
    expect([round(), round(), round()]).toEqual([[], [], ['b START_LIMIT']]);
  });

  test('2.12 a resume is no start', () => {
    const talk = new Conversation([b({ maxStartsPerSession: 1 })]);
    talk.turn(onlyB);
    talk.turn({ signals: ['PAUSE'] });
    expect(talk.turn(onlyB).actions).toEqual(['b CONTINUE RESUMED']);
  });
});

describe('2.12 START_BLOCKED', () => {
  const talking = (): Conversation => {
    const talk = new Conversation([blocking, b()]);
    talk.turn({ candidates: { payment: 0.9 } });
    return talk;
  };

  test('2.12 nothing starts while an addressed instance stands at a step that blocks starts', () => {
    const { result } = talking().turn({ ...onlyB, variables: { amount: 1 } });
    expect(result.rejectedCandidates).toMatchObject([
      { scenarioId: 'b', reason: 'START_BLOCKED', blockingScenarioIds: ['payment'] },
    ]);
  });

  test('2.12 an instance that is not addressed blocks nothing', () => {
    expect(talking().turn(onlyB).actions).toContain('b START CANDIDATE');
  });

  test('2.12 one that ends this turn blocks nothing', () => {
    expect(talking().turn({ ...onlyB, variables: { amount: 1 }, signals: [['CANCEL', 'payment']] }).actions).toContain(
      'b START CANDIDATE',
    );
  });

  test('2.12 one that resumes because it is addressed blocks as well', () => {
    const talk = talking();
    talk.turn({ signals: ['PAUSE'] });
    const played = talk.turn({ ...onlyB, variables: { amount: 1 } });
    expect([played.actions, played.rejections]).toEqual([['payment CONTINUE RESUMED'], ['b START_BLOCKED']]);
  });

  test('2.12 one that starts this turn blocks nothing, as it did not stand there before', () => {
    const talk = new Conversation([blocking, b()]);
    expect(talk.turn({ candidates: { payment: 0.9, b: 0.8 } }).rejections).toEqual([]);
  });
});

describe('2.13 required fields', () => {
  const needs = (level: 'HARD' | 'SOFT', field = 'customer_no'): ScenarioDraft => b({ requires: { [field]: level } });

  test('2.13 a missing HARD field refuses the start and is named', () => {
    const { result } = new Conversation([b({ requires: { zip: 'HARD', customer_no: 'HARD', email: 'HARD' } })]).turn({
      ...onlyB,
      variables: { email: 'x' },
    });
    expect(result.rejectedCandidates).toMatchObject([
      { reason: 'MISSING_HARD_FIELDS', missingFields: ['customer_no', 'zip'] },
    ]);
  });

  test.each<[string, TurnDraft]>([
    ['this turn', { variables: { customer_no: '7' } }],
    ['the session', { patch: { customer_no: '7' } }],
    ['customer_data', { customer: { customer_no: '7' } }],
    ['an empty string', { variables: { customer_no: '' } }],
  ])('2.13 it is not missing where it is known: %s', (_source, draft) => {
    expect(new Conversation([needs('HARD')]).turn({ ...onlyB, ...draft }).actions).toEqual(['b START CANDIDATE']);
  });

  test('2.13 a null makes it missing', () => {
    const played = new Conversation([needs('HARD')]).turn({
      ...onlyB,
      customer: { customer_no: '7' },
      variables: { customer_no: null },
    });
    expect(played.rejections).toEqual(['b MISSING_HARD_FIELDS']);
  });

  test('2.13 a field that the scenario collects itself is not a missing HARD field', () => {
    expect(new Conversation([needs('HARD', 'b_field')]).turn(onlyB).actions).toEqual(['b START CANDIDATE']);
  });

  test('2.13 HARD fields do not block where block_on_missing_hard_fields is off', () => {
    expect(
      new Conversation([needs('HARD')], { settings: { blockOnMissingHardFields: false } }).turn(onlyB).actions,
    ).toEqual(['b START CANDIDATE']);
  });

  test('2.13 a missing SOFT field is reported with the START and never blocks', () => {
    const talk = new Conversation([b({ requires: { zip: 'SOFT', email: 'SOFT', city: 'SOFT' } })]);
    expect(talk.turn({ ...onlyB, variables: { zip: '1' } }).lifecycle('b')).toMatchObject({
      action: 'START',
      missingSoftFields: ['city', 'email'],
    });
  });
});
