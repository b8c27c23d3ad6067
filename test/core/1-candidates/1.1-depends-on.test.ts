import fc from 'fast-check';
import { findCycleIndex, findDependencyCycle } from '../../../src/core/scenario/relationship-problem';
import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import {
  createLinkedConversation,
  getStartedScenarioIds,
  type RelationshipTuple,
} from '../../support/linked-scenarios';
import { asking } from '../../support/sample-scenarios';

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

  test('1.1: the last completed run counts: one that FAILED is not enough', () => {
    const conversation = new Conversation(
      [
        asking('a', ['a_field']),
        {
          scenarioId: 'check',
          steps: [
            {
              stepId: 'ask',
              collectsProfileFields: ['code'],
              to: [{ to: 'passed', condition: 'data.code == 1' }, 'failed'],
            },
            { stepId: 'passed', isTerminal: true },
            { stepId: 'failed', isTerminal: true, ending: 'FAILED' },
          ],
        },
      ],
      { relationships: [aRelationship('a', 'DEPENDS_ON', 'check')], settings: { pendingStartTurns: 0 } },
    );
    const check = (code: number): readonly string[] => {
      conversation.turn({ candidates: { check: 0.9 } });
      return conversation.turn({ variables: { code } }).actions;
    };
    expect(check(2)).toEqual(['check COMPLETE TERMINAL']);
    expect(conversation.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY']);
    check(1);
    expect(conversation.turn({ candidates: { a: 0.9 } }).actions).toEqual(['a START CANDIDATE']);
    conversation.turn({ signals: [['CANCEL', 'a']] });
    check(2);
    expect(conversation.turn({ candidates: { a: 0.9 } }).rejections).toEqual(['a DEPENDENCY']);
  });

  test('1.1: the last completed run counts even if the session no longer lists it among the ended instances', () => {
    const conversation = createLinkedConversation(links, {}, { endedInstances: 0 });
    conversation.turn({ candidates: { b: 0.9 } });
    conversation.turn({ signals: [['COMPLETE', 'b']] });
    expect(conversation.session.endedInstances).toEqual([]);
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

describe('start_dependency', () => {
  const brief = (scenarioId: string, ending: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED'): ScenarioDraft => ({
    scenarioId,
    steps: [
      { stepId: 'ask', collectsProfileFields: [`${scenarioId}_field`], to: ['last'] },
      { stepId: 'last', isTerminal: true, ending },
    ],
  });
  const create = (ending: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED'): Conversation =>
    new Conversation([asking('a', ['a_field']), brief('b', ending), brief('c')], {
      relationships: [aRelationship('a', 'DEPENDS_ON', 'b', 'SCENARIO', true)],
    });

  test('1.1: a named scenario starts its dependency, stays pending while the dependency runs, and starts when it succeeds', () => {
    const conversation = create();
    const first = conversation.turn({ candidates: { a: 0.9 } });
    expect([first.actions, first.rejections]).toEqual([['b START IMPLIED'], ['a DEPENDENCY']]);
    for (let turn = 0; turn < 4; turn += 1) {
      expect(conversation.turn({ requested: ['hours'] }).result.rejectedCandidates).toMatchObject([
        { scenarioId: 'a', reason: 'DEPENDENCY', pendingTurnsLeft: 3 },
      ]);
    }
    const last = conversation.turn({ variables: { b_field: 1 } });
    expect(last.actions).toEqual(['b COMPLETE TERMINAL', 'a START PENDING']);
    expect(last.plan).toEqual(['a ASK a_field']);
  });

  test.each<[string, TurnDraft, 'SUCCEEDED' | 'FAILED']>([
    ['fails', { variables: { b_field: 1 } }, 'FAILED'],
    ['is canceled', { signals: [['CANCEL', 'b']] }, 'SUCCEEDED'],
  ])('1.1: the pending start is dropped when the dependency %s', (_how, draft, ending) => {
    const conversation = create(ending);
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn(draft).session.pendingStarts).toEqual([]);
    expect(conversation.turn().rejections).toEqual([]);
  });

  test('1.1: a dependency that is already running is not started again', () => {
    const conversation = create();
    conversation.turn({ candidates: { b: 0.9 } });
    const played = conversation.turn({ candidates: { a: 0.9 } });
    expect([played.actions, played.rejections]).toEqual([['b CONTINUE GOES_ON'], ['a DEPENDENCY']]);
  });

  test('1.1: a paused dependency resumes', () => {
    const conversation = create();
    conversation.turn({ candidates: { b: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'b']] });
    expect(conversation.turn({ candidates: { a: 0.9 } }).actions).toEqual(['b CONTINUE RESUMED']);
  });

  test('1.1: without start_dependency, a dependency is not started automatically', () => {
    const conversation = createLinkedConversation([['a', 'DEPENDS_ON', 'b']]);
    expect(conversation.turn({ candidates: { a: 0.9 } }).actions).toEqual([]);
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
