import type { Relationship, RelationshipSource } from '../model/scenario';

/** The relationships of an agent, indexed once for each catalogue revision (section 1). */
export interface RelationshipIndex {
  readonly all: readonly Relationship[];
  /** Scenarios that must have completed before this one starts (1.1). */
  getDependencies(scenarioId: string): readonly string[];
  /** Whether a start of the scenario that lacks this dependency starts the dependency first (1.1). */
  isDependencyStarted(scenarioId: string, dependencyId: string): boolean;
  /** Scenarios that are never active together with this one, in both directions (1.2). */
  getExcludedScenarios(scenarioId: string): ReadonlySet<string>;
  /** Rules that block the start of this scenario (1.2). */
  getExcludingRules(scenarioId: string): readonly string[];
  /** Scenarios that become candidates when this scenario or rule takes effect (1.3). */
  getImpliedScenarios(sourceType: RelationshipSource, sourceId: string): readonly string[];
  /** Scenarios that are rejected when this one starts (1.4). */
  getSpecializedScenarios(scenarioId: string): readonly string[];
  /** Scenarios that are ambiguous with this one, in both directions (1.5). */
  getAmbiguousScenarios(scenarioId: string): ReadonlySet<string>;
  /** Scenarios that become candidates when this one completes with SUCCEEDED (1.7). */
  getLeadTargets(scenarioId: string): readonly string[];
}

const noIds: readonly string[] = [];
const noIdSet: ReadonlySet<string> = new Set();

/**
 * Indexes relationships. Results keep the order of the list. A rule can exclude and imply; other kinds with a rule as source have no
 * effect, even if a scenario has the same id.
 */
export function indexRelationships(all: readonly Relationship[]): RelationshipIndex {
  const dependencies = new Map<string, string[]>();
  const excludedScenarios = new Map<string, Set<string>>();
  const excludingRules = new Map<string, string[]>();
  const implied: Readonly<Record<RelationshipSource, Map<string, string[]>>> = { RULE: new Map(), SCENARIO: new Map() };
  const specialized = new Map<string, string[]>();
  const ambiguous = new Map<string, Set<string>>();
  const startedDependencies = new Map<string, Set<string>>();
  const leadTargets = new Map<string, string[]>();
  for (const { kind, sourceType, sourceId, targetScenarioId, startDependency } of all) {
    switch (kind) {
      case 'DEPENDS_ON':
        if (sourceType === 'RULE') break;
        push(dependencies, sourceId, targetScenarioId);
        if (startDependency) add(startedDependencies, sourceId, targetScenarioId);
        break;
      case 'EXCLUDES':
        if (sourceType === 'RULE') push(excludingRules, targetScenarioId, sourceId);
        else addBothWays(excludedScenarios, sourceId, targetScenarioId);
        break;
      case 'IMPLIES':
        push(implied[sourceType], sourceId, targetScenarioId);
        break;
      case 'SPECIALIZES':
        if (sourceType === 'SCENARIO') push(specialized, sourceId, targetScenarioId);
        break;
      case 'AMBIGUOUS':
        if (sourceType === 'SCENARIO') addBothWays(ambiguous, sourceId, targetScenarioId);
        break;
      case 'LEADS_TO':
        if (sourceType === 'SCENARIO') push(leadTargets, sourceId, targetScenarioId);
        break;
      case 'RELATED':
        break;
    }
  }
  return {
    all,
    getDependencies: (id) => dependencies.get(id) ?? noIds,
    isDependencyStarted: (id, dependencyId) => startedDependencies.get(id)?.has(dependencyId) ?? false,
    getExcludedScenarios: (id) => excludedScenarios.get(id) ?? noIdSet,
    getExcludingRules: (id) => excludingRules.get(id) ?? noIds,
    getImpliedScenarios: (sourceType, id) => implied[sourceType].get(id) ?? noIds,
    getSpecializedScenarios: (id) => specialized.get(id) ?? noIds,
    getAmbiguousScenarios: (id) => ambiguous.get(id) ?? noIdSet,
    getLeadTargets: (id) => leadTargets.get(id) ?? noIds,
  };
}

/** Returns the relationships of the given scenarios and rules, in the order of the index. */
export function selectRelationships(
  relationships: RelationshipIndex,
  scenarioIds: ReadonlySet<string>,
  ruleIds: ReadonlySet<string>,
): readonly Relationship[] {
  return relationships.all.filter((relationship) =>
    relationship.sourceType === 'RULE'
      ? ruleIds.has(relationship.sourceId)
      : scenarioIds.has(relationship.sourceId) || scenarioIds.has(relationship.targetScenarioId),
  );
}

function push(index: Map<string, string[]>, key: string, value: string): void {
  const list = index.get(key);
  if (list) list.push(value);
  else index.set(key, [value]);
}

function addBothWays(index: Map<string, Set<string>>, a: string, b: string): void {
  add(index, a, b);
  add(index, b, a);
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  const set = index.get(key);
  if (set) set.add(value);
  else index.set(key, new Set([value]));
}
