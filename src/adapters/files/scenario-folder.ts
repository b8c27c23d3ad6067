import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Relationship, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { type FileProblem, FileProblemsError } from './file-problem';
import { type FromFile, readScenarioFile, type ScenarioFile } from './scenario-file';

/** The scenarios and relationships of files. */
export interface ScenarioFiles {
  /** By file, then as written. */
  readonly scenarios: readonly FromFile<Scenario>[];
  readonly relationships: readonly FromFile<Relationship>[];
}

/**
 * Reads scenario files: each path a file, or a folder with all its `.yaml`, `.yml` and `.json` files by name, folders within it
 * left out. Throws FileProblemsError with everything that is wrong in any of them, scenario ids that are used twice included.
 */
export function loadScenarioFiles(paths: readonly string[]): ScenarioFiles {
  const read = paths.flatMap(filesOf).map(readFile);
  const scenarios = read.flatMap((file) => file.scenarios);
  const problems = [...read.flatMap((file) => file.problems), ...idProblems(scenarios)];
  if (problems.length > 0) throw new FileProblemsError(problems);
  return { scenarios, relationships: read.flatMap((file) => file.relationships) };
}

function filesOf(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map(({ name }) => join(path, name))
    .sort();
}

function readFile(path: string): ScenarioFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const problem = { file: path, line: 1, column: 1, path: '', message: `cannot be read (${String(error)})` };
    return { scenarios: [], relationships: [], problems: [problem] };
  }
  return readScenarioFile(path, text);
}

function idProblems(scenarios: readonly FromFile<Scenario>[]): readonly FileProblem[] {
  const first = new Map<string, FromFile<Scenario>>();
  return scenarios.flatMap((scenario): FileProblem[] => {
    const { message, source } = scenario;
    const id = message.scenarioId.toLowerCase();
    const other = first.get(id);
    if (other === undefined) {
      first.set(id, scenario);
      return [];
    }
    const at = other.source.at('scenario_id');
    const used = `is the id of “${other.message.name}” too (${other.source.file}:${at.line})`;
    return [{ file: source.file, ...source.at('scenario_id'), path: 'scenario_id', message: used }];
  });
}
