import { Conversation, type ScenarioDraft, type TurnDraft } from '../support/conversation';
import { acting, asking, confirming, silent, type Variation } from '../support/sample-scenarios';

const named = (...ids: readonly string[]): TurnDraft => ({
  candidates: ids.map((id, index) => [id, 0.9 - index / 100] as const),
});

/** The scenarios run, started one a turn in this order; then `late` is a candidate. */
function late(
  running: readonly ScenarioDraft[],
  ofLate: Variation = {},
  draft: TurnDraft = {},
  max = running.length,
): readonly string[] {
  const talk = new Conversation([...running, asking('late', ['late_field'], ofLate)], {
    settings: { maxSimultaneousScenarios: max },
  });
  for (const { scenarioId } of running) talk.turn(named(scenarioId));
  const played = talk.turn({ ...named('late'), ...draft });
  return [...played.actions.filter((action) => !action.includes('CONTINUE')), ...played.rejections];
}
const a = (variation: Variation = {}): ScenarioDraft => asking('a', ['a_field'], variation);
const b = (variation: Variation = {}): ScenarioDraft => asking('b', ['b_field'], variation);

test.each<[string, number, number]>([
  ['5 by default', 5, 5],
  ['2', 2, 2],
])('2.15 capacity: max_simultaneous_scenarios bounds active instances: %s', (_what, max, active) => {
  const scenarios = ['p', 'q', 'r', 's', 't', 'u'].map((id) => asking(id, [`${id}_field`]));
  const talk = new Conversation(scenarios, max === 5 ? {} : { settings: { maxSimultaneousScenarios: max } });
  const played = talk.turn(named('p', 'q', 'r', 's', 't', 'u'));
  expect(played.session.instances).toHaveLength(active);
  expect(played.rejections).toEqual(['p', 'q', 'r', 's', 't', 'u'].slice(active).map((id) => `${id} CAPACITY`));
});

test('2.15 capacity: a paused instance takes no room', () => {
  const talk = new Conversation([a(), b()], { settings: { maxSimultaneousScenarios: 1 } });
  talk.turn(named('a'));
  talk.turn({ signals: ['PAUSE'] });
  expect(talk.turn(named('b')).actions).toEqual(['a PAUSE STAYS_PAUSED', 'b START CANDIDATE']);
});

test('2.15 capacity: one that ends or pauses this turn makes room', () => {
  expect(late([a({ priority: 9 })], {}, { signals: [['CANCEL', 'a']] })).toEqual([
    'a CANCEL USER_REQUEST',
    'late START CANDIDATE',
  ]);
  expect(late([a({ priority: 9 })], {}, { signals: [['PAUSE', 'a']] })).toEqual([
    'a PAUSE USER_REQUEST',
    'late START CANDIDATE',
  ]);
});

test('2.15 capacity: below the limit nobody is paused', () => {
  expect(late([a()], {}, {}, 2)).toEqual(['late START CANDIDATE']);
});

describe('2.15 capacity, at the limit a start pauses', () => {
  test('2.15 the one of lowest priority', () => {
    expect(late([a({ priority: 2 }), b({ priority: 1 })], { priority: 5 })).toEqual([
      'b PAUSE PREEMPTED',
      'late START CANDIDATE',
    ]);
  });

  test('2.15 of equal priority the least recently active', () => {
    expect(late([a(), b()])).toEqual(['a PAUSE PREEMPTED', 'late START CANDIDATE']);
    expect(late([b(), a()])).toEqual(['b PAUSE PREEMPTED', 'late START CANDIDATE']);
  });

  test('2.15 one of its own priority, but none above it', () => {
    expect(late([a({ priority: 1 })], { priority: 1 })).toEqual(['a PAUSE PREEMPTED', 'late START CANDIDATE']);
    expect(late([a({ priority: 2 })], { priority: 1 })).toEqual(['late CAPACITY']);
  });

  test('2.15 none that the turn addresses', () => {
    expect(late([a()], {}, { variables: { a_field: 1 } })).toEqual(['late CAPACITY']);
    expect(late([a(), b()], {}, { signals: [['CONTINUE', 'a']] })).toEqual([
      'b PAUSE PREEMPTED',
      'late START CANDIDATE',
    ]);
  });

  test('2.15 none that awaits a confirmation', () => {
    expect(late([confirming('a')])).toEqual(['late CAPACITY']);
    expect(late([confirming('a'), b({ priority: 0 })], { priority: 0 })).toEqual([
      'b PAUSE PREEMPTED',
      'late START CANDIDATE',
    ]);
  });

  test("2.15 none that awaits an action's result, and again when the result has come", () => {
    expect(late([acting('a')])).toEqual(['late CAPACITY']);
    const talk = new Conversation([acting('a'), b()], { settings: { maxSimultaneousScenarios: 1 } });
    talk.turn(named('a'));
    talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(talk.turn(named('b')).actions).toEqual(['a PAUSE PREEMPTED', 'b START CANDIDATE']);
  });

  test('2.15 none that has started or resumed this turn', () => {
    const talk = new Conversation([a(), b()], { settings: { maxSimultaneousScenarios: 1 } });
    const played = talk.turn(named('a', 'b'));
    expect([played.actions, played.rejections]).toEqual([['a START CANDIDATE'], ['b CAPACITY']]);
  });

  test('2.15 one for each of two starts', () => {
    const talk = new Conversation([a(), b(), silent('c'), silent('d')], { settings: { maxSimultaneousScenarios: 2 } });
    talk.turn(named('a', 'b'));
    const played = talk.turn(named('c', 'd'));
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

  test('2.15 and is refused with CAPACITY where there is none, which leaves all as they are', () => {
    expect(late([a({ priority: 9 }), confirming('b')])).toEqual(['late CAPACITY']);
  });
});
