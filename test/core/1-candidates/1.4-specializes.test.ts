import { createLinkedConversation, getStartedScenarioIds } from '../../support/linked-scenarios';

describe('specializes', () => {
  test.each([[{ a: 0.9, b: 0.8 }], [{ a: 0.8, b: 0.9 }]])(
    '1.4: if the special scenario starts, the general candidate is rejected: %j',
    (candidates) => {
      const played = createLinkedConversation([['a', 'SPECIALIZES', 'b']]).turn({ candidates });
      expect(getStartedScenarioIds(played)).toEqual(['a']);
      expect(played.result.rejectedCandidates).toMatchObject([
        { scenarioId: 'b', reason: 'SUPERSEDED', blockingScenarioIds: ['a'] },
      ]);
    },
  );

  test('1.4: the relationship has one direction and needs a start of the special scenario', () => {
    expect(
      getStartedScenarioIds(
        createLinkedConversation([['a', 'SPECIALIZES', 'b']], { a: { enabled: false } }).turn({
          candidates: { a: 0.9, b: 0.8 },
        }),
      ),
    ).toEqual(['b']);
    expect(
      getStartedScenarioIds(createLinkedConversation([['a', 'SPECIALIZES', 'b']]).turn({ candidates: { b: 0.8 } })),
    ).toEqual(['b']);
  });

  test('1.4: an active special scenario does not reject candidates', () => {
    const conversation = createLinkedConversation([['a', 'SPECIALIZES', 'b']]);
    conversation.turn({ candidates: { a: 0.9 } });
    expect(getStartedScenarioIds(conversation.turn({ candidates: { b: 0.9 } }))).toEqual(['b']);
  });

  test('1.4: if each specializes the other, the first in start order starts', () => {
    const played = createLinkedConversation([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'SPECIALIZES', 'a'],
    ]).turn({ candidates: { a: 0.8, b: 0.9 } });
    expect(getStartedScenarioIds(played)).toEqual(['b']);
    expect(played.rejections).toEqual(['a SUPERSEDED']);
  });

  test('1.4: in a chain the middle scenario is rejected and does not reject candidates', () => {
    const played = createLinkedConversation([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'SPECIALIZES', 'c'],
    ]).turn({ candidates: { c: 0.9, b: 0.8, a: 0.7 } });
    expect(getStartedScenarioIds(played)).toEqual(['c', 'a']);
    expect(played.rejections).toEqual(['b SUPERSEDED']);
  });

  test('1.4: a superseded candidate does not use capacity or exclude other candidates', () => {
    const played = createLinkedConversation([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'EXCLUDES', 'c'],
    ]).turn({ candidates: { b: 0.9, a: 0.8, c: 0.7 } });
    expect(getStartedScenarioIds(played)).toEqual(['a', 'c']);
  });

  test('1.4: a superseded candidate does not imply other candidates', () => {
    const played = createLinkedConversation([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'IMPLIES', 'c'],
    ]).turn({ candidates: { b: 0.9, a: 0.8 } });
    expect(getStartedScenarioIds(played)).toEqual(['a']);
    expect(played.rejections).toEqual(['b SUPERSEDED']);
  });

  test('1.4: a circle is resolved independently of other starts', () => {
    const played = createLinkedConversation([
      ['a', 'SPECIALIZES', 'b'],
      ['b', 'SPECIALIZES', 'a'],
    ]).turn({ candidates: { b: 0.9, a: 0.8, c: 0.7 } });
    expect([getStartedScenarioIds(played), played.rejections]).toEqual([['b', 'c'], ['a SUPERSEDED']]);
  });

  test('1.4: the rejection lists several special scenarios by id', () => {
    const played = createLinkedConversation([
      ['c', 'SPECIALIZES', 'b'],
      ['a', 'SPECIALIZES', 'b'],
    ]).turn({ candidates: { c: 0.9, b: 0.8, a: 0.7 } });
    expect(played.result.rejectedCandidates[0]).toMatchObject({
      reason: 'SUPERSEDED',
      blockingScenarioIds: ['a', 'c'],
    });
  });
});
