import type { Relationship, RelationshipKind, Scenario } from '../../model/scenario';
import type { CatalogueFinding } from '../catalogue-finding';
import { checkCalledScenarios } from './check-called-scenarios';

/**
 * Checks the scenarios and relationships of an agent together. Each relationship must already have passed `findRelationshipProblem`.
 * Findings are in the order of the checks, then of the scenarios or relationships.
 */
export function checkCatalogue(
  scenarios: readonly Scenario[],
  relationships: readonly Relationship[],
): readonly CatalogueFinding[] {
  const names = new Map(scenarios.map(({ scenarioId, name }) => [scenarioId, name]));
  return [
    ...checkSharedFields(scenarios),
    ...checkCalledScenarios(scenarios),
    ...checkEnds(relationships, names),
    ...checkContradictions(relationships, names),
  ];
}

/**
 * Finds fields that several scenarios collect. Values belong to the session, so all scenarios that collect a field share its value, unless it is local (0.4).
 */
function checkSharedFields(scenarios: readonly Scenario[]): readonly CatalogueFinding[] {
  const collectors = new Map<string, Scenario>();
  return scenarios.flatMap((scenario, index) => {
    const findings: CatalogueFinding[] = [];
    for (const [field, fieldPath] of listSharedFields(scenario)) {
      const first = collectors.get(field);
      if (first === undefined) collectors.set(field, scenario);
      if (first === undefined || first.scenarioId === scenario.scenarioId) continue;
      const message = `Field "${field}" is also collected by "${first.name}": a value that the customer gives for one scenario is known to both. If they mean different things, give them different names, or list the field under local_fields.`;
      findings.push({ code: 'FIELD_COLLECTED_BY_SEVERAL', message, kind: 'SCENARIO', index, fieldPath });
    }
    return findings;
  });
}

/** Returns the collected fields of a scenario that are not local, each with the path of its first occurrence. */
function listSharedFields({ steps, localFields }: Scenario): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  steps.forEach(({ collectsProfileFields }, stepIndex) => {
    collectsProfileFields.forEach((field, index) => {
      if (!paths.has(field) && !localFields.includes(field))
        paths.set(field, `steps[${stepIndex}].collects_profile_fields[${index}]`);
    });
  });
  return paths;
}

type Names = ReadonlyMap<string, string>;

function checkEnds(relationships: readonly Relationship[], names: Names): readonly CatalogueFinding[] {
  return relationships.flatMap(({ sourceType, sourceId, targetScenarioId }, index) => {
    const ends = [
      ...(sourceType === 'SCENARIO' ? [{ id: sourceId, fieldPath: 'source_id' }] : []),
      { id: targetScenarioId, fieldPath: 'target_scenario_id' },
    ];
    return ends.flatMap(({ id, fieldPath }): readonly CatalogueFinding[] => {
      if (names.has(id)) return [];
      const message = `The relationship has no effect, because scenario ${id} does not exist. Add the scenario, or correct the id.`;
      return [{ code: 'RELATIONSHIP_WITHOUT_SCENARIO', message, kind: 'RELATIONSHIP', index, fieldPath }];
    });
  });
}

/** Explains why a relationship of a kind contradicts "source DEPENDS_ON target". Kinds without an entry do not contradict it. */
const contradictions: Readonly<
  Partial<Record<RelationshipKind, (source: string, target: string, isReversed: boolean) => string>>
> = {
  EXCLUDES: (source, target) => `"${source}" needs "${target}" in the same session, but never runs beside it`,
  IMPLIES: (source, target, isReversed) =>
    isReversed
      ? `the start of "${target}" proposes "${source}", which cannot start before "${target}" has completed`
      : `the start of "${source}" proposes "${target}", which has completed already`,
};

function checkContradictions(relationships: readonly Relationship[], names: Names): readonly CatalogueFinding[] {
  const between = relationships.filter(({ sourceType }) => sourceType === 'SCENARIO');
  return relationships.flatMap((dependency, index) => {
    if (dependency.kind !== 'DEPENDS_ON') return [];
    const { sourceId, targetScenarioId } = dependency;
    const [source, target] = [names.get(sourceId) ?? sourceId, names.get(targetScenarioId) ?? targetScenarioId];
    return between.flatMap((other): readonly CatalogueFinding[] => {
      const isReversed = other.sourceId === targetScenarioId && other.targetScenarioId === sourceId;
      const isSame = other.sourceId === sourceId && other.targetScenarioId === targetScenarioId;
      const describe = contradictions[other.kind];
      if (describe === undefined || !(isSame || isReversed)) return [];
      const reason = describe(source, target, isReversed);
      const message = `DEPENDS_ON and ${other.kind} between "${source}" and "${target}" contradict each other: ${reason}. Delete one of the two.`;
      return [{ code: 'RELATIONSHIPS_CONTRADICT', message, kind: 'RELATIONSHIP', index, fieldPath: 'kind' }];
    });
  });
}
