import { Relationship, RelationshipSource, type Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { findNearestName } from '../../core/model/nearest-name';
import type { FileMessage, ParsedScenarioFiles } from './file-message';
import type { FileProblem } from './problems';

// Resolves the names of scenarios in turns, conversations and relationships to ids.

const uuidRegExp = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidRegExp.test(text);
}

/** Maps the name of a scenario to its id. `path` is the field that has the name. */
export type ScenarioIdLookup = (name: string, path: string) => string;

/** Creates a lookup by name or id. The lookup reports an unknown or ambiguous name and returns it unchanged. */
export function createScenarioIdLookup(
  scenarios: readonly { readonly message: Scenario }[],
  report: (path: string, message: string) => void,
): ScenarioIdLookup {
  const ids = new Map<string, string>();
  const ambiguousNames = new Set<string>();
  for (const { message } of scenarios) {
    if ((ids.get(message.name) ?? message.scenarioId) !== message.scenarioId) ambiguousNames.add(message.name);
    ids.set(message.name, message.scenarioId);
  }
  for (const { message } of scenarios) ids.set(message.scenarioId, message.scenarioId);
  return (name, path) => {
    const id = ids.get(name);
    if (id !== undefined && !ambiguousNames.has(name)) return id;
    const nearest = id === undefined ? findNearestName(name, [...ids.keys()]) : undefined;
    const problem = id === undefined ? `unknown scenario “${name}”` : `two scenarios are named “${name}”; use the id`;
    report(path, `${problem}${nearest === undefined ? '' : `; did you mean “${nearest}”?`}`);
    return name;
  };
}

/** A scenario that names can refer to. */
export interface NamedScenario {
  readonly message: Scenario;
}

/** The fields of a relationship that refer to a scenario. The source may be a rule instead. */
const scenarioFields = [
  { field: 'source_id', key: 'sourceId' },
  { field: 'target_scenario_id', key: 'targetScenarioId' },
] as const;

/** Whether a field of a relationship may have the name of a scenario. A source that is a rule may not. */
export function canNameScenario(field: string, { sourceType }: Pick<Relationship, 'sourceType'>): boolean {
  if (field === 'source_id') return sourceType !== RelationshipSource.RELATIONSHIP_SOURCE_RULE;
  return field === 'target_scenario_id';
}

/**
 * Replaces the names of scenarios in relationships by ids. Scenarios of the files take precedence over `others`. Adds a problem
 * for each unknown or ambiguous name and omits its relationship.
 */
export function resolveRelationshipNames(
  files: ParsedScenarioFiles,
  others: readonly NamedScenario[] = [],
): ParsedScenarioFiles {
  const names = new Set(files.scenarios.flatMap(({ message }) => [message.name, message.scenarioId]));
  const otherScenarios = others.filter(({ message }) => !names.has(message.name) && !names.has(message.scenarioId));
  const problems: FileProblem[] = [];
  const relationships = files.relationships.flatMap((relationship) => {
    const { resolvedRelationship, problems: nameProblems } = resolveNames(relationship, [
      ...files.scenarios,
      ...otherScenarios,
    ]);
    problems.push(...nameProblems);
    return nameProblems.length === 0 ? [resolvedRelationship] : [];
  });
  return { ...files, relationships, problems: [...files.problems, ...problems] };
}

function resolveNames(
  relationship: FileMessage<Relationship>,
  scenarios: readonly NamedScenario[],
): { readonly resolvedRelationship: FileMessage<Relationship>; readonly problems: readonly FileProblem[] } {
  const { message: original, source, path } = relationship;
  const problems: FileProblem[] = [];
  const getId = createScenarioIdLookup(scenarios, (field, message) => {
    const location = { file: source.file, ...source.positionAt(field), path: `${path}.${field}` };
    problems.push({ ...location, severity: 'ERROR', code: 'UNKNOWN_SCENARIO', message });
  });
  const message = { ...original };
  for (const { field, key } of scenarioFields) {
    if (canNameScenario(field, original) && !isUuid(original[key])) message[key] = getId(original[key], field);
  }
  return { resolvedRelationship: { ...relationship, message, bytes: Relationship.encode(message).finish() }, problems };
}
