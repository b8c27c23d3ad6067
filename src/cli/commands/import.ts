import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { FileProblemsError } from '../files';
import { type ImportedProject, importRasaProject } from '../import/rasa/import-project';
import { formatReportItem } from '../import/rasa/report';
import { type Output, styled } from '../output/terminal';

interface ImportOptions extends JsonOptions {
  /** The folder for the files. */
  readonly out: string;
  /** Actions that only look something up. */
  readonly read: readonly string[];
  /** Whether files that exist are overwritten. */
  readonly force: boolean;
  /** Whether anything that was not carried over fails the command. */
  readonly strict: boolean;
}

export function createImportCommand(): Command {
  const command = createCommand('import', {
    summary: 'import a project of another framework',
    description: 'Converts a project of another framework to scenario files and conversation tests.',
  });
  return command.addCommand(
    createCommand('rasa', {
      summary: 'import a CALM project of Rasa',
      description: [
        'Converts flows, slots, responses and end-to-end tests of Rasa to scenarios, fields, relationships and conversation tests.',
        'Reports what is not carried over (docs/how-to/import-from-rasa.md).',
      ].join(' '),
    })
      .argument('<folder>', 'folder of the project')
      .option('--out <folder>', 'folder for the files', 'imported')
      .option('--read <actions>', 'actions that only look something up, separated by commas', parseNames, [])
      .option('--force', 'overwrite files that exist', false)
      .option('--strict', 'fail if anything is not carried over', false)
      .addOption(createJsonOption())
      .action((folder: string, options: ImportOptions) =>
        runCommand(options, (output) => importProject(folder, options, output)),
      ),
  );
}

function parseNames(value: string): readonly string[] {
  return value.split(',').map((name) => name.trim());
}

async function importProject(folder: string, options: ImportOptions, output: Output): Promise<ExitCode> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CommandError(exitCodes.usage, `${folder} is not a folder. Name the folder of the project.`);
  }
  const imported = await importRasaProject(folder, { readActions: options.read, outputFolder: options.out });
  if (imported.problems.length > 0) throw new FileProblemsError(imported.problems);
  if (imported.scenarioCount === 0) {
    throw new CommandError(
      exitCodes.findings,
      `${folder} has no flows. The import reads YAML files with the key \`flows\`.`,
    );
  }
  const unknown = options.read.find((action) => !imported.actions.includes(action));
  if (unknown !== undefined) {
    const known = imported.actions.join(', ');
    throw new CommandError(
      exitCodes.usage,
      `--read: no flow has the action “${unknown}”. The flows have: ${known || 'none'}.`,
    );
  }
  writeFiles(imported, options);
  writeResult(imported, options, output);
  const isLossy = imported.items.some(({ kind }) => kind === 'NOT_CARRIED_OVER');
  return options.strict && isLossy ? exitCodes.findings : exitCodes.ok;
}

/** Writes all files or, if one of them exists, none. */
function writeFiles({ files }: ImportedProject, { out, force }: ImportOptions): void {
  const existing = files.map(({ path }) => join(out, path)).filter((path) => existsSync(path));
  if (existing.length > 0 && !force) {
    throw new CommandError(
      exitCodes.usage,
      ...existing.map((path) => `${path} exists.`),
      'Nothing was written. Choose another folder with --out, or overwrite the files with --force.',
    );
  }
  for (const { path, text } of files) {
    const target = join(out, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

function writeResult(
  { files, items, scenarioCount, testCount }: ImportedProject,
  { out }: ImportOptions,
  output: Output,
): void {
  const losses = items.filter(({ kind }) => kind === 'NOT_CARRIED_OVER');
  if (output.json) {
    output.writeJson({
      out,
      scenarios: scenarioCount,
      conversations: testCount,
      files: files.map(({ path }) => path),
      items,
    });
    return;
  }
  for (const item of losses) output.writeLine(formatReportItem(item));
  const changes = items.length - losses.length;
  const counts = [
    formatCount(scenarioCount, 'scenario'),
    formatCount(testCount, 'conversation test'),
    `${losses.length} not carried over`,
    `${changes} changed`,
  ];
  const summary = `${out}: ${counts.join(', ')} (import-report.md)`;
  output.writeStatus(styled(output.terminal, losses.length === 0 ? 'green' : 'yellow', summary));
}

function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
