import type { Relationship, RelationshipSource } from '../model/scenario';

/** Relationships of an agent, indexed once a catalogue revision for the questions that a turn asks (section 1). */
export interface RelationshipIndex {
  readonly all: readonly Relationship[];
  /** Scenarios that must have completed before this one starts (1.1). */
  dependsOn(scenarioId: string): readonly string[];
  /** Scenarios that are never active together with this one, in both directions (1.2). */
  excludes(scenarioId: string): ReadonlySet<string>;
  /** Rules that block the start of this scenario (1.2). */
  excludingRules(scenarioId: string): readonly string[];
  /** Scenarios that become candidates when this scenario or rule takes effect (1.3). */
  implies(sourceType: RelationshipSource, sourceId: string): readonly string[];
  /** Scenarios that are rejected when this one starts (1.4). */
  specializes(scenarioId: string): readonly string[];
  /** Scenarios that it may be confused with, in both directions (1.5). */
  ambiguousWith(scenarioId: string): ReadonlySet<string>;
}

const nobody: ReadonlySet<string> = new Set();
const nothing: readonly string[] = [];

/**
 * Indexes relationships. Order within an answer is that of the list. A rule excludes and implies; as a source of the other kinds it says
 * nothing, also where a scenario has its id.
 */
export function indexRelationships(all: readonly Relationship[]): RelationshipIndex {
  const depends = new Map<string, string[]>();
  const excluded = new Map<string, Set<string>>();
  const excludingRules = new Map<string, string[]>();
  const impliedByRule = new Map<string, string[]>();
  const impliedByScenario = new Map<string, string[]>();
  const specialized = new Map<string, string[]>();
  const ambiguous = new Map<string, Set<string>>();
  for (const { kind, sourceType, sourceId, targetScenarioId } of all) {
    switch (kind) {
      case 'DEPENDS_ON':
        if (sourceType === 'SCENARIO') push(depends, sourceId, targetScenarioId);
        break;
      case 'EXCLUDES':
        if (sourceType === 'RULE') push(excludingRules, targetScenarioId, sourceId);
        else addBoth(excluded, sourceId, targetScenarioId);
        break;
      case 'IMPLIES':
        push(sourceType === 'RULE' ? impliedByRule : impliedByScenario, sourceId, targetScenarioId);
        break;
      case 'SPECIALIZES':
        if (sourceType === 'SCENARIO') push(specialized, sourceId, targetScenarioId);
        break;
      case 'AMBIGUOUS':
        if (sourceType === 'SCENARIO') addBoth(ambiguous, sourceId, targetScenarioId);
        break;
      case 'RELATED':
        break;
    }
  }
  return {
    all,
    dependsOn: (id) => depends.get(id) ?? nothing,
    excludes: (id) => excluded.get(id) ?? nobody,
    excludingRules: (id) => excludingRules.get(id) ?? nothing,
    implies: (sourceType, id) => (sourceType === 'RULE' ? impliedByRule : impliedByScenario).get(id) ?? nothing,
    specializes: (id) => specialized.get(id) ?? nothing,
    ambiguousWith: (id) => ambiguous.get(id) ?? nobody,
  };
}

/** Relationships that touch one of the scenarios or come from one of the rules, in the order of the index. */
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

function addBoth(index: Map<string, Set<string>>, a: string, b: string): void {
  add(index, a, b);
  add(index, b, a);
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  const set = index.get(key);
  if (set) set.add(value);
  else index.set(key, new Set([value]));
}
