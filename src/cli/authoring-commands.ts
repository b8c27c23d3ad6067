import { type Command, Option } from 'commander';
import type { TestOptions } from './commands/test';
import type { ValidateOptions } from './commands/validate';
import { runCommand } from './run-command';

const jsonOption = (): Option => new Option('--json', 'print one JSON value and nothing else');

/** The commands for those who write scenarios; none needs a service. */
export function addAuthoringCommands(program: Command): void {
  program
    .command('validate')
    .summary('check scenario files')
    .description('Checks scenario files, and the files of folders, as the service would, and tells every finding at its place.')
    .argument('<paths...>', 'scenario files, or folders of them')
    .addOption(new Option('--format <format>', 'how findings are told').choices(['text', 'json', 'github']).default('text'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('--strict', 'warnings fail, too', false)
    .action((paths: readonly string[], options: ValidateOptions) =>
      runCommand({}, async (output) => (await import('./commands/validate.js')).validate(paths, options, output)),
    );
  program
    .command('test')
    .summary('play conversation files and compare')
    .description('Plays conversation files by the rules, without a service, and tells which turns are not decided as they expect.')
    .argument('<paths...>', 'conversation files, or folders of them')
    .option('--coverage', 'tell which steps and transitions the conversations have seen', false)
    .option('--junit <file>', 'write the results as JUnit XML')
    .addOption(jsonOption())
    .action((paths: readonly string[], options: TestOptions & { readonly json?: boolean }) =>
      runCommand(options, async (output) => (await import('./commands/test.js')).test(paths, options, output)),
    );
}
