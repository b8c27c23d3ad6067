import { findCycleIndex, findRelationshipProblem } from '../../../src/core/scenario/relationship-problem';
import { indexRelationships } from '../../../src/core/scenario/relationships';
import { aRelationship } from '../../support/conversation';

test('1.7: the scenarios that a scenario leads to are in the order of the list', () => {
  const index = indexRelationships([
    aRelationship('a', 'LEADS_TO', 'c'),
    aRelationship('a', 'IMPLIES', 'd'),
    aRelationship('a', 'LEADS_TO', 'b'),
    aRelationship('b', 'LEADS_TO', 'a'),
  ]);
  expect(index.getLeadTargets('a')).toEqual(['c', 'b']);
  expect(index.getLeadTargets('c')).toEqual([]);
});

test('1.7: a rule does not complete, so it leads to no scenario', () => {
  const rule = aRelationship('r', 'LEADS_TO', 'a', 'RULE');
  expect(findRelationshipProblem(rule, [])).toMatch(/^LEADS_TO requires a scenario as its source;/);
  expect(indexRelationships([rule]).getLeadTargets('r')).toEqual([]);
});

test('1.1: a dependency is started only in its own direction and only with start_dependency', () => {
  const index = indexRelationships([
    aRelationship('a', 'DEPENDS_ON', 'b', 'SCENARIO', true),
    aRelationship('a', 'DEPENDS_ON', 'c'),
  ]);
  expect(index.getDependencies('a')).toEqual(['b', 'c']);
  expect([
    index.isDependencyStarted('a', 'b'),
    index.isDependencyStarted('a', 'c'),
    index.isDependencyStarted('b', 'a'),
  ]).toEqual([true, false, false]);
});

test('1.1: start_dependency is refused on another kind, because it has no effect there', () => {
  const problem = findRelationshipProblem(aRelationship('a', 'IMPLIES', 'b', 'SCENARIO', true), []);
  expect(problem).toBe(
    'start_dependency has no effect on IMPLIES, because only DEPENDS_ON has a dependency to start. Remove it, or use DEPENDS_ON.',
  );
  expect(findRelationshipProblem(aRelationship('a', 'DEPENDS_ON', 'b', 'SCENARIO', true), [])).toBe('');
});

describe('1.1: the first relationship of a list that closes a DEPENDS_ON cycle', () => {
  const link = (sourceId: string, targetScenarioId: string) => aRelationship(sourceId, 'DEPENDS_ON', targetScenarioId);

  test.each<[string, Parameters<typeof findCycleIndex>[0], number | undefined]>([
    ['of two', [link('a', 'b'), link('b', 'a')], 1],
    ['of three, beside others', [link('a', 'x'), link('a', 'b'), link('b', 'c'), link('c', 'a'), link('c', 'x')], 3],
    ['that its first scenario leads to', [link('a', 'b'), link('b', 'c'), link('c', 'b')], 2],
    ['of other scenarios than the first', [link('a', 'b'), link('c', 'd'), link('d', 'c')], 2],
    [
      'but not two ways to the same scenario',
      [link('a', 'b'), link('a', 'c'), link('b', 'd'), link('c', 'd')],
      undefined,
    ],
    ['but not another relationship', [link('a', 'b'), aRelationship('b', 'IMPLIES', 'a')], undefined],
    ['but not an empty list', [], undefined],
  ])('1.1: %s', (_case, relationships, index) => {
    expect(findCycleIndex(relationships)).toBe(index);
  });
});
