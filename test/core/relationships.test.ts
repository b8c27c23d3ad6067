import fc from 'fast-check';
import { findCycleIndex, findDependencyCycle } from '../../src/core/scenario/relationship-problem';
import { aRelationship, Conversation } from '../support/conversation';
import { type Link, linked, starts } from '../support/linked-scenarios';
import { confirming, silent } from '../support/sample-scenarios';

describe('1.1 depends_on', () => {
  const links: readonly Link[] = [['a', 'DEPENDS_ON', 'b']];

  test('1.1 it does not start before the other has completed, and says which', () => {
    const talk = linked(links);
    const played = talk.turn({ candidates: { a: 0.9 } });
    expect(played.rejections).toEqual(['a DEPENDENCY']);
    expect(played.result.rejectedCandidates[0]?.blockingScenarioIds).toEqual(['b']);
  });

  test('1.1 a running or cancelled one does not satisfy it', () => {
    const talk = linked(links, {}, { pendingStartTurns: 0 });
    talk.turn({ candidates: { b: 0.9 } });
    expect(talk.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY']);
    talk.turn({ signals: [['CANCEL', 'b']] });
    expect(talk.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY']);
  });

  test('1.1 one that completes in this very turn does', () => {
    const talk = linked(links);
    talk.turn({ candidates: { b: 0.9 } });
    expect(talk.turn({ signals: [['COMPLETE', 'b']], candidates: { a: 0.9 } }).actions).toEqual([
      'b COMPLETE USER_REQUEST',
      'a START CANDIDATE',
    ]);
  });

  test('1.1 one that completed long ago does, also when it runs again', () => {
    const talk = linked(links);
    talk.turn({ candidates: { b: 0.9 } });
    talk.turn({ signals: [['COMPLETE', 'b']] });
    talk.turn({ candidates: { b: 0.9 } });
    expect(starts(talk.turn({ candidates: { a: 0.9 } }))).toEqual(['a']);
  });

  test('1.1 all that it depends on must have completed', () => {
    const talk = linked([
      ['a', 'DEPENDS_ON', 'c'],
      ['a', 'DEPENDS_ON', 'b'],
    ]);
    talk.turn({ candidates: { b: 0.9 } });
    const played = talk.turn({ signals: [['COMPLETE', 'b']], candidates: { a: 0.9 } });
    expect(played.result.rejectedCandidates).toMatchObject([{ reason: 'DEPENDENCY', blockingScenarioIds: ['c'] }]);
  });

  test('1.1 it holds a START that is aimed as well', () => {
    expect(linked(links).turn({ signals: [['START', 'a']] }).rejections).toEqual(['a DEPENDENCY']);
  });
});

test('1.1 depends_on: a relationship that would close a cycle is found, and one that does not is none', () => {
  const stored = [
    aRelationship('a', 'DEPENDS_ON', 'b'),
    aRelationship('b', 'DEPENDS_ON', 'c'),
    aRelationship('c', 'IMPLIES', 'd'),
  ];
  expect(findDependencyCycle(stored, aRelationship('c', 'DEPENDS_ON', 'a'))).toEqual(['c', 'a', 'b', 'c']);
  expect(findDependencyCycle(stored, aRelationship('a', 'DEPENDS_ON', 'a'))).toEqual(['a', 'a']);
  expect(findDependencyCycle(stored, aRelationship('a', 'DEPENDS_ON', 'c'))).toBeUndefined();
  expect(findDependencyCycle(stored, aRelationship('d', 'DEPENDS_ON', 'c'))).toBeUndefined();
  expect(findDependencyCycle(stored, aRelationship('c', 'IMPLIES', 'a'))).toBeUndefined();
});

test('1.1 depends_on: of two ways round the shorter one is told', () => {
  const stored = [
    aRelationship('a', 'DEPENDS_ON', 'b'),
    aRelationship('b', 'DEPENDS_ON', 'c'),
    aRelationship('c', 'DEPENDS_ON', 'd'),
    aRelationship('a', 'DEPENDS_ON', 'd'),
    aRelationship('c', 'DEPENDS_ON', 'b'),
  ];
  expect(findDependencyCycle(stored, aRelationship('d', 'DEPENDS_ON', 'a'))).toEqual(['d', 'a', 'd']);
  expect(findDependencyCycle(stored, aRelationship('e', 'DEPENDS_ON', 'a'))).toBeUndefined();
});

test('1.1 depends_on: a list has a cycle where one of it, stored after the others, would close one', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const kind = fc.constantFrom('DEPENDS_ON', 'DEPENDS_ON', 'DEPENDS_ON', 'IMPLIES');
  const list = fc.array(
    fc.tuple(id, kind, id).map(([source, what, target]) => aRelationship(source, what, target)),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(list, (relationships) => {
      const closing = relationships.map(
        (each, at) => findDependencyCycle(relationships.toSpliced(at, 1), each) !== undefined,
      );
      const place = findCycleIndex(relationships);
      if (place === undefined) expect(closing).not.toContain(true);
      else expect(closing[place]).toBe(true);
    }),
  );
});

describe('1.2 excludes', () => {
  test.each<[Link]>([[['a', 'EXCLUDES', 'b']], [['b', 'EXCLUDES', 'a']]])(
    '1.2 of two candidates the first in start order starts, whichever excludes: %j',
    (link) => {
      const played = linked([link]).turn({ candidates: { a: 0.8, b: 0.9 } });
      expect(starts(played)).toEqual(['b']);
      expect(played.result.rejectedCandidates).toMatchObject([
        { scenarioId: 'a', reason: 'EXCLUDED', blockingScenarioIds: ['b'] },
      ]);
    },
  );

  test('1.2 of two candidates a higher priority changes nothing for the one that comes later', () => {
    expect(
      starts(linked([['a', 'EXCLUDES', 'b']], { a: { priority: 9 } }).turn({ candidates: { a: 0.8, b: 0.9 } })),
    ).toEqual(['b']);
  });

  test('1.2 a first candidate that does not start excludes nobody', () => {
    const played = linked([['a', 'EXCLUDES', 'b']], { b: { enabled: false } }).turn({ candidates: { a: 0.8, b: 0.9 } });
    expect(starts(played)).toEqual(['a']);
  });

  test.each<[number, readonly string[]]>([
    [0, ['a CONTINUE GOES_ON']],
    [1, ['a PAUSE PREEMPTED', 'b START CANDIDATE']],
    [-1, ['a CONTINUE GOES_ON']],
  ])('1.2 against an active instance of priority 0 a candidate of priority %i: %j', (priority, actions) => {
    const talk = linked([['a', 'EXCLUDES', 'b']], { b: { priority } });
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ candidates: { b: 0.9 } }).actions).toEqual(actions);
  });

  test('1.2 a paused instance excludes nobody', () => {
    const talk = linked([['a', 'EXCLUDES', 'b']]);
    talk.turn({ candidates: { a: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    expect(talk.turn({ candidates: { b: 0.9 } }).actions).toEqual(['a PAUSE STAYS_PAUSED', 'b START CANDIDATE']);
  });

  test('1.2 one that ends this turn excludes nobody', () => {
    const talk = linked([['a', 'EXCLUDES', 'b']]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ signals: ['CANCEL'], candidates: { b: 0.9 } }).actions).toEqual([
      'a CANCEL USER_REQUEST',
      'b START CANDIDATE',
    ]);
  });

  test.each(['a', 'b'])('1.2 an exclusive scenario excludes every other in both directions: %s', (id) => {
    const talk = linked([], { [id]: { exclusive: true } });
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ candidates: { b: 0.9 } }).rejections).toEqual(['b EXCLUDED']);
  });

  test('1.2 an exclusive scenario of higher priority pauses all others', () => {
    const talk = linked([], { c: { exclusive: true, priority: 1 } });
    talk.turn({ candidates: { a: 0.9, b: 0.8 } });
    expect(talk.turn({ candidates: { c: 0.9 } }).actions).toEqual([
      'a PAUSE PREEMPTED',
      'b PAUSE PREEMPTED',
      'c START CANDIDATE',
    ]);
  });

  test('1.2 one stronger rival is enough to keep it out, and then nobody is paused', () => {
    const talk = linked(
      [
        ['a', 'EXCLUDES', 'c'],
        ['b', 'EXCLUDES', 'c'],
      ],
      { b: { priority: 5 }, c: { priority: 1 } },
    );
    talk.turn({ candidates: { a: 0.9, b: 0.8 } });
    const played = talk.turn({ candidates: { c: 0.9 } });
    expect(played.actions).toEqual(['a CONTINUE GOES_ON', 'b CONTINUE GOES_ON']);
    expect(played.result.rejectedCandidates[0]?.blockingScenarioIds).toEqual(['b']);
  });

  test('1.2 an applied rule that excludes a scenario blocks its start, one that is not applied does not', () => {
    const talk = linked([['blocked_region', 'EXCLUDES', 'a', 'RULE']]);
    const played = talk.turn({ candidates: { a: 0.9 }, rules: [{ ruleId: 'blocked_region' }] });
    expect(played.result.rejectedCandidates).toMatchObject([
      { reason: 'EXCLUDED', blockingScenarioIds: [], blockingRuleIds: ['blocked_region'] },
    ]);
    expect(starts(talk.turn({ candidates: { a: 0.9 }, rules: [{ ruleId: 'other' }] }))).toEqual(['a']);
  });

  test('1.2 an applied rule leaves what is active alone', () => {
    const talk = linked([['blocked_region', 'EXCLUDES', 'a', 'RULE']]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ rules: [{ ruleId: 'blocked_region' }] }).actions).toEqual(['a CONTINUE GOES_ON']);
  });

  test('1.2 a chain: the second start displaces what the first one left, and never the first', () => {
    const talk = linked(
      [
        ['a', 'EXCLUDES', 'b'],
        ['b', 'EXCLUDES', 'c'],
      ],
      { b: { priority: 1 }, c: { priority: 2 } },
    );
    talk.turn({ candidates: { a: 0.9 } });
    const played = talk.turn({ candidates: { b: 0.9, c: 0.8 } });
    expect(played.actions).toEqual(['a PAUSE PREEMPTED', 'b START CANDIDATE']);
    expect(played.rejections).toEqual(['c EXCLUDED']);
  });
});

test('1.6 related: it has no effect and is returned', () => {
  const links: readonly Link[] = [['a', 'RELATED', 'b']];
  const played = linked(links).turn({ candidates: { a: 0.8, b: 0.8 } });
  expect(starts(played)).toEqual(['a', 'b']);
  expect(played.result.context.relationships).toEqual([aRelationship('a', 'RELATED', 'b')]);
});

test('1 relationships: without any of them nothing of this applies', () => {
  const talk = new Conversation([silent('chat'), confirming('payment')]);
  expect(talk.turn({ candidates: { chat: 0.8, payment: 0.8 } }).rejections).toEqual([]);
});
