import fc from 'fast-check';
import { findCycleIndex, findDependencyCycle } from '../../../src/core/scenario/relationship-problem';
import { aRelationship } from '../../support/conversation';
import {
  createLinkedConversation,
  getStartedScenarioIds,
  type RelationshipTuple,
} from '../../support/linked-scenarios';

describe('depends_on', () => {
  const links: readonly RelationshipTuple[] = [['a', 'DEPENDS_ON', 'b']];

  test('1.1: a scenario does not start before its dependency has completed, and the rejection names it', () => {
    const conversation = createLinkedConversation(links);
    const played = conversation.turn({ candidates: { a: 0.9 } });
    expect(played.rejections).toEqual(['a DEPENDENCY']);
    expect(played.result.rejectedCandidates[0]?.blockingScenarioIds).toEqual(['b']);
  });

  test('1.1: a running or canceled dependency is not enough', () => {
    const conversation = createLinkedConversation(links, {}, { pendingStartTurns: 0 });
    conversation.turn({ candidates: { b: 0.9 } });
    expect(conversation.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY']);
    conversation.turn({ signals: [['CANCEL', 'b']] });
    expect(conversation.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY']);
  });

  test('1.1: a dependency that completes on the same turn is enough', () => {
    const conversation = createLinkedConversation(links);
    conversation.turn({ candidates: { b: 0.9 } });
    expect(conversation.turn({ signals: [['COMPLETE', 'b']], candidates: { a: 0.9 } }).actions).toEqual([
      'b COMPLETE USER_REQUEST',
      'a START CANDIDATE',
    ]);
  });

  test('1.1: a dependency that completed earlier is enough while it runs again', () => {
    const conversation = createLinkedConversation(links);
    conversation.turn({ candidates: { b: 0.9 } });
    conversation.turn({ signals: [['COMPLETE', 'b']] });
    conversation.turn({ candidates: { b: 0.9 } });
    expect(getStartedScenarioIds(conversation.turn({ candidates: { a: 0.9 } }))).toEqual(['a']);
  });

  test('1.1: all dependencies must have completed', () => {
    const conversation = createLinkedConversation([
      ['a', 'DEPENDS_ON', 'c'],
      ['a', 'DEPENDS_ON', 'b'],
    ]);
    conversation.turn({ candidates: { b: 0.9 } });
    const played = conversation.turn({ signals: [['COMPLETE', 'b']], candidates: { a: 0.9 } });
    expect(played.result.rejectedCandidates).toMatchObject([{ reason: 'DEPENDENCY', blockingScenarioIds: ['c'] }]);
  });

  test('1.1: a START that is aimed at the scenario also needs the dependency', () => {
    expect(createLinkedConversation(links).turn({ signals: [['START', 'a']] }).rejections).toEqual(['a DEPENDENCY']);
  });

  test('1.1: the rejection lists the dependencies by id', () => {
    const conversation = createLinkedConversation([
      ['a', 'DEPENDS_ON', 'd'],
      ['a', 'DEPENDS_ON', 'b'],
    ]);
    expect(conversation.turn({ candidates: { a: 0.9 } }).result.rejectedCandidates[0]?.blockingScenarioIds).toEqual([
      'b',
      'd',
    ]);
  });
});

describe('cycles of dependencies', () => {
  test('1.1: a relationship that closes a cycle is detected', () => {
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

  test('1.1: the shortest of several cycles is reported', () => {
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

  test('1.1: a list has a cycle if one of its relationships would close one', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const kind = fc.constantFrom('DEPENDS_ON', 'DEPENDS_ON', 'DEPENDS_ON', 'IMPLIES');
    const list = fc.array(
      fc
        .tuple(id, kind, id)
        .map(([source, relationshipKind, target]) => aRelationship(source, relationshipKind, target)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(list, (relationships) => {
        const closesCycle = relationships.map(
          (relationship, index) => findDependencyCycle(relationships.toSpliced(index, 1), relationship) !== undefined,
        );
        const cycleIndex = findCycleIndex(relationships);
        if (cycleIndex === undefined) expect(closesCycle).not.toContain(true);
        else expect(closesCycle[cycleIndex]).toBe(true);
      }),
    );
  });
});
