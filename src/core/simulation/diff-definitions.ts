import { compareText } from '../model/compare-text';
import type { FieldDefinition } from '../model/field-definition';
import type { Relationship, Scenario } from '../model/scenario';
import { findChangedProperties, noChange, type RevertibleChange } from './definition-change';
import type { DefinitionSet, ScenarioVersion } from './definitions';
import { diffScenario } from './diff-scenario';
import { toValueText } from './value-text';

/**
 * Lists what differs between two sets of definitions: scenarios by id, then relationships, then fields. Comments, the order of keys and the
 * position of a definition in its file are not part of a set, so they are no changes.
 */
export function diffDefinitions(before: DefinitionSet, after: DefinitionSet): readonly RevertibleChange[] {
  return [
    ...diffScenarios(before.scenarios, after.scenarios),
    ...diffRelationships(before.relationships, after.relationships),
    ...diffFields(before.fields, after.fields),
  ];
}

type Scenarios = DefinitionSet['scenarios'];

function diffScenarios(before: Scenarios, after: Scenarios): readonly RevertibleChange[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return ids.flatMap((scenarioId): readonly RevertibleChange[] => {
    const [old, current] = [before.get(scenarioId), after.get(scenarioId)];
    if (old === undefined && current === undefined) return [];
    if (old !== undefined && current !== undefined) return diffVersions(old, current.scenario);
    const action = old === undefined ? 'ADDED' : 'REMOVED';
    const scenarioName = (old ?? current)?.scenario.name ?? '';
    const revert = (set: DefinitionSet): DefinitionSet => withScenario(set, scenarioId, old);
    return [{ ...noChange, scope: 'SCENARIO', action, scenarioId, scenarioName, revert }];
  });
}

function diffVersions({ scenario }: ScenarioVersion, current: Scenario): readonly RevertibleChange[] {
  if (scenario === current) return [];
  const { scenarioId } = current;
  return diffScenario(scenario, current).map((change) => ({
    ...change,
    revert: (set) => {
      const version = set.scenarios.get(scenarioId);
      return version === undefined
        ? set
        : withScenario(set, scenarioId, { ...version, scenario: change.revert(version.scenario) });
    },
  }));
}

/** Returns the set with another definition of a scenario, or without the scenario. */
export function withScenario(
  set: DefinitionSet,
  scenarioId: string,
  version: ScenarioVersion | undefined,
): DefinitionSet {
  const scenarios = new Map(set.scenarios);
  if (version === undefined) scenarios.delete(scenarioId);
  else scenarios.set(scenarioId, version);
  return { ...set, scenarios };
}

function diffRelationships(
  before: readonly Relationship[],
  after: readonly Relationship[],
): readonly RevertibleChange[] {
  const [old, current] = [indexBy(before, getRelationshipName), indexBy(after, getRelationshipName)];
  const names = [...new Set([...old.keys(), ...current.keys()])].sort(compareText);
  return names.flatMap((name): readonly RevertibleChange[] => {
    const [previous, next] = [old.get(name), current.get(name)];
    const [oldText, newText] = [toValueText(previous), toValueText(next)];
    if (oldText === newText) return [];
    const revert = (set: DefinitionSet): DefinitionSet => ({
      ...set,
      relationships: replaceIn(set.relationships, getRelationshipName, name, previous),
    });
    const base = { ...noChange, scope: 'RELATIONSHIP', name, revert } as const;
    if (previous === undefined || next === undefined) {
      return [{ ...base, action: previous === undefined ? 'ADDED' : 'REMOVED' }];
    }
    return findChangedProperties(previous, next, [], toValueText).map(({ property, before: from, after: to }) => ({
      ...base,
      action: 'CHANGED',
      property,
      before: from,
      after: to,
    }));
  });
}

function getRelationshipName({ kind, sourceId, targetScenarioId }: Relationship): string {
  return `${kind} ${sourceId} -> ${targetScenarioId}`;
}

function diffFields(
  before: readonly FieldDefinition[],
  after: readonly FieldDefinition[],
): readonly RevertibleChange[] {
  const getName = ({ name }: FieldDefinition): string => name;
  const [old, current] = [indexBy(before, getName), indexBy(after, getName)];
  const names = [...new Set([...old.keys(), ...current.keys()])].sort(compareText);
  return names.flatMap((name): readonly RevertibleChange[] => {
    const [previous, next] = [old.get(name), current.get(name)];
    const restore =
      (definition: FieldDefinition | undefined) =>
      (set: DefinitionSet): DefinitionSet => ({
        ...set,
        fields: replaceIn(set.fields, getName, name, definition),
      });
    const base = { ...noChange, scope: 'FIELD', name } as const;
    if (previous === undefined || next === undefined) {
      const action = previous === undefined ? 'ADDED' : 'REMOVED';
      return [{ ...base, action, revert: restore(previous) }];
    }
    return findChangedProperties(previous, next, ['name'], toValueText).map(
      ({ key, property, before: from, after: to }) => ({
        ...base,
        action: 'CHANGED',
        property,
        before: from,
        after: to,
        revert: (set) => {
          const present = set.fields.find((definition) => definition.name === name) ?? next;
          return restore({ ...present, [key]: previous[key] })(set);
        },
      }),
    );
  });
}

function indexBy<T>(list: readonly T[], getName: (element: T) => string): ReadonlyMap<string, T> {
  return new Map(list.map((element) => [getName(element), element]));
}

/** Returns the list with the element of a name replaced, added at the end, or left out. */
function replaceIn<T>(
  list: readonly T[],
  getName: (element: T) => string,
  name: string,
  element: T | undefined,
): readonly T[] {
  const index = list.findIndex((each) => getName(each) === name);
  if (index < 0) return element === undefined ? list : [...list, element];
  return element === undefined ? list.toSpliced(index, 1) : list.with(index, element);
}
