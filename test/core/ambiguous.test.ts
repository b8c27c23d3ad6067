import type { TurnDraft } from '../support/conversation';
import { type Link, linked, starts } from '../support/linked-scenarios';

describe('1.5 ambiguous', () => {
  const links: readonly Link[] = [['a', 'AMBIGUOUS', 'b']];
  const both: TurnDraft = { candidates: { b: 0.85, a: 0.8 } };

  test.each<[Link]>([[['a', 'AMBIGUOUS', 'b']], [['b', 'AMBIGUOUS', 'a']]])(
    '1.5 neither starts, both are rejected, and one CHOICE lists them: %j',
    (link) => {
      const played = linked([link]).turn(both);
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
    expect(starts(linked(links).turn({ candidates: { a, b } }))).toEqual(expected);
  });

  test('1.5 the margin is a setting', () => {
    expect(starts(linked(links, {}, { ambiguityMargin: 0.01 }).turn(both))).toEqual(['b', 'a']);
  });

  test('1.5 one that would not start is no rival', () => {
    expect(starts(linked(links, { b: { enabled: false } }).turn(both))).toEqual(['a']);
    expect(starts(linked(links, { b: { requires: { customer_no: 'HARD' } } }).turn(both))).toEqual(['a']);
  });

  test('1.5 three of them are one CHOICE', () => {
    const played = linked([
      ['a', 'AMBIGUOUS', 'b'],
      ['b', 'AMBIGUOUS', 'c'],
    ]).turn({ candidates: { a: 0.8, b: 0.8, c: 0.8 } });
    expect(played.plan).toEqual(['CHOICE a,b,c']);
  });

  test('1.5 what excludes each other is a CHOICE as well', () => {
    const played = linked([...links, ['a', 'EXCLUDES', 'b']]).turn(both);
    expect([played.rejections, played.plan]).toEqual([['b AMBIGUOUS', 'a AMBIGUOUS'], ['CHOICE b,a']]);
  });

  test('1.5 one that an active instance excludes would not start and is no rival', () => {
    const talk = linked([...links, ['b', 'AMBIGUOUS', 'c'], ['b', 'EXCLUDES', 'c']]);
    talk.turn({ candidates: { c: 0.9 } });
    const played = talk.turn(both);
    expect([starts(played), played.rejections]).toEqual([['a'], ['b EXCLUDED']]);
  });

  test('1.5 an ambiguous one does not start, so it supersedes, excludes and implies nobody', () => {
    const played = linked([...links, ['a', 'SPECIALIZES', 'c'], ['b', 'EXCLUDES', 'd'], ['a', 'IMPLIES', 'd']]).turn({
      candidates: { a: 0.8, b: 0.8, c: 0.7, d: 0.6 },
    });
    expect(starts(played)).toEqual(['c', 'd']);
    expect(played.rejections).toEqual(['a AMBIGUOUS', 'b AMBIGUOUS']);
  });

  test('1.5 those that would start because others are ambiguous may be ambiguous themselves', () => {
    const played = linked([...links, ['a', 'EXCLUDES', 'c'], ['c', 'AMBIGUOUS', 'd']]).turn({
      candidates: { a: 0.9, b: 0.9, c: 0.6, d: 0.6 },
    });
    expect(starts(played)).toEqual([]);
    expect(played.plan).toEqual(['CHOICE a,b,c,d']);
  });

  test('1.5 the same set is not offered on two turns running, and then again', () => {
    const talk = linked(links);
    expect([talk.turn(both), talk.turn(both), talk.turn(both)].map(({ plan }) => plan)).toEqual([
      ['CHOICE b,a'],
      [],
      ['CHOICE b,a'],
    ]);
  });

  test('1.5 the set is still rejected on the turn on which it is not offered', () => {
    const talk = linked(links);
    talk.turn(both);
    expect(talk.turn(both).rejections).toEqual(['b AMBIGUOUS', 'a AMBIGUOUS']);
  });

  test('1.5 another set is offered at once', () => {
    const talk = linked([...links, ['b', 'AMBIGUOUS', 'c']]);
    talk.turn(both);
    expect(talk.turn({ candidates: { b: 0.8, c: 0.8 } }).plan).toEqual(['CHOICE b,c']);
  });

  test.each<[string, TurnDraft]>([
    ['a START', { signals: [['START', 'a']] }],
    ['a candidate for one of them', { candidates: { a: 0.9 } }],
  ])('1.5 it is answered by %s', (_how, draft) => {
    const talk = linked(links);
    talk.turn(both);
    expect(starts(talk.turn(draft))).toEqual(['a']);
  });

  test('1.5 a START for one of them answers it although both are candidates again with nearly the same score', () => {
    const talk = linked(links);
    talk.turn({ candidates: { a: 0.95, b: 0.95 } });
    const played = talk.turn({ signals: [['START', 'a']], candidates: { a: 0.95, b: 0.95 } });
    expect([starts(played), played.rejections, played.plan]).toEqual([['a'], ['b AMBIGUOUS'], ['a ASK a_field']]);
  });
});

test('1.5 ambiguous: STARTs for both are ambiguous, as nothing was chosen', () => {
  const played = linked([['a', 'AMBIGUOUS', 'b']]).turn({ signals: [['START', 'a', 'b']] });
  expect([played.rejections, played.plan]).toEqual([['a AMBIGUOUS', 'b AMBIGUOUS'], ['CHOICE a,b']]);
});

test('1.5 ambiguous: a set that was offered after tools ran is not offered again on the next message', () => {
  const talk = linked([['a', 'AMBIGUOUS', 'b']]);
  const candidates = { a: 0.8, b: 0.8 };
  expect(talk.turn({ trigger: 'TOOL_RESULTS', candidates }).plan).toEqual(['CHOICE a,b']);
  expect(talk.turn({ candidates }).plan).toEqual([]);
});
