import type { PlayedTurn } from '../../support/conversation';
import {
  createLinkedConversation,
  getStartedScenarioIds,
  type RelationshipTuple,
} from '../../support/linked-scenarios';

describe('implies', () => {
  /** Each rejected candidate in one line. */
  function describeRejections({ result }: PlayedTurn): readonly string[] {
    return result.rejectedCandidates.map(
      ({ scenarioId, reason, origin, score }) => `${scenarioId} ${reason} ${origin} ${score}`,
    );
  }

  test('1.3: a starting scenario implies a candidate with score 1, after all other candidates', () => {
    const played = createLinkedConversation([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, c: 0.6 } });
    expect(played.actions).toEqual(['a START CANDIDATE', 'c START CANDIDATE', 'b START IMPLIED']);
    expect(played.lifecycle('b').confidence).toBe(1);
  });

  test('1.3: only an applied rule implies a candidate', () => {
    const links: readonly RelationshipTuple[] = [['vip', 'IMPLIES', 'b', 'RULE']];
    expect(
      createLinkedConversation(links).turn({ rules: [{ ruleId: 'vip' }], candidates: { a: 0.6 } }).actions,
    ).toEqual(['a START CANDIDATE', 'b START IMPLIED']);
    expect(createLinkedConversation(links).turn().actions).toEqual([]);
  });

  test('1.3: a candidate that does not start does not imply other candidates', () => {
    const played = createLinkedConversation([['a', 'IMPLIES', 'b']], { a: { enabled: false } }).turn({
      candidates: { a: 0.9 },
    });
    expect([played.actions, played.rejections]).toEqual([[], ['a DISABLED']]);
  });

  test('1.3: an instance that continues or resumes does not imply a candidate', () => {
    const conversation = createLinkedConversation([['a', 'IMPLIES', 'b']]);
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn({
      signals: [
        ['CANCEL', 'b'],
        ['PAUSE', 'a'],
      ],
    });
    expect(conversation.turn({ candidates: { a: 0.9 } }).actions).toEqual(['a CONTINUE RESUMED']);
  });

  test('1.3: implications are followed to a fixpoint, each scenario once', () => {
    const played = createLinkedConversation([
      ['a', 'IMPLIES', 'b'],
      ['b', 'IMPLIES', 'c'],
      ['c', 'IMPLIES', 'a'],
    ]).turn({ candidates: { a: 0.9 } });
    expect(played.actions).toEqual(['a START CANDIDATE', 'b START IMPLIED', 'c START IMPLIED']);
    expect(played.rejections).toEqual([]);
  });

  test('1.3: implied candidates are ordered by priority, then id', () => {
    const played = createLinkedConversation(
      [
        ['a', 'IMPLIES', 'b'],
        ['a', 'IMPLIES', 'd'],
        ['a', 'IMPLIES', 'c'],
      ],
      { d: { priority: 1 } },
    ).turn({ candidates: { a: 0.9 } });
    expect(getStartedScenarioIds(played)).toEqual(['a', 'd', 'b', 'c']);
    const byRules = createLinkedConversation([
      ['vip', 'IMPLIES', 'c', 'RULE'],
      ['new', 'IMPLIES', 'b', 'RULE'],
    ]).turn({ rules: [{ ruleId: 'vip' }, { ruleId: 'new' }] });
    expect(getStartedScenarioIds(byRules)).toEqual(['b', 'c']);
  });

  test('1.3: an implication replaces the score of a candidate below the threshold only', () => {
    const low = createLinkedConversation([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, b: 0.2 } });
    expect([low.lifecycle('b').reason, low.lifecycle('b').confidence, low.rejections]).toEqual(['IMPLIED', 1, []]);
    const high = createLinkedConversation([['a', 'IMPLIES', 'b']]).turn({ candidates: { a: 0.9, b: 0.7 } });
    expect([high.lifecycle('b').reason, high.lifecycle('b').confidence]).toEqual(['CANDIDATE', 0.7]);
  });

  test('1.3: an implied candidate is tested like every other', () => {
    const played = createLinkedConversation([
      ['a', 'IMPLIES', 'b'],
      ['a', 'EXCLUDES', 'b'],
    ]).turn({ candidates: { a: 0.9 } });
    expect(getStartedScenarioIds(played)).toEqual(['a']);
    expect(played.result.rejectedCandidates).toMatchObject([
      { scenarioId: 'b', origin: 'IMPLIED', score: 1, reason: 'EXCLUDED' },
    ]);
  });

  test('1.3: an implied scenario that is paused resumes', () => {
    const conversation = createLinkedConversation([['a', 'IMPLIES', 'b']]);
    conversation.turn({ candidates: { b: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.turn({ candidates: { a: 0.9 } }).actions).toEqual(['b CONTINUE RESUMED', 'a START CANDIDATE']);
  });

  test('1.3: a rule and a scenario with the same id are different sources', () => {
    const conversation = createLinkedConversation([
      ['a', 'IMPLIES', 'b', 'RULE'],
      ['c', 'IMPLIES', 'd'],
    ]);
    expect(getStartedScenarioIds(conversation.turn({ candidates: { a: 0.9 } }))).toEqual(['a']);
    expect(getStartedScenarioIds(conversation.turn({ rules: [{ ruleId: 'c' }] }))).toEqual([]);
  });

  test('1.3: a relationship that is listed twice implies one candidate', () => {
    const played = createLinkedConversation([
      ['a', 'IMPLIES', 'b'],
      ['a', 'IMPLIES', 'b'],
    ]).turn({ candidates: { a: 0.9 } });
    expect([getStartedScenarioIds(played), describeRejections(played)]).toEqual([['a', 'b'], []]);
  });

  test.each([0.95, 0.7, 0.5])('1.3: a rejected candidate with score %d is not tried again as implied', (score) => {
    const off = { b: { enabled: false } };
    const byScenario = createLinkedConversation([['a', 'IMPLIES', 'b']], off).turn({
      candidates: { a: 0.9, b: score },
    });
    const byRule = createLinkedConversation([['vip', 'IMPLIES', 'b', 'RULE']], off).turn({
      candidates: { b: score },
      rules: [{ ruleId: 'vip' }],
    });
    expect(describeRejections(byScenario)).toEqual([`b DISABLED CANDIDATE ${score}`]);
    expect(describeRejections(byRule)).toEqual([`b DISABLED CANDIDATE ${score}`]);
  });
});
