import { type Command, Option } from 'commander';
import type { RenderOptions } from './commands/render';
import type { TestOptions } from './commands/test';
import type { ValidateOptions } from './commands/validate';
import { runCommand } from './run-command';
import { addAgentOptions, parseCount, parseUuid } from './service-options';

const jsonOption = (): Option => new Option('--json', 'print one JSON value and nothing else');

/** The commands for those who write scenarios; they need no service for files. */
export function addAuthoringCommands(program: Command): void {
  program
    .command('validate')
    .summary('check scenario files')
    .description(
      'Checks scenario files, and the files of folders, as the service would, and tells every finding at its place.',
    )
    .argument('<paths...>', 'scenario files, or folders of them')
    .addOption(
      new Option('--format <format>', 'how findings are told').choices(['text', 'json', 'github']).default('text'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('--strict', 'warnings fail, too', false)
    .action((paths: readonly string[], options: ValidateOptions) =>
      runCommand({}, async (output) => (await import('./commands/validate.js')).validate(paths, options, output)),
    );
  program
    .command('test')
    .summary('play conversation files and compare')
    .description(
      'Plays conversation files by the rules, without a service, and tells which turns are not decided as they expect.',
    )
    .argument('<paths...>', 'conversation files, or folders of them')
    .option('--coverage', 'tell which steps and transitions the conversations have seen', false)
    .option('--junit <file>', 'write the results as JUnit XML')
    .addOption(jsonOption())
    .action((paths: readonly string[], options: TestOptions & { readonly json?: boolean }) =>
      runCommand(options, async (output) => (await import('./commands/test.js')).test(paths, options, output)),
    );
  const render = program
    .command('render')
    .summary('draw a scenario')
    .description('Draws the scenario of a file, or a stored one, as a picture, for Mermaid or in the terminal.')
    .argument('<file-or-scenario>', 'a scenario file, or the id or name of a stored scenario')
    .addOption(
      new Option('--format <format>', 'what is drawn').choices(['terminal', 'mermaid', 'svg']).default('terminal'),
    )
    .option('-o, --output <file>', 'write to a file')
    .option('--scenario <name>', 'the one of a file that holds several, by name or id')
    .addOption(new Option('--version <number>', 'of a stored scenario').default(0, 'the newest').argParser(parseCount))
    .addOption(new Option('--session <uuid>', 'mark the path and position of a session').argParser(parseUuid))
    .addOption(new Option('--json', 'print the drawn graph as one JSON value'));
  addAgentOptions(render, { mandatory: false }).action(
    (named: string, options: RenderOptions & { readonly json?: boolean }) =>
      runCommand(options, async (output) => (await import('./commands/render.js')).render(named, options, output)),
  );
}
