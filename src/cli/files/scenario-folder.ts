import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { types } from 'node:util';
import type { Relationship, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { type FileProblem, FileProblemsError } from './file-problem';
import { type FileMessage, parseScenarioFile, type ScenarioFile } from './scenario-file';

/** The scenarios and relationships of files. */
export interface ScenarioFiles {
  /** By file, then as written. */
  readonly scenarios: readonly FileMessage<Scenario>[];
  readonly relationships: readonly FileMessage<Relationship>[];
}

/**
 * Reads scenario files: each path a file, or a folder with all its `.yaml`, `.yml` and `.json` files by name, folders within it
 * left out. Gives what can be read of them and everything that is wrong in any, scenario ids that are used twice included; the
 * problems by file, those of a file in its order.
 */
export function readScenarioFiles(paths: readonly string[]): ScenarioFile {
  const read = paths.flatMap(listDocumentFiles).map(readFile);
  const scenarios = read.flatMap((file) => file.scenarios);
  return {
    scenarios,
    relationships: read.flatMap((file) => file.relationships),
    problems: [...read.flatMap((file) => file.problems), ...idProblems(scenarios)],
  };
}

/** The same for who needs them whole. Throws FileProblemsError with everything that is wrong in any of them. */
export function loadScenarioFiles(paths: readonly string[]): ScenarioFiles {
  const { scenarios, relationships, problems } = readScenarioFiles(paths);
  if (problems.length > 0) throw new FileProblemsError(problems);
  return { scenarios, relationships };
}

/** The file of a path; of a folder all its `.yaml`, `.yml` and `.json` files by name, folders within it left out. */
export function listDocumentFiles(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map(({ name }) => join(path, name))
    .sort();
}

function readFile(path: string): ScenarioFile {
  try {
    return parseScenarioFile(path, readFileSync(path, 'utf8'));
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    return { scenarios: [], relationships: [], problems: [unreadableFileProblem(path, error)] };
  }
}

/** Whether an error is the file system's. */
export function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && 'syscall' in error;
}

/** The problem of a file that the file system does not give. */
export function unreadableFileProblem(file: string, error: NodeJS.ErrnoException): FileProblem {
  const message = error.code === 'ENOENT' ? 'there is no such file or folder' : `cannot be read (${error.message})`;
  return { file, line: 1, column: 1, path: '', severity: 'ERROR', code: 'UNREADABLE', message };
}

function idProblems(scenarios: readonly FileMessage<Scenario>[]): readonly FileProblem[] {
  const first = new Map<string, FileMessage<Scenario>>();
  return scenarios.flatMap((scenario): FileProblem[] => {
    const { message, source } = scenario;
    const id = message.scenarioId.toLowerCase();
    const other = first.get(id);
    if (other === undefined) {
      first.set(id, scenario);
      return [];
    }
    const path = 'scenario_id';
    const used = `is the id of “${other.message.name}” too (${other.source.file}:${other.source.positionAt(path).line})`;
    const place = { file: source.file, ...source.positionAt(path), path };
    return [{ ...place, severity: 'ERROR', code: 'DUPLICATE_SCENARIO', message: used }];
  });
}
