import { type Link, linked, starts } from '../support/linked-scenarios';

describe('1.3 implies', () => {
  test('1.3 a starting scenario brings another with score 1, after all other candidates', () => {
    const played = linked([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, c: 0.6 } });
    expect(played.actions).toEqual(['a START CANDIDATE', 'c START CANDIDATE', 'b START IMPLIED']);
    expect(played.lifecycle('b').confidence).toBe(1);
  });

  test('1.3 an applied rule brings one, a rule that is not applied none', () => {
    const links: readonly Link[] = [['vip', 'IMPLIES', 'b', 'RULE']];
    expect(linked(links).turn({ rules: [{ ruleId: 'vip' }], candidates: { a: 0.6 } }).actions).toEqual([
      'a START CANDIDATE',
      'b START IMPLIED',
    ]);
    expect(linked(links).turn().actions).toEqual([]);
  });

  test('1.3 a candidate that does not start implies nothing', () => {
    const played = linked([['a', 'IMPLIES', 'b']], { a: { enabled: false } }).turn({ candidates: { a: 0.9 } });
    expect([played.actions, played.rejections]).toEqual([[], ['a DISABLED']]);
  });

  test('1.3 an instance that goes on or resumes implies nothing', () => {
    const talk = linked([['a', 'IMPLIES', 'b']]);
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
    const played = linked([
      ['a', 'IMPLIES', 'b'],
      ['b', 'IMPLIES', 'c'],
      ['c', 'IMPLIES', 'a'],
    ]).turn({ candidates: { a: 0.9 } });
    expect(played.actions).toEqual(['a START CANDIDATE', 'b START IMPLIED', 'c START IMPLIED']);
    expect(played.rejections).toEqual([]);
  });

  test('1.3 of several that are implied at once the higher priority comes first, then the id', () => {
    const played = linked(
      [
        ['a', 'IMPLIES', 'b'],
        ['a', 'IMPLIES', 'd'],
        ['a', 'IMPLIES', 'c'],
      ],
      { d: { priority: 1 } },
    ).turn({ candidates: { a: 0.9 } });
    expect(starts(played)).toEqual(['a', 'd', 'b', 'c']);
    const byRules = linked([
      ['vip', 'IMPLIES', 'c', 'RULE'],
      ['new', 'IMPLIES', 'b', 'RULE'],
    ]).turn({ rules: [{ ruleId: 'vip' }, { ruleId: 'new' }] });
    expect(starts(byRules)).toEqual(['b', 'c']);
  });

  test('1.3 it raises a candidate below the threshold, and leaves one above it as it is', () => {
    const low = linked([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, b: 0.2 } });
    expect([low.lifecycle('b').reason, low.lifecycle('b').confidence, low.rejections]).toEqual(['IMPLIED', 1, []]);
    const high = linked([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, b: 0.7 } });
    expect([high.lifecycle('b').reason, high.lifecycle('b').confidence]).toEqual(['CANDIDATE', 0.7]);
  });

  test('1.3 one that is excluded is rejected like every other candidate', () => {
    const played = linked([
      ['a', 'IMPLIES', 'b'],
      ['a', 'EXCLUDES', 'b'],
    ]).turn({ candidates: { a: 0.9 } });
    expect(starts(played)).toEqual(['a']);
    expect(played.result.rejectedCandidates).toMatchObject([
      { scenarioId: 'b', origin: 'IMPLIED', score: 1, reason: 'EXCLUDED' },
    ]);
  });

  test('1.3 one that is paused resumes, as a candidate with score 1 names it', () => {
    const talk = linked([['a', 'IMPLIES', 'b']]);
    talk.turn({ candidates: { b: 0.9 } });
    talk.turn({ signals: ['PAUSE'] });
    expect(talk.turn({ candidates: { a: 0.9 } }).actions).toEqual(['b CONTINUE RESUMED', 'a START CANDIDATE']);
  });

  test('1.3 a rule and a scenario of the same id are two different sources', () => {
    const talk = linked([
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
      const played = linked([['a', 'SPECIALIZES', 'b']]).turn({ candidates });
      expect(starts(played)).toEqual(['a']);
      expect(played.result.rejectedCandidates).toMatchObject([
        { scenarioId: 'b', reason: 'SUPERSEDED', blockingScenarioIds: ['a'] },
      ]);
    },
  );

  test('1.4 it is not symmetric, and a special one that does not start rejects nobody', () => {
    expect(
      starts(linked([['a', 'SPECIALIZES', 'b']], { a: { enabled: false } }).turn({ candidates: { a: 0.9, b: 0.8 } })),
    ).toEqual(['b']);
    expect(starts(linked([['a', 'SPECIALIZES', 'b']]).turn({ candidates: { b: 0.8 } }))).toEqual(['b']);
  });

  test('1.4 an active special one rejects nobody', () => {
    const talk = linked([['a', 'SPECIALIZES', 'b']]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(starts(talk.turn({ candidates: { b: 0.9 } }))).toEqual(['b']);
  });

  test('1.4 where each specializes the other the first in start order starts and the second is rejected', () => {
    const played = linked([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'SPECIALIZES', 'a'],
    ]).turn({ candidates: { a: 0.8, b: 0.9 } });
    expect(starts(played)).toEqual(['b']);
    expect(played.rejections).toEqual(['a SUPERSEDED']);
  });

  test('1.4 in a chain the middle one is rejected and therefore rejects nobody', () => {
    const played = linked([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'SPECIALIZES', 'c'],
    ]).turn({ candidates: { c: 0.9, b: 0.8, a: 0.7 } });
    expect(starts(played)).toEqual(['c', 'a']);
    expect(played.rejections).toEqual(['b SUPERSEDED']);
  });

  test('1.4 what is rejected takes no room and excludes nobody', () => {
    const played = linked([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'EXCLUDES', 'c'],
    ]).turn({ candidates: { b: 0.9, a: 0.8, c: 0.7 } });
    expect(starts(played)).toEqual(['a', 'c']);
  });

  test('1.4 what is rejected implies nothing', () => {
    const played = linked([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'IMPLIES', 'c'],
    ]).turn({ candidates: { b: 0.9, a: 0.8 } });
    expect(starts(played)).toEqual(['a']);
    expect(played.rejections).toEqual(['b SUPERSEDED']);
  });
});
