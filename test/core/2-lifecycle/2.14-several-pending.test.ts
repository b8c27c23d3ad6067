import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { asking, end } from '../../support/sample-scenarios';

const needs = (scenarioId: string, field: string): ScenarioDraft =>
  asking(scenarioId, [`${scenarioId}_field`], { requires: { [field]: 'HARD' } });

/** The pending starts with their turns left, for example `b 3`. */
const listPending = ({ session }: Conversation): readonly string[] =>
  session.pendingStarts.map(({ scenarioId, turnsLeft }) => `${scenarioId} ${turnsLeft}`);

/** Scenarios b and c are pending, because each requires a field. */
function startPending(...others: readonly ScenarioDraft[]): Conversation {
  const conversation = new Conversation([needs('b', 'x'), needs('c', 'y'), ...others]);
  conversation.turn({ candidates: { b: 0.9, c: 0.8 } });
  return conversation;
}

describe('2.14: several pending starts', () => {
  test('2.14: each one counts its own turns', () => {
    const conversation = startPending();
    expect(listPending(conversation)).toEqual(['b 3', 'c 3']);
    conversation.turn();
    conversation.turn({ candidates: { c: 0.8 } });
    expect(listPending(conversation)).toEqual(['b 1', 'c 3']);
  });

  test('2.14: the start of another scenario does not restart the count', () => {
    const conversation = startPending(asking('a', ['a_field']));
    conversation.turn({ candidates: { a: 0.9 } });
    expect(listPending(conversation)).toEqual(['b 2', 'c 2']);
  });

  test('2.14: a CANCEL drops the one that it is aimed at', () => {
    const conversation = startPending();
    conversation.turn({ signals: [['CANCEL', 'b']] });
    expect(listPending(conversation)).toEqual(['c 2']);
  });

  test('2.14: the start of one leaves the other', () => {
    const conversation = startPending();
    expect(conversation.turn({ patch: { y: 1 } }).actions).toEqual(['c START PENDING']);
    expect(listPending(conversation)).toEqual(['b 2']);
  });

  test('0.4: a pending start adds the local values of a later turn to those that it keeps', () => {
    const local: ScenarioDraft = {
      ...needs('b', 'x'),
      localFields: ['day', 'time'],
      steps: [{ stepId: 'ask', collectsProfileFields: ['day', 'time'], to: ['end'] }, end],
    };
    const conversation = new Conversation([needs('c', 'y'), local]);
    conversation.turn({
      candidates: { c: 0.9, b: 0.8 },
      given: [{ name: 'day', value: 'Monday', scenarioId: 'b' }],
    });
    const played = conversation.turn({
      candidates: { b: 0.8 },
      given: [{ name: 'time', value: '10:00', scenarioId: 'b' }],
      patch: { x: 1 },
    });
    expect(played.plan).toEqual(['b INFORM bye']);
    expect(conversation.instance('b').variables).toEqual(
      new Map([
        ['day', 'Monday'],
        ['time', '10:00'],
      ]),
    );
  });
});

describe('2.14: a pending start with dependencies', () => {
  const start = (...dependencies: readonly string[]): Conversation => {
    const conversation = new Conversation(
      [asking('a', ['a_field']), needs('b', 'x'), needs('c', 'y'), asking('d', ['d_field'])],
      {
        relationships: dependencies.map((id) => aRelationship('a', 'DEPENDS_ON', id)),
        settings: { maxSimultaneousScenarios: 2 },
      },
    );
    return conversation;
  };

  test('2.14: uses no turn while one of them is pending', () => {
    const conversation = start('b', 'c');
    conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    conversation.turn({ candidates: { b: 0.8 } });
    expect(listPending(conversation)).toEqual(['a 3', 'b 3']);
    conversation.turn({ signals: [['CANCEL', 'b']] });
    expect(listPending(conversation)).toEqual(['a 2']);
  });

  test('1.1: is dropped when one of them is canceled, beside other instances and pending starts', () => {
    const conversation = start('d');
    conversation.turn({ candidates: { b: 0.9, d: 0.8 }, patch: { x: 1 } });
    conversation.turn({ candidates: { c: 0.9, a: 0.8 } });
    expect(listPending(conversation)).toEqual(['c 3', 'a 3']);
    conversation.turn({ signals: [['CANCEL', 'd']] });
    expect(listPending(conversation)).toEqual(['c 2']);
  });

  test('1.1: is kept when a later run of one that has succeeded is canceled', () => {
    const conversation = start('d');
    conversation.turn({ candidates: { d: 0.9 } });
    conversation.turn({ variables: { d_field: 1 } });
    conversation.turn();
    expect(conversation.session.scenarioCounters.get('d')?.lastEnding).toBe('SUCCEEDED');
    conversation.turn({ candidates: { d: 0.9, b: 0.8 }, patch: { x: 1 } });
    const protect: TurnDraft = {
      signals: [
        ['CONTINUE', 'd'],
        ['CONTINUE', 'b'],
      ],
    };
    expect(conversation.turn({ ...protect, candidates: { a: 0.9 } }).rejections).toEqual(['a CAPACITY']);
    expect(conversation.turn({ signals: [['CANCEL', 'd']] }).actions).toContain('a START PENDING');
  });

  test('1.1: does not make a missing one a candidate again', () => {
    const conversation = new Conversation(
      [asking('a', ['a_field']), asking('b', ['b_field'], { entryCondition: 'data.vip == true' })],
      { relationships: [aRelationship('a', 'DEPENDS_ON', 'b', 'SCENARIO', true)] },
    );
    expect(conversation.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY', 'b ENTRY_CONDITION']);
    expect(conversation.turn().rejections).toEqual(['a DEPENDENCY']);
  });
});

test('2.14: a turn counts if a loop pauses the blocker, although another instance is active', () => {
  const blocker = asking('blocker', ['x'], { maxAttempts: 1 });
  const conversation = new Conversation([asking('c', ['y'], { priority: 9 }), blocker, asking('b', ['z'])], {
    relationships: [aRelationship('blocker', 'EXCLUDES', 'b')],
  });
  conversation.turn({ candidates: { c: 0.9, blocker: 0.8 } });
  conversation.turn({ candidates: { b: 0.9 } });
  expect(listPending(conversation)).toEqual(['b 3']);
  conversation.turn();
  expect(listPending(conversation)).toEqual(['b 3']);
  expect(conversation.turn().lifecycle('blocker').reason).toBe('LOOP');
  expect(listPending(conversation)).toEqual(['b 2']);
});

test('2.14: a start is not pending on a turn that answers the blocking instance, beside another one', () => {
  const sign: ScenarioDraft = {
    scenarioId: 'sign',
    steps: [{ stepId: 'sign', isCheckpoint: true, blocksStarts: true, to: ['ask_x'] }, ...asking('sign', ['x']).steps],
  };
  const conversation = new Conversation([asking('c', ['y']), sign, asking('b', ['z'])]);
  conversation.turn({ candidates: { c: 0.9, sign: 0.8 } });
  const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }], candidates: { b: 0.9 } });
  expect(played.rejections).toEqual(['b START_BLOCKED']);
  expect(listPending(conversation)).toEqual([]);
});

test('2.11: an implied scenario that is paused resumes without displacing another one', () => {
  const conversation = new Conversation([asking('a', ['x']), asking('b', ['y'])], {
    relationships: [aRelationship('rule', 'IMPLIES', 'a', 'RULE')],
    settings: { maxSimultaneousScenarios: 1 },
  });
  conversation.turn({ candidates: { a: 0.9 } });
  conversation.turn({ candidates: { b: 0.9 }, signals: [['PAUSE', 'a']] });
  const played = conversation.turn({ rules: [{}] });
  expect(played.lifecycle('a')).toMatchObject({ reason: 'STAYS_PAUSED', staysPausedBecause: 'CAPACITY' });
  expect(conversation.turn({ candidates: { a: 0.9 } }).actions).toEqual(['a CONTINUE RESUMED', 'b PAUSE PREEMPTED']);
});

test('11: a candidate that is rejected by its score and then called is not reported as rejected', () => {
  const call: ScenarioDraft = {
    scenarioId: 'caller',
    steps: [{ stepId: 'call', calls: { scenarioId: 'a', reuseCompleted: false, returns: [] }, to: ['end'] }, end],
  };
  const played = new Conversation([call, asking('a', ['x'])]).turn({ candidates: { caller: 0.9, a: 0.3 } });
  expect([played.actions, played.rejections]).toEqual([['caller START CANDIDATE', 'a START CALLED'], []]);
});
