import type { DefinitionSet, DefinitionUpdate } from '../../core/simulation/definitions';
import {
  type CheckedScenarios,
  checkScenarios,
  FileProblemsError,
  readScenarioFiles,
  type ScenarioFiles,
} from '../files';

// Definitions of files, for simulations.

/** Definitions of files that a service would accept. */
export interface FileDefinitions extends CheckedScenarios {
  readonly files: ScenarioFiles;
}

/** Reads and checks files. Throws FileProblemsError if a service would refuse one of their definitions. */
export function readFileDefinitions(paths: readonly string[]): FileDefinitions {
  const files = readScenarioFiles(paths);
  const checked = checkScenarios(files);
  const errors = checked.problems.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new FileProblemsError(errors);
  return { ...checked, files };
}

/** Returns the definitions of files as a set. */
export function toDefinitionSet({
  scenarios,
  relationships,
  fields,
}: Pick<CheckedScenarios, 'scenarios' | 'relationships' | 'fields'>): DefinitionSet {
  return {
    scenarios: new Map(
      scenarios.map(({ scenarioId, version, definition: scenario }) => [scenarioId, { scenario, version }]),
    ),
    relationships,
    fields: [...fields.fields.values()].map(({ definition }) => definition),
  };
}

/** Returns the definitions of files as an update, like that of `put`, or, if they are complete, as all definitions. */
export function toDefinitionUpdate(definitions: FileDefinitions, isComplete: boolean): DefinitionUpdate {
  const { scenarios, relationships, fields } = toDefinitionSet(definitions);
  return {
    scenarios: [...scenarios.values()].map(({ scenario }) => ({ scenario })),
    relationships,
    fields: definitions.files.fields.length > 0 ? fields : undefined,
    isComplete,
  };
}
