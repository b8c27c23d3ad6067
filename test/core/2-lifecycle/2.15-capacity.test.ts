import { Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { acting, asking, confirming, silent, type Variation } from '../../support/sample-scenarios';

const nameCandidates = (...ids: readonly string[]): TurnDraft => ({
  candidates: ids.map((id, index) => [id, 0.9 - index / 100] as const),
});

/** Starts the scenarios in this order, one on each turn, and then plays a turn with the candidate `late`. */
function playLateCandidate(
  running: readonly ScenarioDraft[],
  lateVariation: Variation = {},
  draft: TurnDraft = {},
  max = running.length,
): readonly string[] {
  const conversation = new Conversation([...running, asking('late', ['late_field'], lateVariation)], {
    settings: { maxSimultaneousScenarios: max },
  });
  for (const { scenarioId } of running) conversation.turn(nameCandidates(scenarioId));
  const played = conversation.turn({ ...nameCandidates('late'), ...draft });
  return [...played.actions.filter((action) => !action.includes('CONTINUE')), ...played.rejections];
}

const a = (variation: Variation = {}): ScenarioDraft => asking('a', ['a_field'], variation);
const b = (variation: Variation = {}): ScenarioDraft => asking('b', ['b_field'], variation);

describe('max_simultaneous_scenarios', () => {
  test.each<[string, number, number]>([
    ['5 by default', 5, 5],
    ['2', 2, 2],
  ])('2.15: max_simultaneous_scenarios limits active instances: %s', (_what, max, active) => {
    const scenarios = ['p', 'q', 'r', 's', 't', 'u'].map((id) => asking(id, [`${id}_field`]));
    const conversation = new Conversation(scenarios, max === 5 ? {} : { settings: { maxSimultaneousScenarios: max } });
    const played = conversation.turn(nameCandidates('p', 'q', 'r', 's', 't', 'u'));
    expect(played.session.instances).toHaveLength(active);
    expect(played.rejections).toEqual(['p', 'q', 'r', 's', 't', 'u'].slice(active).map((id) => `${id} CAPACITY`));
  });

  test('2.15: a paused instance does not count', () => {
    const conversation = new Conversation([a(), b()], { settings: { maxSimultaneousScenarios: 1 } });
    conversation.turn(nameCandidates('a'));
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.turn(nameCandidates('b')).actions).toEqual(['a PAUSE STAYS_PAUSED', 'b START CANDIDATE']);
  });

  test('2.15: an instance that ends or pauses on this turn does not count', () => {
    expect(playLateCandidate([a({ priority: 9 })], {}, { signals: [['CANCEL', 'a']] })).toEqual([
      'a CANCEL USER_REQUEST',
      'late START CANDIDATE',
    ]);
    expect(playLateCandidate([a({ priority: 9 })], {}, { signals: [['PAUSE', 'a']] })).toEqual([
      'a PAUSE USER_REQUEST',
      'late START CANDIDATE',
    ]);
  });

  test('2.15: no instance is paused below the limit', () => {
    expect(playLateCandidate([a()], {}, {}, 2)).toEqual(['late START CANDIDATE']);
  });
});

describe('at the limit', () => {
  const limitOfOne = { maxSimultaneousScenarios: 1 };

  const playCandidateAtLimit = (
    scenario: ReturnType<typeof asking>,
    lateVariation: Variation = {},
  ): readonly string[] => {
    const conversation = new Conversation([scenario, asking('late', ['late_field'], lateVariation)], {
      settings: limitOfOne,
    });
    conversation.turn({ candidates: { [scenario.scenarioId]: 0.9 } });
    return conversation.turn({ candidates: { late: 0.9 } }).actions;
  };

  const displaced = ['a PAUSE PREEMPTED', 'late START CANDIDATE'];

  test('2.15: a start displaces the instance of lowest priority', () => {
    expect(playLateCandidate([a({ priority: 2 }), b({ priority: 1 })], { priority: 5 })).toEqual([
      'b PAUSE PREEMPTED',
      'late START CANDIDATE',
    ]);
  });

  test('2.15: a start displaces the least recently active of equal priority', () => {
    expect(playLateCandidate([a(), b()])).toEqual(['a PAUSE PREEMPTED', 'late START CANDIDATE']);
    expect(playLateCandidate([b(), a()])).toEqual(['b PAUSE PREEMPTED', 'late START CANDIDATE']);
  });

  test('2.15: a start displaces an instance of its own priority, but none above it', () => {
    expect(playLateCandidate([a({ priority: 1 })], { priority: 1 })).toEqual([
      'a PAUSE PREEMPTED',
      'late START CANDIDATE',
    ]);
    expect(playLateCandidate([a({ priority: 2 })], { priority: 1 })).toEqual(['late CAPACITY']);
  });

  test('2.15: an addressed instance is not displaced', () => {
    expect(playLateCandidate([a()], {}, { variables: { a_field: 1 } })).toEqual(['late CAPACITY']);
    expect(playLateCandidate([a(), b()], {}, { signals: [['CONTINUE', 'a']] })).toEqual([
      'b PAUSE PREEMPTED',
      'late START CANDIDATE',
    ]);
  });

  test('2.15: an instance that awaits a confirmation is not displaced', () => {
    expect(playLateCandidate([confirming('a')])).toEqual(['late CAPACITY']);
    expect(playLateCandidate([confirming('a'), b({ priority: 0 })], { priority: 0 })).toEqual([
      'b PAUSE PREEMPTED',
      'late START CANDIDATE',
    ]);
  });

  test('2.15: an instance that awaits the result of an action is not displaced', () => {
    expect(playLateCandidate([acting('a')])).toEqual(['late CAPACITY']);
    const conversation = new Conversation([acting('a'), b()], { settings: { maxSimultaneousScenarios: 1 } });
    conversation.turn(nameCandidates('a'));
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(conversation.turn(nameCandidates('b')).actions).toEqual(['a PAUSE PREEMPTED', 'b START CANDIDATE']);
  });

  test('2.15: an instance that started on this turn is not displaced', () => {
    const conversation = new Conversation([a(), b()], { settings: { maxSimultaneousScenarios: 1 } });
    const played = conversation.turn(nameCandidates('a', 'b'));
    expect([played.actions, played.rejections]).toEqual([['a START CANDIDATE'], ['b CAPACITY']]);
  });

  test('2.15: two starts displace one instance each', () => {
    const conversation = new Conversation([a(), b(), silent('c'), silent('d')], {
      settings: { maxSimultaneousScenarios: 2 },
    });
    conversation.turn(nameCandidates('a', 'b'));
    const played = conversation.turn(nameCandidates('c', 'd'));
    expect(played.actions).toEqual([
      'a PAUSE PREEMPTED',
      'b PAUSE PREEMPTED',
      'c START CANDIDATE',
      'd START CANDIDATE',
    ]);
    expect([played.lifecycle('a').displacedByInstanceIds, played.lifecycle('b').displacedByInstanceIds]).toEqual([
      ['c#3'],
      ['d#3'],
    ]);
  });

  test('2.15: a start without a displaceable instance is rejected (CAPACITY)', () => {
    expect(playLateCandidate([a({ priority: 9 }), confirming('b')])).toEqual(['late CAPACITY']);
  });

  test('2.15: an instance that hints at an optional action can be displaced', () => {
    const optional = acting('a');
    const steps = optional.steps.map((step) => ({ ...step, isRequiredAction: false }));
    expect(playCandidateAtLimit({ ...optional, steps })).toEqual(displaced);
  });

  test('2.15: an instance that asks for fields of its required action can be displaced', () => {
    const { steps } = acting('a');
    const asks = {
      scenarioId: 'a',
      steps: steps.map((step, at) => (at === 0 ? { ...step, collectsProfileFields: ['x'] } : step)),
    };
    expect(playCandidateAtLimit(asks)).toEqual(displaced);
  });

  test('2.15: the least recently active of three instances with equal priority is displaced', () => {
    const conversation = new Conversation(
      ['c', 'a', 'b', 'late'].map((id) => asking(id, [`${id}_field`, 'more'])),
      { settings: { maxSimultaneousScenarios: 3 } },
    );
    for (const id of ['b', 'c', 'a']) conversation.turn({ candidates: { [id]: 0.9 } });
    conversation.turn({ variables: { b_field: 1 } });
    expect(conversation.turn({ candidates: { late: 0.9 } }).lifecycle('c').reason).toBe('PREEMPTED');
  });

  test('2.15: the first by id of two instances with equal activity is displaced', () => {
    const conversation = new Conversation(
      ['b', 'a', 'late'].map((id) => asking(id, [`${id}_field`])),
      { settings: { maxSimultaneousScenarios: 2 } },
    );
    conversation.turn({ candidates: { b: 0.9, a: 0.8 } });
    expect(conversation.turn({ candidates: { late: 0.9 } }).lifecycle('a').reason).toBe('PREEMPTED');
  });
});
