// Cases at the very edge of a rule: scores that are equal to a threshold, lists that have an order, two reasons at once.
import { aRelationship, Conversation, type Played } from '../support/conversation';
import { type Link, linked, starts } from '../support/linked-scenarios';
import { acting, asking, confirming, type Variation } from '../support/sample-scenarios';

const needsCustomer = { requires: { customer_no: 'HARD' } } as const;

/** The rejected candidates with where they came from. */
function rejected({ result }: Played): readonly string[] {
  return result.rejectedCandidates.map(
    ({ scenarioId, reason, origin, score }) => `${scenarioId} ${reason} ${origin} ${score}`,
  );
}

describe('1.2 excludes: what became active this turn is not displaced by a higher priority', () => {
  const excluding: readonly Link[] = [['b', 'EXCLUDES', 'a']];

  test('1.2 one that started', () => {
    const played = linked(excluding, { b: { priority: 5 } }).turn({ candidates: { a: 0.9, b: 0.8 } });
    expect([starts(played), rejected(played)]).toEqual([['a'], ['b EXCLUDED CANDIDATE 0.8']]);
  });

  test('1.2 one that resumed', () => {
    const talk = linked(excluding, { b: { priority: 5 } });
    talk.turn({ candidates: { a: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    const played = talk.turn({ candidates: { a: 0.9, b: 0.8 } });
    expect([played.actions, rejected(played)]).toEqual([['a CONTINUE RESUMED'], ['b EXCLUDED CANDIDATE 0.8']]);
  });
});

describe('1.3 implies', () => {
  test('1.3 a relationship that is listed twice implies once', () => {
    const played = linked([
      ['a', 'IMPLIES', 'b'],
      ['a', 'IMPLIES', 'b'],
    ]).turn({ candidates: { a: 0.9 } });
    expect([starts(played), rejected(played)]).toEqual([['a', 'b'], []]);
  });

  test.each([0.95, 0.7, 0.5])('1.3 a refused candidate of score %d is not tried again as implied', (score) => {
    const off = { b: { enabled: false } };
    const byScenario = linked([['a', 'IMPLIES', 'b']], off).turn({ candidates: { a: 0.9, b: score } });
    const byRule = linked([['vip', 'IMPLIES', 'b', 'RULE']], off).turn({
      candidates: { b: score },
      rules: [{ ruleId: 'vip' }],
    });
    expect(rejected(byScenario)).toEqual([`b DISABLED CANDIDATE ${score}`]);
    expect(rejected(byRule)).toEqual([`b DISABLED CANDIDATE ${score}`]);
  });
});

test('1.4 specializes: a circle is settled also beside a start that has no part in it', () => {
  const played = linked([
    ['a', 'SPECIALIZES', 'b'],
    ['b', 'SPECIALIZES', 'a'],
  ]).turn({ candidates: { b: 0.9, a: 0.8, c: 0.7 } });
  expect([starts(played), played.rejections]).toEqual([['b', 'c'], ['a SUPERSEDED']]);
});

test('1.4 specializes: several that reject the same one are told by id', () => {
  const played = linked([
    ['c', 'SPECIALIZES', 'b'],
    ['a', 'SPECIALIZES', 'b'],
  ]).turn({ candidates: { c: 0.9, b: 0.8, a: 0.7 } });
  expect(played.result.rejectedCandidates[0]).toMatchObject({
    reason: 'SUPERSEDED',
    blockingScenarioIds: ['a', 'c'],
  });
});

describe('1.5 ambiguous', () => {
  test('1.5 one that a starting scenario excludes would not start and is no rival', () => {
    const played = linked([
      ['a', 'EXCLUDES', 'c'],
      ['c', 'AMBIGUOUS', 'd'],
    ]).turn({ candidates: { a: 0.9, c: 0.8, d: 0.8 } });
    expect([starts(played), played.rejections]).toEqual([['a', 'd'], ['c EXCLUDED']]);
  });

  test('1.5 rivals are told by id', () => {
    const played = linked([
      ['a', 'AMBIGUOUS', 'c'],
      ['a', 'AMBIGUOUS', 'b'],
    ]).turn({ candidates: { c: 0.85, b: 0.82, a: 0.8 } });
    const ofA = played.result.rejectedCandidates.find(({ scenarioId }) => scenarioId === 'a');
    expect(ofA?.blockingScenarioIds).toEqual(['b', 'c']);
  });

  test('1.5 a set that shares some of what was offered is another set', () => {
    const all: readonly Link[] = [
      ['a', 'AMBIGUOUS', 'b'],
      ['b', 'AMBIGUOUS', 'c'],
      ['a', 'AMBIGUOUS', 'c'],
    ];
    const talk = linked(all);
    expect(talk.turn({ candidates: { a: 0.8, b: 0.8 } }).plan).toEqual(['CHOICE a,b']);
    expect(talk.turn({ candidates: { a: 0.8, c: 0.8 } }).plan).toEqual(['CHOICE a,c']);
    expect(talk.turn({ candidates: { a: 0.8, b: 0.8, c: 0.8 } }).plan).toEqual(['CHOICE a,b,c']);
    expect(talk.turn({ candidates: { a: 0.8, b: 0.8 } }).plan).toEqual(['CHOICE a,b']);
  });

  test('1.5 a CHOICE tells the names of the scenarios and belongs to none', () => {
    const talk = linked([['a', 'AMBIGUOUS', 'b']], { a: { name: 'Refund', priority: 3 }, b: { name: 'Return' } });
    expect(talk.turn({ candidates: { a: 0.8, b: 0.75 } }).result.plan).toEqual({
      contributions: [
        {
          scenarioId: '',
          scenarioName: '',
          instanceId: '',
          stepId: '',
          stepName: '',
          priority: 53,
          isReprompt: false,
          deferred: false,
          deferredBehindScenarioId: '',
          sharedFields: [],
          type: 'CONFIRM',
          confirmKind: 'CHOICE',
          actionToConfirm: '',
          valuesToConfirm: new Map(),
          choices: [
            { scenarioId: 'a', scenarioName: 'Refund', score: 0.8 },
            { scenarioId: 'b', scenarioName: 'Return', score: 0.75 },
          ],
          actionKey: '',
        },
      ],
      primaryScenarioId: '',
      activeScenarioIds: [],
      hasAsks: false,
      hasConfirms: true,
      hasActionHints: false,
      hasInforms: false,
      abandoned: [],
    });
  });
});

describe('2.11 resuming', () => {
  /** Both are paused for INTERRUPTED, a having started first; no other instance runs. */
  const interrupted = (pausedAtOfA: number, pausedAtOfB: number): Conversation => {
    const talk = linked([], {}, { maxSimultaneousScenarios: 1 });
    const two = linked([]);
    two.turn({ candidates: { a: 0.9, b: 0.8 } });
    const pausedAt: Readonly<Record<string, number>> = { a: pausedAtOfA, b: pausedAtOfB };
    const instances = two.session.instances.map((each) => ({
      ...each,
      status: 'PAUSED' as const,
      pauseReason: 'INTERRUPTED' as const,
      pausedAt: pausedAt[each.scenarioId] ?? 0,
    }));
    talk.session = { ...two.session, instances };
    return talk;
  };

  test.each([
    ['paused later', 20, 10, 'a'],
    ['paused later', 10, 20, 'b'],
    ['started later where they were paused at the same time', 10, 10, 'b'],
  ])('2.11 of two that may wake the one that was %s: %d, %d', (_rule, ofA, ofB, wakes) => {
    const { actions } = interrupted(ofA, ofB).turn();
    expect(actions.filter((action) => action.endsWith('RESUMED'))).toEqual([`${wakes} CONTINUE RESUMED`]);
  });

  test('2.11 one that displaces another when it wakes is named by it', () => {
    const talk = linked([], {}, { maxSimultaneousScenarios: 1 });
    talk.turn({ candidates: { a: 0.9 } });
    talk.turn({ candidates: { b: 0.9 } });
    const played = talk.turn({ variables: { a_field: 1 } });
    expect(played.lifecycle('b')).toMatchObject({ reason: 'PREEMPTED', displacedByInstanceIds: ['a#1'] });
  });

  test.each([0.9, 0.5])('2.12 one that is told to pause and is a candidate of score %d is active already', (score) => {
    const talk = linked([]);
    talk.turn({ candidates: { a: 0.9 } });
    const played = talk.turn({ signals: ['PAUSE'], candidates: { a: score } });
    expect([played.actions, played.rejections]).toEqual([['a PAUSE USER_REQUEST'], ['a ALREADY_ACTIVE']]);
  });
});

describe('2.12 what blocks is told by id', () => {
  test('2.12 DEPENDENCY', () => {
    const talk = linked([
      ['a', 'DEPENDS_ON', 'd'],
      ['a', 'DEPENDS_ON', 'b'],
    ]);
    expect(talk.turn({ candidates: { a: 0.9 } }).result.rejectedCandidates[0]?.blockingScenarioIds).toEqual(['b', 'd']);
  });

  test('2.12 START_BLOCKED', () => {
    const blocking = (scenarioId: string) => {
      const draft = asking(scenarioId, [`${scenarioId}_field`]);
      return { ...draft, steps: draft.steps.map((step) => ({ ...step, blocksStarts: true })) };
    };
    const talk = new Conversation([blocking('y'), blocking('x'), asking('a', ['a_field'])]);
    talk.turn({ candidates: { y: 0.9, x: 0.8 } });
    const { result } = talk.turn({ candidates: { a: 0.9 }, signals: [['CONTINUE', 'x', 'y']] });
    expect(result.rejectedCandidates[0]).toMatchObject({ reason: 'START_BLOCKED', blockingScenarioIds: ['x', 'y'] });
  });

  test('2.12 EXCLUDED, by scenarios and by rules', () => {
    const talk = new Conversation(
      ['z', 'y', 'a'].map((id) => asking(id, [`${id}_field`])),
      {
        relationships: [
          aRelationship('a', 'EXCLUDES', 'z'),
          aRelationship('a', 'EXCLUDES', 'y'),
          aRelationship('r2', 'EXCLUDES', 'a', 'RULE'),
          aRelationship('r1', 'EXCLUDES', 'a', 'RULE'),
          aRelationship('r3', 'EXCLUDES', 'a', 'RULE'),
        ],
      },
    );
    const { result } = talk.turn({
      candidates: { z: 0.9, y: 0.8, a: 0.7 },
      rules: [{ ruleId: 'r1' }, { ruleId: 'r2' }],
    });
    expect(result.rejectedCandidates[0]).toMatchObject({
      reason: 'EXCLUDED',
      blockingScenarioIds: ['y', 'z'],
      blockingRuleIds: ['r1', 'r2'],
    });
  });

  test.each([
    ['CAPACITY', { maxSimultaneousScenarios: 1 }],
    ['MULTI_SCENARIO_DISABLED', { enableMultiScenario: false }],
  ])('2.12 %s names who is active', (reason, settings) => {
    const talk = linked([], { a: { priority: 9 } }, settings);
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ candidates: { b: 0.9 } }).result.rejectedCandidates[0]).toMatchObject({
      reason,
      blockingScenarioIds: ['a'],
      blockingRuleIds: [],
    });
  });
});

describe('2.14 pending starts', () => {
  test('2.14 being named again with exactly the threshold starts the count anew', () => {
    const talk = linked([], { a: needsCustomer });
    talk.turn({ candidates: { a: 0.9 } });
    talk.turn();
    const played = talk.turn({ candidates: { a: 0.5 } });
    expect(rejected(played)).toEqual(['a MISSING_HARD_FIELDS CANDIDATE 0.5']);
    expect(played.result.rejectedCandidates[0]?.pendingTurnsLeft).toBe(3);
  });

  test('2.14 a CANCEL drops what is pending, not a candidate that was not', () => {
    const talk = linked([], { a: needsCustomer });
    talk.turn({ candidates: { a: 0.9 } });
    expect(starts(talk.turn({ candidates: { b: 0.9 }, signals: [['CANCEL', 'b']] }))).toEqual(['b']);
  });

  test('2.14 a START that takes a pending place leaves nothing pending', () => {
    const talk = linked([], { a: needsCustomer });
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ patch: { customer_no: 7 } }).session.pendingStarts).toEqual([]);
    expect(linked([], { a: { enabled: false } }).turn({ candidates: { a: 0.9 } }).session.pendingStarts).toEqual([]);
  });

  test('2.14 one that is disabled meanwhile is dropped', () => {
    const talk = linked([], { a: needsCustomer });
    talk.turn({ candidates: { a: 0.9 } });
    talk.store(asking('a', ['a_field'], { ...needsCustomer, enabled: false }));
    const played = talk.turn();
    expect([played.rejections, played.session.pendingStarts]).toEqual([['a DISABLED'], []]);
  });
});

describe('2.15 capacity', () => {
  const one = { maxSimultaneousScenarios: 1 };
  const displaces = (scenario: ReturnType<typeof asking>, ofLate: Variation = {}): readonly string[] => {
    const talk = new Conversation([scenario, asking('late', ['late_field'], ofLate)], { settings: one });
    talk.turn({ candidates: { [scenario.scenarioId]: 0.9 } });
    return talk.turn({ candidates: { late: 0.9 } }).actions;
  };
  const room = ['a PAUSE PREEMPTED', 'late START CANDIDATE'];

  test('2.15 one that offers an action which is not required makes room', () => {
    const optional = acting('a');
    const steps = optional.steps.map((step) => ({ ...step, isRequiredAction: false }));
    expect(displaces({ ...optional, steps })).toEqual(room);
  });

  test('2.15 one that still asks for what its required action needs makes room', () => {
    const { steps } = acting('a');
    const asks = {
      scenarioId: 'a',
      steps: steps.map((step, at) => (at === 0 ? { ...step, collectsProfileFields: ['x'] } : step)),
    };
    expect(displaces(asks)).toEqual(room);
  });

  test('2.15 one that awaits a confirmation does not', () => {
    expect(displaces(confirming('a'))).toEqual(['a CONTINUE GOES_ON']);
  });

  test('2.15 of three of equal priority the one that was least recently active', () => {
    const talk = new Conversation(
      ['c', 'a', 'b', 'late'].map((id) => asking(id, [`${id}_field`, 'more'])),
      { settings: { maxSimultaneousScenarios: 3 } },
    );
    for (const id of ['b', 'c', 'a']) talk.turn({ candidates: { [id]: 0.9 } });
    talk.turn({ variables: { b_field: 1 } });
    expect(talk.turn({ candidates: { late: 0.9 } }).lifecycle('c').reason).toBe('PREEMPTED');
  });

  test('2.15 of two that were active at the same time the first by id', () => {
    const talk = new Conversation(
      ['b', 'a', 'late'].map((id) => asking(id, [`${id}_field`])),
      { settings: { maxSimultaneousScenarios: 2 } },
    );
    talk.turn({ candidates: { b: 0.9, a: 0.8 } });
    expect(talk.turn({ candidates: { late: 0.9 } }).lifecycle('a').reason).toBe('PREEMPTED');
  });
});

test('3.6 attempts: a start takes back no attempt that was not counted', () => {
  const talk = new Conversation([confirming('a'), asking('b', ['b_field'])]);
  talk.turn({ candidates: { a: 0.9 } });
  talk.turn({ candidates: { b: 0.9 } });
  expect(talk.instance('a').visit.attempts).toBe(0);
});

describe('2.3 completion_condition', () => {
  const ask = { stepId: 'ask', collectsProfileFields: ['x'], to: ['check'] };
  const check = { stepId: 'check', collectsProfileFields: ['y'], to: [{ to: 'ask', clears: ['x'] }] };

  test('2.3 its visits are those of the step where the instance stands', () => {
    const talk = new Conversation([{ scenarioId: 'a', steps: [ask, check], completionCondition: 'visits > 1' }]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ variables: { x: 1 } }).actions).toEqual(['a CONTINUE GOES_ON']);
    expect(talk.turn({ variables: { y: 1 } }).actions).toEqual(['a CONTINUE GOES_ON']);
    expect(talk.instance('a').currentStepId).toBe('ask');
    expect(talk.turn().actions).toEqual(['a COMPLETE CONDITION']);
  });

  test.each([
    ['COMPLETE', 'COMPLETE'],
    ['CANCEL', 'CANCEL'],
    ['PAUSE', 'PAUSE'],
    ['CONTINUE', 'CONTINUE'],
  ] as const)('6 errors: one of a completion_condition is told also where %s is decided', (signal, action) => {
    const talk = new Conversation([asking('a', ['x'], { completionCondition: 'data.x > 1' })]);
    talk.turn({ candidates: { a: 0.9 } });
    const decision = talk.turn({ variables: { x: 'text' }, signals: [signal] }).lifecycle('a');
    expect([decision.action, decision.conditionErrors]).toEqual([
      action,
      [expect.stringMatching(/^completion_condition: /)],
    ]);
  });

  test('6 errors: a completion_condition without one has none to tell', () => {
    const talk = new Conversation([asking('a', ['x'], { completionCondition: 'data.x > 1' })]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn().lifecycle('a').conditionErrors).toEqual([]);
  });
});
