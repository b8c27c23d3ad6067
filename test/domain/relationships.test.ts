import { dependencyCycle } from '../../src/domain/relationship-cycle';
import type { RelationshipKind } from '../../src/domain/scenario';
import { aRelationship, Conversation, type Played, type TurnDraft } from '../support/conversation';
import { asking, confirming, silent, type Variation } from '../support/sample-scenarios';

type Link = readonly [source: string, kind: RelationshipKind, target: string, sourceType?: 'RULE'];

/** Scenarios a, b, c, d that each ask for a field of their own name. */
function aTalk(
  links: readonly Link[],
  variations: Readonly<Record<string, Variation>> = {},
  settings = {},
): Conversation {
  return new Conversation(
    ['a', 'b', 'c', 'd'].map((id) => asking(id, [`${id}_field`], variations[id])),
    {
      relationships: links.map(([source, kind, target, sourceType]) => aRelationship(source, kind, target, sourceType)),
      settings,
    },
  );
}
const starts = (played: Played): readonly string[] =>
  played.actions.filter((action) => action.includes('START')).map((action) => action.slice(0, 1));

describe('1.1 depends_on', () => {
  const links: readonly Link[] = [['a', 'DEPENDS_ON', 'b']];

  test('1.1 it does not start before the other has completed, and says which', () => {
    const talk = aTalk(links);
    const played = talk.turn({ candidates: { a: 0.9 } });
    expect(played.rejections).toEqual(['a DEPENDENCY']);
    expect(played.result.rejectedCandidates[0]?.blockingScenarioIds).toEqual(['b']);
  });

  test('1.1 a running or cancelled one does not satisfy it', () => {
    const talk = aTalk(links, {}, { pendingStartTurns: 0 });
    talk.turn({ candidates: { b: 0.9 } });
    expect(talk.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY']);
    talk.turn({ signals: [['CANCEL', 'b']] });
    expect(talk.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY']);
  });

  test('1.1 one that completes in this very turn does', () => {
    const talk = aTalk(links);
    talk.turn({ candidates: { b: 0.9 } });
    expect(talk.turn({ signals: [['COMPLETE', 'b']], candidates: { a: 0.9 } }).actions).toEqual([
      'b COMPLETE USER_REQUEST',
      'a START CANDIDATE',
    ]);
  });

  test('1.1 one that completed long ago does, also when it runs again', () => {
    const talk = aTalk(links);
    talk.turn({ candidates: { b: 0.9 } });
    talk.turn({ signals: [['COMPLETE', 'b']] });
    talk.turn({ candidates: { b: 0.9 } });
    expect(starts(talk.turn({ candidates: { a: 0.9 } }))).toEqual(['a']);
  });

  test('1.1 all that it depends on must have completed', () => {
    const talk = aTalk([
      ['a', 'DEPENDS_ON', 'c'],
      ['a', 'DEPENDS_ON', 'b'],
    ]);
    talk.turn({ candidates: { b: 0.9 } });
    const played = talk.turn({ signals: [['COMPLETE', 'b']], candidates: { a: 0.9 } });
    expect(played.result.rejectedCandidates).toMatchObject([{ reason: 'DEPENDENCY', blockingScenarioIds: ['c'] }]);
  });

  test('1.1 it holds a START that is aimed as well', () => {
    expect(aTalk(links).turn({ signals: [['START', 'a']] }).rejections).toEqual(['a DEPENDENCY']);
  });
});

test('1.1 depends_on: a relationship that would close a cycle is found, and one that does not is none', () => {
  const stored = [
    aRelationship('a', 'DEPENDS_ON', 'b'),
    aRelationship('b', 'DEPENDS_ON', 'c'),
    aRelationship('c', 'IMPLIES', 'd'),
  ];
  expect(dependencyCycle(stored, aRelationship('c', 'DEPENDS_ON', 'a'))).toEqual(['c', 'a', 'b', 'c']);
  expect(dependencyCycle(stored, aRelationship('a', 'DEPENDS_ON', 'a'))).toEqual(['a', 'a']);
  expect(dependencyCycle(stored, aRelationship('a', 'DEPENDS_ON', 'c'))).toBeUndefined();
  expect(dependencyCycle(stored, aRelationship('d', 'DEPENDS_ON', 'c'))).toBeUndefined();
});

describe('1.2 excludes', () => {
  test.each<[Link]>([[['a', 'EXCLUDES', 'b']], [['b', 'EXCLUDES', 'a']]])(
    '1.2 of two candidates the first in start order starts, whichever excludes: %j',
    (link) => {
      const played = aTalk([link]).turn({ candidates: { a: 0.8, b: 0.9 } });
      expect(starts(played)).toEqual(['b']);
      expect(played.result.rejectedCandidates).toMatchObject([
        { scenarioId: 'a', reason: 'EXCLUDED', blockingScenarioIds: ['b'] },
      ]);
    },
  );

  test('1.2 of two candidates a higher priority changes nothing for the one that comes later', () => {
    expect(
      starts(aTalk([['a', 'EXCLUDES', 'b']], { a: { priority: 9 } }).turn({ candidates: { a: 0.8, b: 0.9 } })),
    ).toEqual(['b']);
  });

  test('1.2 a first candidate that does not start excludes nobody', () => {
    const played = aTalk([['a', 'EXCLUDES', 'b']], { b: { enabled: false } }).turn({ candidates: { a: 0.8, b: 0.9 } });
    expect(starts(played)).toEqual(['a']);
  });

  test.each<[number, readonly string[]]>([
    [0, ['a CONTINUE GOES_ON']],
    [1, ['a PAUSE PREEMPTED', 'b START CANDIDATE']],
    [-1, ['a CONTINUE GOES_ON']],
  ])('1.2 against an active instance of priority 0 a candidate of priority %i: %j', (priority, actions) => {
    const talk = aTalk([['a', 'EXCLUDES', 'b']], { b: { priority } });
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ candidates: { b: 0.9 } }).actions).toEqual(actions);
  });

  test('1.2 a paused instance excludes nobody', () => {
    const talk = aTalk([['a', 'EXCLUDES', 'b']]);
    talk.turn({ candidates: { a: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    expect(talk.turn({ candidates: { b: 0.9 } }).actions).toEqual(['a PAUSE STAYS_PAUSED', 'b START CANDIDATE']);
  });

  test('1.2 one that ends this turn excludes nobody', () => {
    const talk = aTalk([['a', 'EXCLUDES', 'b']]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ signals: ['CANCEL'], candidates: { b: 0.9 } }).actions).toEqual([
      'a CANCEL USER_REQUEST',
      'b START CANDIDATE',
    ]);
  });

  test.each(['a', 'b'])('1.2 an exclusive scenario excludes every other in both directions: %s', (id) => {
    const talk = aTalk([], { [id]: { exclusive: true } });
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ candidates: { b: 0.9 } }).rejections).toEqual(['b EXCLUDED']);
  });

  test('1.2 an exclusive scenario of higher priority pauses all others', () => {
    const talk = aTalk([], { c: { exclusive: true, priority: 1 } });
    talk.turn({ candidates: { a: 0.9, b: 0.8 } });
    expect(talk.turn({ candidates: { c: 0.9 } }).actions).toEqual([
      'a PAUSE PREEMPTED',
      'b PAUSE PREEMPTED',
      'c START CANDIDATE',
    ]);
  });

  test('1.2 one stronger rival is enough to keep it out, and then nobody is paused', () => {
    const talk = aTalk(
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
    const talk = aTalk([['blocked_region', 'EXCLUDES', 'a', 'RULE']]);
    const played = talk.turn({ candidates: { a: 0.9 }, rules: [{ ruleId: 'blocked_region' }] });
    expect(played.result.rejectedCandidates).toMatchObject([
      { reason: 'EXCLUDED', blockingScenarioIds: [], blockingRuleIds: ['blocked_region'] },
    ]);
    expect(starts(talk.turn({ candidates: { a: 0.9 }, rules: [{ ruleId: 'other' }] }))).toEqual(['a']);
  });

  test('1.2 an applied rule leaves what is active alone', () => {
    const talk = aTalk([['blocked_region', 'EXCLUDES', 'a', 'RULE']]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ rules: [{ ruleId: 'blocked_region' }] }).actions).toEqual(['a CONTINUE GOES_ON']);
  });

  test('1.2 a chain: the second start displaces what the first one left, and never the first', () => {
    const talk = aTalk(
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

describe('1.3 implies', () => {
  test('1.3 a starting scenario brings another with score 1, after all other candidates', () => {
    const played = aTalk([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, c: 0.6 } });
    expect(played.actions).toEqual(['a START CANDIDATE', 'c START CANDIDATE', 'b START IMPLIED']);
    expect(played.lifecycle('b').confidence).toBe(1);
  });

  test('1.3 an applied rule brings one, a rule that is not applied none', () => {
    const links: readonly Link[] = [['vip', 'IMPLIES', 'b', 'RULE']];
    expect(aTalk(links).turn({ rules: [{ ruleId: 'vip' }], candidates: { a: 0.6 } }).actions).toEqual([
      'a START CANDIDATE',
      'b START IMPLIED',
    ]);
    expect(aTalk(links).turn().actions).toEqual([]);
  });

  test('1.3 a candidate that does not start implies nothing', () => {
    const played = aTalk([['a', 'IMPLIES', 'b']], { a: { enabled: false } }).turn({ candidates: { a: 0.9 } });
    expect([played.actions, played.rejections]).toEqual([[], ['a DISABLED']]);
  });

  test('1.3 an instance that goes on or resumes implies nothing', () => {
    const talk = aTalk([['a', 'IMPLIES', 'b']]);
    talk.turn({ candidates: { a: 0.9 } });
    talk.turn({
      signals: [
        ['CANCEL', 'b'],
        ['PAUSE', 'a'],
      ],
    });
    expect(talk.turn({ candidates: { a: 0.9 } }).actions).toEqual(['a CONTINUE RESUMED']);
  });

  test('1.3 to a fixpoint, each scenario once, also in a circle', () => {
    const played = aTalk([
      ['a', 'IMPLIES', 'b'],
      ['b', 'IMPLIES', 'c'],
      ['c', 'IMPLIES', 'a'],
    ]).turn({ candidates: { a: 0.9 } });
    expect(played.actions).toEqual(['a START CANDIDATE', 'b START IMPLIED', 'c START IMPLIED']);
    expect(played.rejections).toEqual([]);
  });

  test('1.3 of several that are implied at once the higher priority comes first, then the id', () => {
    const played = aTalk(
      [
        ['a', 'IMPLIES', 'b'],
        ['a', 'IMPLIES', 'd'],
        ['a', 'IMPLIES', 'c'],
      ],
      { d: { priority: 1 } },
    ).turn({ candidates: { a: 0.9 } });
    expect(starts(played)).toEqual(['a', 'd', 'b', 'c']);
    const byRules = aTalk([
      ['vip', 'IMPLIES', 'c', 'RULE'],
      ['new', 'IMPLIES', 'b', 'RULE'],
    ]).turn({ rules: [{ ruleId: 'vip' }, { ruleId: 'new' }] });
    expect(starts(byRules)).toEqual(['b', 'c']);
  });

  test('1.3 it raises a candidate below the threshold, and leaves one above it as it is', () => {
    const low = aTalk([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, b: 0.2 } });
    expect([low.lifecycle('b').reason, low.lifecycle('b').confidence, low.rejections]).toEqual(['IMPLIED', 1, []]);
    const high = aTalk([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, b: 0.7 } });
    expect([high.lifecycle('b').reason, high.lifecycle('b').confidence]).toEqual(['CANDIDATE', 0.7]);
  });

  test('1.3 one that is excluded is rejected like every other candidate', () => {
    const played = aTalk([
      ['a', 'IMPLIES', 'b'],
      ['a', 'EXCLUDES', 'b'],
    ]).turn({ candidates: { a: 0.9 } });
    expect(starts(played)).toEqual(['a']);
    expect(played.result.rejectedCandidates).toMatchObject([
      { scenarioId: 'b', origin: 'IMPLIED', score: 1, reason: 'EXCLUDED' },
    ]);
  });

  test('1.3 one that is paused resumes, as a candidate with score 1 names it', () => {
    const talk = aTalk([['a', 'IMPLIES', 'b']]);
    talk.turn({ candidates: { b: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    expect(talk.turn({ candidates: { a: 0.9 } }).actions).toEqual(['b CONTINUE RESUMED', 'a START CANDIDATE']);
  });

  test('1.3 a rule and a scenario of the same id are two different sources', () => {
    const talk = aTalk([
      ['a', 'IMPLIES', 'b', 'RULE'],
      ['c', 'IMPLIES', 'd'],
    ]);
    expect(starts(talk.turn({ candidates: { a: 0.9 } }))).toEqual(['a']);
    expect(starts(talk.turn({ rules: [{ ruleId: 'c' }] }))).toEqual([]);
  });
});

describe('1.4 specializes', () => {
  test.each([[{ a: 0.9, b: 0.8 }], [{ a: 0.8, b: 0.9 }]])(
    '1.4 when both are candidates and the special one starts, the other is rejected: %j',
    (candidates) => {
      const played = aTalk([['a', 'SPECIALIZES', 'b']]).turn({ candidates });
      expect(starts(played)).toEqual(['a']);
      expect(played.result.rejectedCandidates).toMatchObject([
        { scenarioId: 'b', reason: 'SUPERSEDED', blockingScenarioIds: ['a'] },
      ]);
    },
  );

  test('1.4 it is not symmetric, and a special one that does not start rejects nobody', () => {
    expect(
      starts(aTalk([['a', 'SPECIALIZES', 'b']], { a: { enabled: false } }).turn({ candidates: { a: 0.9, b: 0.8 } })),
    ).toEqual(['b']);
    expect(starts(aTalk([['a', 'SPECIALIZES', 'b']]).turn({ candidates: { b: 0.8 } }))).toEqual(['b']);
  });

  test('1.4 an active special one rejects nobody', () => {
    const talk = aTalk([['a', 'SPECIALIZES', 'b']]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(starts(talk.turn({ candidates: { b: 0.9 } }))).toEqual(['b']);
  });

  test('1.4 where each specializes the other the first in start order starts and the second is rejected', () => {
    const played = aTalk([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'SPECIALIZES', 'a'],
    ]).turn({ candidates: { a: 0.8, b: 0.9 } });
    expect(starts(played)).toEqual(['b']);
    expect(played.rejections).toEqual(['a SUPERSEDED']);
  });

  test('1.4 in a chain the middle one is rejected and therefore rejects nobody', () => {
    const played = aTalk([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'SPECIALIZES', 'c'],
    ]).turn({ candidates: { c: 0.9, b: 0.8, a: 0.7 } });
    expect(starts(played)).toEqual(['c', 'a']);
    expect(played.rejections).toEqual(['b SUPERSEDED']);
  });

  test('1.4 what is rejected takes no room and excludes nobody', () => {
    const played = aTalk([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'EXCLUDES', 'c'],
    ]).turn({ candidates: { b: 0.9, a: 0.8, c: 0.7 } });
    expect(starts(played)).toEqual(['a', 'c']);
  });

  test('1.4 what is rejected implies nothing', () => {
    const played = aTalk([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'IMPLIES', 'c'],
    ]).turn({ candidates: { b: 0.9, a: 0.8 } });
    expect(starts(played)).toEqual(['a']);
    expect(played.rejections).toEqual(['b SUPERSEDED']);
  });
});

describe('1.5 ambiguous', () => {
  const links: readonly Link[] = [['a', 'AMBIGUOUS', 'b']];
  const both: TurnDraft = { candidates: { b: 0.85, a: 0.8 } };

  test.each<[Link]>([[['a', 'AMBIGUOUS', 'b']], [['b', 'AMBIGUOUS', 'a']]])(
    '1.5 neither starts, both are rejected, and one CHOICE lists them: %j',
    (link) => {
      const played = aTalk([link]).turn(both);
      expect(played.actions).toEqual([]);
      expect(played.rejections).toEqual(['b AMBIGUOUS', 'a AMBIGUOUS']);
      expect(played.plan).toEqual(['CHOICE b,a']);
      expect(played.result.plan.hasConfirms).toBe(true);
      expect(played.result.plan.contributions[0]).toMatchObject({
        type: 'CONFIRM',
        confirmKind: 'CHOICE',
        scenarioId: '',
        choices: [
          { scenarioId: 'b', score: 0.85 },
          { scenarioId: 'a', score: 0.8 },
        ],
      });
    },
  );

  test.each<[number, number, readonly string[]]>([
    [0.9, 0.8, ['a', 'b']],
    [0.9, 0.81, []],
    [0.7, 0.6, ['a', 'b']],
  ])('1.5 scores %d and %d: less than the margin apart is ambiguous, the margin itself is not', (a, b, expected) => {
    expect(starts(aTalk(links).turn({ candidates: { a, b } }))).toEqual(expected);
  });

  test('1.5 the margin is a setting', () => {
    expect(starts(aTalk(links, {}, { ambiguityMargin: 0.01 }).turn(both))).toEqual(['b', 'a']);
  });

  test('1.5 one that would not start is no rival', () => {
    expect(starts(aTalk(links, { b: { enabled: false } }).turn(both))).toEqual(['a']);
    expect(starts(aTalk(links, { b: { requires: { customer_no: 'HARD' } } }).turn(both))).toEqual(['a']);
  });

  test('1.5 three of them are one CHOICE', () => {
    const played = aTalk([
      ['a', 'AMBIGUOUS', 'b'],
      ['b', 'AMBIGUOUS', 'c'],
    ]).turn({ candidates: { a: 0.8, b: 0.8, c: 0.8 } });
    expect(played.plan).toEqual(['CHOICE a,b,c']);
  });

  test('1.5 what excludes each other is a CHOICE as well', () => {
    const played = aTalk([...links, ['a', 'EXCLUDES', 'b']]).turn(both);
    expect([played.rejections, played.plan]).toEqual([['b AMBIGUOUS', 'a AMBIGUOUS'], ['CHOICE b,a']]);
  });

  test('1.5 one that an active instance excludes would not start and is no rival', () => {
    const talk = aTalk([...links, ['b', 'AMBIGUOUS', 'c'], ['b', 'EXCLUDES', 'c']]);
    talk.turn({ candidates: { c: 0.9 } });
    const played = talk.turn(both);
    expect([starts(played), played.rejections]).toEqual([['a'], ['b EXCLUDED']]);
  });

  test('1.5 an ambiguous one does not start, so it supersedes, excludes and implies nobody', () => {
    const played = aTalk([...links, ['a', 'SPECIALIZES', 'c'], ['b', 'EXCLUDES', 'd'], ['a', 'IMPLIES', 'd']]).turn({
      candidates: { a: 0.8, b: 0.8, c: 0.7, d: 0.6 },
    });
    expect(starts(played)).toEqual(['c', 'd']);
    expect(played.rejections).toEqual(['a AMBIGUOUS', 'b AMBIGUOUS']);
  });

  test('1.5 those that would start because others are ambiguous may be ambiguous themselves', () => {
    const played = aTalk([...links, ['a', 'EXCLUDES', 'c'], ['c', 'AMBIGUOUS', 'd']]).turn({
      candidates: { a: 0.9, b: 0.9, c: 0.6, d: 0.6 },
    });
    expect(starts(played)).toEqual([]);
    expect(played.plan).toEqual(['CHOICE a,b,c,d']);
  });

  test('1.5 the same set is not offered on two turns running, and then again', () => {
    const talk = aTalk(links);
    expect([talk.turn(both), talk.turn(both), talk.turn(both)].map(({ plan }) => plan)).toEqual([
      ['CHOICE b,a'],
      [],
      ['CHOICE b,a'],
    ]);
  });

  test('1.5 the set is still rejected on the turn on which it is not offered', () => {
    const talk = aTalk(links);
    talk.turn(both);
    expect(talk.turn(both).rejections).toEqual(['b AMBIGUOUS', 'a AMBIGUOUS']);
  });

  test('1.5 another set is offered at once', () => {
    const talk = aTalk([...links, ['b', 'AMBIGUOUS', 'c']]);
    talk.turn(both);
    expect(talk.turn({ candidates: { b: 0.8, c: 0.8 } }).plan).toEqual(['CHOICE b,c']);
  });

  test.each<[string, TurnDraft]>([
    ['a START', { signals: [['START', 'a']] }],
    ['a candidate for one of them', { candidates: { a: 0.9 } }],
  ])('1.5 it is answered by %s', (_how, draft) => {
    const talk = aTalk(links);
    talk.turn(both);
    expect(starts(talk.turn(draft))).toEqual(['a']);
  });

  test('1.5 a START for one of them answers it although both are candidates again with nearly the same score', () => {
    const talk = aTalk(links);
    talk.turn({ candidates: { a: 0.95, b: 0.95 } });
    const played = talk.turn({ signals: [['START', 'a']], candidates: { a: 0.95, b: 0.95 } });
    expect([starts(played), played.rejections, played.plan]).toEqual([['a'], ['b AMBIGUOUS'], ['a ASK a_field']]);
  });
});

test('1.6 related: it has no effect and is returned', () => {
  const links: readonly Link[] = [['a', 'RELATED', 'b']];
  const played = aTalk(links).turn({ candidates: { a: 0.8, b: 0.8 } });
  expect(starts(played)).toEqual(['a', 'b']);
  expect(played.result.context.relationships).toEqual([aRelationship('a', 'RELATED', 'b')]);
});

test('1 relationships: without any of them nothing of this applies', () => {
  const talk = new Conversation([silent('chat'), confirming('payment')]);
  expect(talk.turn({ candidates: { chat: 0.8, payment: 0.8 } }).rejections).toEqual([]);
});
