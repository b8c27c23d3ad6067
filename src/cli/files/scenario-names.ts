import { Relationship, RelationshipSource, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { findNearestName } from '../../core/model/nearest-name';
import { isUuid } from '../../core/model/uuid';
import type { FileMessage, ParsedScenarioFiles } from './file-message';
import type { FileProblem } from './problems';

// Resolves the names of scenarios in turns, conversations, relationships and calls to ids.

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

/** Whether a path of a scenario is the called scenario of a step, which a file may name (section 11). */
export function isCalledScenarioPath(path: string): boolean {
  return /^steps\[\d+\]\.calls\.scenario_id$/.test(path);
}

/**
 * Replaces the names of scenarios in relationships and calls by ids. Scenarios of the files take precedence over `others`. Adds a problem
 * for each unknown or ambiguous name and omits its relationship or scenario.
 */
export function resolveScenarioNames(
  files: ParsedScenarioFiles,
  others: readonly NamedScenario[] = [],
): ParsedScenarioFiles {
  const names = new Set(files.scenarios.flatMap(({ message }) => [message.name, message.scenarioId]));
  const otherScenarios = others.filter(({ message }) => !names.has(message.name) && !names.has(message.scenarioId));
  const known = [...files.scenarios, ...otherScenarios];
  const scenarios = files.scenarios.map((scenario) => resolveCalls(scenario, known));
  const relationships = files.relationships.map((relationship) => resolveEndpoints(relationship, known));
  return {
    ...files,
    scenarios: scenarios.flatMap(({ resolved, problems }) => (problems.length === 0 ? [resolved] : [])),
    relationships: relationships.flatMap(({ resolved, problems }) => (problems.length === 0 ? [resolved] : [])),
    problems: [...files.problems, ...[...scenarios, ...relationships].flatMap(({ problems }) => problems)],
  };
}

interface Resolution<Message> {
  readonly resolved: FileMessage<Message>;
  readonly problems: readonly FileProblem[];
}

function resolveCalls(file: FileMessage<Scenario>, known: readonly NamedScenario[]): Resolution<Scenario> {
  const { steps } = file.message;
  if (steps.every(({ calls }) => calls === undefined || isUuid(calls.scenarioId)))
    return { resolved: file, problems: [] };
  const { getId, problems } = createReportingLookup(file, known);
  const message = {
    ...file.message,
    steps: steps.map((step, index) => {
      if (step.calls === undefined || isUuid(step.calls.scenarioId)) return step;
      const scenarioId = getId(step.calls.scenarioId, `steps[${index}].calls.scenario_id`);
      return { ...step, calls: { ...step.calls, scenarioId } };
    }),
  };
  return { resolved: { ...file, message, bytes: Scenario.encode(message).finish() }, problems };
}

function resolveEndpoints(file: FileMessage<Relationship>, known: readonly NamedScenario[]): Resolution<Relationship> {
  const { getId, problems } = createReportingLookup(file, known);
  const message = { ...file.message };
  for (const { field, key } of scenarioFields) {
    if (canNameScenario(field, message) && !isUuid(message[key])) message[key] = getId(message[key], field);
  }
  return { resolved: { ...file, message, bytes: Relationship.encode(message).finish() }, problems };
}

/** Creates a lookup that adds a problem at the position of each unknown or ambiguous name. */
function createReportingLookup(
  { source, path }: FileMessage<unknown>,
  known: readonly NamedScenario[],
): { readonly getId: ScenarioIdLookup; readonly problems: readonly FileProblem[] } {
  const problems: FileProblem[] = [];
  const getId = createScenarioIdLookup(known, (field, message) => {
    const location = { file: source.file, ...source.positionAt(field), path: path === '' ? field : `${path}.${field}` };
    problems.push({ ...location, severity: 'ERROR', code: 'UNKNOWN_SCENARIO', message });
  });
  return { getId, problems };
}
