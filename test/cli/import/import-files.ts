import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { checkScenarios, formatProblem, parseScenarioFile, resolveScenarioNames } from '../../../src/cli/files';
import { type ImportedProject, importRasaProject } from '../../../src/cli/import/rasa/import-project';

/** Writes files to a new folder, imports it, and removes it. */
export async function importFiles(
  files: Readonly<Record<string, string>>,
  readActions: readonly string[] = [],
): Promise<ImportedProject> {
  const folder = mkdtempSync(join(tmpdir(), 'rasa-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return await importRasaProject(folder, { readActions });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the errors that `validate` reports for the scenario files of an import. */
export function listErrors({ files }: ImportedProject): readonly string[] {
  const parsed = files
    .filter(({ path }) => path.startsWith('scenarios/'))
    .map(({ path, text }) => parseScenarioFile(path, text));
  const together = resolveScenarioNames(
    {
      scenarios: parsed.flatMap(({ scenarios }) => scenarios),
      relationships: parsed.flatMap(({ relationships }) => relationships),
      fields: parsed.flatMap(({ fields }) => fields),
      problems: parsed.flatMap(({ problems }) => problems),
    },
    [],
  );
  return checkScenarios(together)
    .problems.filter(({ severity }) => severity === 'ERROR')
    .map(formatProblem);
}

/** Reads a file of an import as YAML. */
export function readImported(project: ImportedProject, path: string): unknown {
  const file = project.files.find((each) => each.path === path);
  if (file === undefined)
    throw new Error(`${path} was not written: ${project.files.map((each) => each.path).join(', ')}`);
  return parse(file.text);
}
