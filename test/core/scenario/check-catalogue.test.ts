import type { Relationship, RelationshipKind } from '../../../src/core/model/scenario';
import type { CatalogueFinding } from '../../../src/core/scenario/catalogue-finding';
import { checkCatalogue } from '../../../src/core/scenario/findings/check-catalogue';
import { aScenario } from '../../support/conversation';

const createScenario = (scenarioId: string, ...fields: readonly string[]) =>
  aScenario({
    scenarioId,
    name: scenarioId.toUpperCase(),
    steps: [
      { stepId: 'ask', collectsProfileFields: fields, to: ['end'] },
      { stepId: 'end', isTerminal: true },
    ],
  });

const createRelationship = (sourceId: string, kind: RelationshipKind, targetScenarioId: string): Relationship => ({
  kind,
  sourceType: 'SCENARIO',
  sourceId,
  targetScenarioId,
  weight: 0,
  startDependency: false,
});

const getCodes = (findings: readonly CatalogueFinding[]): readonly string[] =>
  findings.map(({ code, kind, index, fieldPath }) => `${code} ${kind} ${index} ${fieldPath}`);

const scenarios = [createScenario('a', 'x'), createScenario('b', 'y')];

test('0.4: a field that several scenarios collect is reported for each one after the first', () => {
  const found = checkCatalogue(
    [createScenario('a', 'x', 'z'), createScenario('b', 'y', 'x'), createScenario('c', 'x')],
    [],
  );
  expect(getCodes(found)).toEqual([
    'FIELD_COLLECTED_BY_SEVERAL SCENARIO 1 steps[0].collects_profile_fields[1]',
    'FIELD_COLLECTED_BY_SEVERAL SCENARIO 2 steps[0].collects_profile_fields[0]',
  ]);
  expect(found[0]?.message).toBe(
    'Field "x" is also collected by "A": a value that the customer gives for one scenario is known to both. If they mean different things, give them different names, or list the field under local_fields.',
  );
});

test('0.4: a field that one scenario collects in two steps, or in two definitions, is not found', () => {
  const twice = aScenario({
    scenarioId: 'a',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['x'], to: ['again'] },
      { stepId: 'again', collectsProfileFields: ['x'], to: ['end'] },
      { stepId: 'end', isTerminal: true },
    ],
  });
  expect(checkCatalogue([twice, twice, ...scenarios.slice(1)], [])).toEqual([]);
});

test('1: a relationship to or from a scenario that does not exist is found', () => {
  const found = checkCatalogue(scenarios, [
    createRelationship('a', 'RELATED', 'c'),
    createRelationship('d', 'EXCLUDES', 'b'),
  ]);
  expect(getCodes(found)).toEqual([
    'RELATIONSHIP_WITHOUT_SCENARIO RELATIONSHIP 0 target_scenario_id',
    'RELATIONSHIP_WITHOUT_SCENARIO RELATIONSHIP 1 source_id',
  ]);
  expect(found[0]?.message).toBe(
    'The relationship has no effect, because scenario c does not exist. Add the scenario, or correct the id.',
  );
});

test('1: a relationship of a rule is not found, because rules are not in the catalogue', () => {
  expect(checkCatalogue(scenarios, [{ ...createRelationship('r', 'EXCLUDES', 'b'), sourceType: 'RULE' }])).toEqual([]);
});

test.each<[RelationshipKind, string, string, string]>([
  ['EXCLUDES', 'a', 'b', '"A" needs "B" in the same session, but never runs beside it'],
  ['EXCLUDES', 'b', 'a', '"A" needs "B" in the same session, but never runs beside it'],
  ['IMPLIES', 'a', 'b', 'the start of "A" proposes "B", which has completed already'],
  ['IMPLIES', 'b', 'a', 'the start of "B" proposes "A", which cannot start before "B" has completed'],
])('1.1: "a DEPENDS_ON b" and %s from %s to %s contradict each other', (kind, source, target, reason) => {
  const found = checkCatalogue(scenarios, [
    createRelationship(source, kind, target),
    createRelationship('a', 'DEPENDS_ON', 'b'),
  ]);
  expect(getCodes(found)).toEqual(['RELATIONSHIPS_CONTRADICT RELATIONSHIP 1 kind']);
  expect(found[0]?.message).toBe(
    `DEPENDS_ON and ${kind} between "A" and "B" contradict each other: ${reason}. Delete one of the two.`,
  );
});

test.each<[string, Relationship]>([
  ['another kind', createRelationship('a', 'AMBIGUOUS', 'b')],
  ['another pair', createRelationship('a', 'EXCLUDES', 'c')],
  ['a rule of the same id', { ...createRelationship('a', 'IMPLIES', 'b'), sourceType: 'RULE' }],
])('1.1: "a DEPENDS_ON b" and %s do not contradict each other', (_case, other) => {
  const all = [...scenarios, createScenario('c', 'z')];
  expect(checkCatalogue(all, [createRelationship('a', 'DEPENDS_ON', 'b'), other])).toEqual([]);
});

test('0.4: a field that is local to one of the scenarios is not shared', () => {
  const local = { ...createScenario('c', 'x'), localFields: ['x'] };
  expect(checkCatalogue([createScenario('a', 'x'), local], [])).toEqual([]);
  expect(checkCatalogue([local, createScenario('a', 'x')], [])).toEqual([]);
});

/** Creates a scenario that calls others, one in each step. */
const createCaller = (scenarioId: string, calledIds: readonly string[], returns: readonly string[] = []) =>
  aScenario({
    scenarioId,
    name: scenarioId.toUpperCase(),
    steps: [
      ...calledIds.map((calledId, index) => ({
        stepId: `call_${calledId}`,
        calls: { scenarioId: calledId, reuseCompleted: false, returns },
        to: [index + 1 < calledIds.length ? `call_${calledIds[index + 1]}` : 'end'],
      })),
      { stepId: 'end', isTerminal: true },
    ],
  });

test('11: a call of a scenario that does not exist is found', () => {
  const found = checkCatalogue([createCaller('a', ['b', 'c']), createScenario('b', 'x')], []);
  expect(getCodes(found)).toEqual(['CALL_WITHOUT_SCENARIO SCENARIO 0 steps[1].calls.scenario_id']);
  expect(found[0]?.message).toBe(
    'Step "call_c" calls scenario c, which does not exist, so the call fails. Add the scenario, or correct the id.',
  );
});

test('11: each call on a cycle is found, but no call that only leads to a cycle', () => {
  const found = checkCatalogue(
    [createCaller('a', ['b']), createCaller('b', ['c']), createCaller('c', ['b', 'd']), createScenario('d', 'x')],
    [],
  );
  expect(getCodes(found)).toEqual([
    'CALL_CYCLE SCENARIO 1 steps[0].calls.scenario_id',
    'CALL_CYCLE SCENARIO 2 steps[0].calls.scenario_id',
  ]);
  expect(found[0]?.message).toBe(
    'Scenarios call each other in a cycle: "B" -> "C" -> "B". None of the calls could return. Remove a call.',
  );
});

test('11: a scenario that calls itself is found when it is compiled, not here', () => {
  expect(checkCatalogue([createCaller('a', ['a'])], [])).toEqual([]);
});

test('11: a returned field that the called scenario does not provide is found', () => {
  const called = aScenario({
    scenarioId: 'b',
    name: 'B',
    steps: [
      {
        stepId: 'ask',
        collectsProfileFields: ['x'],
        toolBindings: [{ toolId: 't', timing: 'DURING_STEP', variableNames: ['y'], dependsOn: [] }],
        calls: { scenarioId: 'c', reuseCompleted: false, returns: ['z'] },
        to: ['end'],
      },
      { stepId: 'end', isTerminal: true },
    ],
  });
  const found = checkCatalogue([createCaller('a', ['b'], ['x', 'y', 'z', 'w']), called, createScenario('c', 'z')], []);
  expect(getCodes(found)).toEqual(['RETURNED_FIELD_NOT_PROVIDED SCENARIO 0 steps[0].calls.returns[3]']);
  expect(found[0]?.message).toBe(
    'The call returns "w", but "B" neither collects it nor fills it with a tool, so it has no value. Correct its name, or remove it.',
  );
});
