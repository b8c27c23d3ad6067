import { aRelationship, Conversation, type PlayedTurn } from '../../support/conversation';
import {
  createLinkedConversation,
  getStartedScenarioIds,
  type RelationshipTuple,
} from '../../support/linked-scenarios';
import { asking } from '../../support/sample-scenarios';

describe('excludes', () => {
  /** Each rejected candidate in one line. */
  function describeRejections({ result }: PlayedTurn): readonly string[] {
    return result.rejectedCandidates.map(
      ({ scenarioId, reason, origin, score }) => `${scenarioId} ${reason} ${origin} ${score}`,
    );
  }

  const excluding: readonly RelationshipTuple[] = [['b', 'EXCLUDES', 'a']];

  test.each<[RelationshipTuple]>([[['a', 'EXCLUDES', 'b']], [['b', 'EXCLUDES', 'a']]])(
    '1.2: of two candidates the first in start order starts, in both directions of the relationship: %j',
    (link) => {
      const played = createLinkedConversation([link]).turn({ candidates: { a: 0.8, b: 0.9 } });
      expect(getStartedScenarioIds(played)).toEqual(['b']);
      expect(played.result.rejectedCandidates).toMatchObject([
        { scenarioId: 'a', reason: 'EXCLUDED', blockingScenarioIds: ['b'] },
      ]);
    },
  );

  test('1.2: a higher priority does not help a candidate that is later in start order', () => {
    expect(
      getStartedScenarioIds(
        createLinkedConversation([['a', 'EXCLUDES', 'b']], { a: { priority: 9 } }).turn({
          candidates: { a: 0.8, b: 0.9 },
        }),
      ),
    ).toEqual(['b']);
  });

  test('1.2: a candidate that does not start does not exclude other candidates', () => {
    const played = createLinkedConversation([['a', 'EXCLUDES', 'b']], { b: { enabled: false } }).turn({
      candidates: { a: 0.8, b: 0.9 },
    });
    expect(getStartedScenarioIds(played)).toEqual(['a']);
  });

  test.each<[number, readonly string[]]>([
    [0, ['a CONTINUE GOES_ON']],
    [1, ['a PAUSE PREEMPTED', 'b START CANDIDATE']],
    [-1, ['a CONTINUE GOES_ON']],
  ])('1.2: against an active instance of priority 0, a candidate of priority %i: %j', (priority, actions) => {
    const conversation = createLinkedConversation([['a', 'EXCLUDES', 'b']], { b: { priority } });
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ candidates: { b: 0.9 } }).actions).toEqual(actions);
  });

  test('1.2: a paused instance does not exclude candidates', () => {
    const conversation = createLinkedConversation([['a', 'EXCLUDES', 'b']]);
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.turn({ candidates: { b: 0.9 } }).actions).toEqual([
      'a PAUSE STAYS_PAUSED',
      'b START CANDIDATE',
    ]);
  });

  test('1.2: an instance that ends on this turn does not exclude candidates', () => {
    const conversation = createLinkedConversation([['a', 'EXCLUDES', 'b']]);
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ signals: ['CANCEL'], candidates: { b: 0.9 } }).actions).toEqual([
      'a CANCEL USER_REQUEST',
      'b START CANDIDATE',
    ]);
  });

  test.each(['a', 'b'])('1.2: an exclusive scenario excludes every other in both directions: %s', (id) => {
    const conversation = createLinkedConversation([], { [id]: { exclusive: true } });
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ candidates: { b: 0.9 } }).rejections).toEqual(['b EXCLUDED']);
  });

  test('1.2: an exclusive scenario of higher priority pauses all others', () => {
    const conversation = createLinkedConversation([], { c: { exclusive: true, priority: 1 } });
    conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    expect(conversation.turn({ candidates: { c: 0.9 } }).actions).toEqual([
      'a PAUSE PREEMPTED',
      'b PAUSE PREEMPTED',
      'c START CANDIDATE',
    ]);
  });

  test('1.2: one rival of higher priority rejects the candidate, and no instance is paused', () => {
    const conversation = createLinkedConversation(
      [
        ['a', 'EXCLUDES', 'c'],
        ['b', 'EXCLUDES', 'c'],
      ],
      { b: { priority: 5 }, c: { priority: 1 } },
    );
    conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    const played = conversation.turn({ candidates: { c: 0.9 } });
    expect(played.actions).toEqual(['a CONTINUE GOES_ON', 'b CONTINUE GOES_ON']);
    expect(played.result.rejectedCandidates[0]?.blockingScenarioIds).toEqual(['b']);
  });

  test('1.2: only an applied rule blocks the start of the scenario that it excludes', () => {
    const conversation = createLinkedConversation([['blocked_region', 'EXCLUDES', 'a', 'RULE']]);
    const played = conversation.turn({ candidates: { a: 0.9 }, rules: [{ ruleId: 'blocked_region' }] });
    expect(played.result.rejectedCandidates).toMatchObject([
      { reason: 'EXCLUDED', blockingScenarioIds: [], blockingRuleIds: ['blocked_region'] },
    ]);
    expect(getStartedScenarioIds(conversation.turn({ candidates: { a: 0.9 }, rules: [{ ruleId: 'other' }] }))).toEqual([
      'a',
    ]);
  });

  test('1.2: an applied rule does not affect an active instance', () => {
    const conversation = createLinkedConversation([['blocked_region', 'EXCLUDES', 'a', 'RULE']]);
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ rules: [{ ruleId: 'blocked_region' }] }).actions).toEqual(['a CONTINUE GOES_ON']);
  });

  test('1.2: the second start does not displace the first', () => {
    const conversation = createLinkedConversation(
      [
        ['a', 'EXCLUDES', 'b'],
        ['b', 'EXCLUDES', 'c'],
      ],
      { b: { priority: 1 }, c: { priority: 2 } },
    );
    conversation.turn({ candidates: { a: 0.9 } });
    const played = conversation.turn({ candidates: { b: 0.9, c: 0.8 } });
    expect(played.actions).toEqual(['a PAUSE PREEMPTED', 'b START CANDIDATE']);
    expect(played.rejections).toEqual(['c EXCLUDED']);
  });

  test('1.2: a scenario that started on this turn is not displaced by a higher priority', () => {
    const played = createLinkedConversation(excluding, { b: { priority: 5 } }).turn({ candidates: { a: 0.9, b: 0.8 } });
    expect([getStartedScenarioIds(played), describeRejections(played)]).toEqual([['a'], ['b EXCLUDED CANDIDATE 0.8']]);
  });

  test('1.2: an instance that resumed on this turn is not displaced by a higher priority', () => {
    const conversation = createLinkedConversation(excluding, { b: { priority: 5 } });
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    const played = conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    expect([played.actions, describeRejections(played)]).toEqual([
      ['a CONTINUE RESUMED'],
      ['b EXCLUDED CANDIDATE 0.8'],
    ]);
  });

  test('1.2: the rejection lists the excluding scenarios and rules by id', () => {
    const conversation = new Conversation(
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
    const { result } = conversation.turn({
      candidates: { z: 0.9, y: 0.8, a: 0.7 },
      rules: [{ ruleId: 'r1' }, { ruleId: 'r2' }],
    });
    expect(result.rejectedCandidates[0]).toMatchObject({
      reason: 'EXCLUDED',
      blockingScenarioIds: ['y', 'z'],
      blockingRuleIds: ['r1', 'r2'],
    });
  });
});
