import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ZodError } from 'zod';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../../src/cli/command';
import { CommandError, type ExitCode, exitCodes } from '../../src/cli/exit-codes';
import type { Output } from '../../src/cli/output/terminal';
import { manners } from './customer';
import { judgeStory } from './play-story';
import { playWorlds } from './play-worlds';
import { readPolicy } from './policy-catalogue';
import { formatReport, isRight, type PolicyReport } from './report';
import { readRetailData } from './retail-database';
import { readStories } from './stories';

// The relative path is the same from tools/ and from dist/tools/.
const exampleFolder = join(__dirname, '..', '..', 'examples', 'policies', 'retail');

interface PoliciesOptions extends JsonOptions {
  readonly data: string;
  readonly tasks: string;
  readonly scenarios: string;
  readonly texts: string;
  readonly worlds: number;
  readonly seed: number;
}

export function createPoliciesCommand(): Command {
  return createCommand('npm run policies --', {
    description: [
      'Plays the stories of the retail policy and wrong worlds through the rules, and prints what was right.',
      'Exits with 1 if an action broke the policy, or if a story that the tools themselves accept did not end as it should.',
    ].join(' '),
  })
    .addOption(
      new Option('--data <folder>', 'folder with db.json and the stories').default(
        join(exampleFolder, 'data'),
        'examples/policies/retail/data',
      ),
    )
    .option('--tasks <name>', 'file of stories in the folder', 'tasks.json')
    .addOption(
      new Option('--texts <file>', 'what the texts of the stories say').default(
        join(exampleFolder, 'texts.yaml'),
        'examples/policies/retail/texts.yaml',
      ),
    )
    .addOption(
      new Option('--scenarios <folder>', 'folder with the scenarios of the policy').default(
        join(exampleFolder, 'scenarios'),
        'examples/policies/retail/scenarios',
      ),
    )
    .addOption(
      new Option('--worlds <count>', 'wrong worlds of each kind with each proposer').default(30).argParser(parseCount),
    )
    .addOption(new Option('--seed <number>', 'seed of everything that is random').default(1).argParser(parseCount))
    .addOption(createJsonOption('print the report as one JSON value'))
    .action((options: PoliciesOptions) => runCommand(options, (output) => playPolicy(options, output)));
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new InvalidArgumentError('Must be a whole number, 0 or more.');
  return count;
}

function playPolicy(options: PoliciesOptions, output: Output): ExitCode {
  const report = createReport(options);
  if (output.json) output.writeJson(report);
  else for (const line of formatReport(report)) output.writeLine(line);
  return isRight(report) ? exitCodes.ok : exitCodes.findings;
}

/** Plays everything. Throws a CommandError if a file cannot be read. */
export function createReport({ data, tasks, texts, scenarios, worlds, seed }: PoliciesOptions): PolicyReport {
  const policy = readPolicy(scenarios);
  const retail = readFile(join(data, 'db.json'), readRetailData);
  const stories = readFile(join(data, tasks), (file) => readStories(file, texts));
  const start = process.cpuUsage();
  const verdicts = manners.flatMap((manner) => stories.map((story) => judgeStory(story, manner, policy, retail, seed)));
  const { wrong, controls } = playWorlds({ count: worlds, seed }, policy, retail);
  const { user, system } = process.cpuUsage(start);
  const yamlLines = readdirSync(scenarios).map(
    (name) => readFileSync(join(scenarios, name), 'utf8').split('\n').length - 1,
  );
  return {
    scenarioFiles: yamlLines.length,
    yamlLines: yamlLines.reduce((sum, lines) => sum + lines, 0),
    verdicts,
    wrong,
    controls,
    cpuSeconds: (user + system) / 1e6,
  };
}

function readFile<T>(file: string, read: (path: string) => T): T {
  try {
    return read(file);
  } catch (error) {
    if (error instanceof ZodError) {
      throw new CommandError(
        exitCodes.findings,
        `${file}: not the published form of the retail domain: ${error.message}`,
      );
    }
    if (error instanceof Error && 'code' in error)
      throw new CommandError(exitCodes.findings, `${file}: ${error.message}`);
    throw error;
  }
}
