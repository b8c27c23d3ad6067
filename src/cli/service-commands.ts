import { type Command, Option } from 'commander';
import type { TailOptions } from './commands/session';
import type { TurnOptions } from './commands/turn';
import { runCommand } from './run-command';
import {
  type AgentOptions,
  addAgentOptions,
  addServiceOptions,
  parseCount,
  parseUuid,
  type ServiceOptions,
} from './service-options';

type WithJson<Options> = Options & { readonly json?: boolean };

const jsonOption = (): Option => new Option('--json', 'print JSON and nothing else');

/** The commands that talk to a service. */
export function addServiceCommands(program: Command): void {
  addCatalogueCommands(program);
  addSessionCommands(program);
  program
    .command('serve')
    .summary('start the service')
    .description(
      'Starts the service with the settings of configuration files and the environment (docs/configuration.md).',
    )
    .action(async () => {
      await import('./commands/serve.js');
    });
}

function addCatalogueCommands(program: Command): void {
  const put = program
    .command('put')
    .summary('store scenarios')
    .description('Stores the scenarios and relationships of files in the catalogue of an agent.')
    .argument('<paths...>', 'scenario files, or folders of them')
    .addOption(jsonOption());
  addAgentOptions(put).action((paths: readonly string[], options: WithJson<AgentOptions>) =>
    runCommand(options, async (output) => (await import('./commands/catalogue.js')).put(paths, options, output)),
  );
  const get = program
    .command('get')
    .summary('print a stored scenario as a file')
    .description('Prints a stored scenario in the form of a scenario file.')
    .argument('<scenario>', 'its id or name')
    .addOption(new Option('--version <number>', 'which version').default(0, 'the newest').argParser(parseCount))
    .addOption(jsonOption());
  addAgentOptions(get).action((named: string, options: WithJson<AgentOptions & { readonly version: number }>) =>
    runCommand(options, async (output) => (await import('./commands/catalogue.js')).get(named, options, output)),
  );
  const list = program
    .command('list')
    .summary('list the stored scenarios')
    .description('Lists the newest versions of the scenarios of an agent.')
    .option('--tag <tag>', 'only those with this tag')
    .addOption(jsonOption());
  addAgentOptions(list).action((options: WithJson<AgentOptions & { readonly tag?: string }>) =>
    runCommand(options, async (output) => (await import('./commands/catalogue.js')).list(options, output)),
  );
  const remove = program
    .command('delete')
    .summary('delete stored scenarios')
    .description(
      'Deletes scenarios with all their versions; running instances of them are cancelled on their next turn.',
    )
    .argument('<scenarios...>', 'their ids or names')
    .addOption(jsonOption());
  addAgentOptions(remove).action((named: readonly string[], options: WithJson<AgentOptions>) =>
    runCommand(options, async (output) => (await import('./commands/catalogue.js')).remove(named, options, output)),
  );
}

function addSessionCommands(program: Command): void {
  const turn = program
    .command('turn')
    .summary('send a turn')
    .description('Sends the turn of a YAML or JSON file and shows what was decided. Scenarios may be named.')
    .argument('<file>', 'the file, - for standard input')
    .addOption(new Option('--session <uuid>', 'the session; default that of the file').argParser(parseUuid))
    .addOption(new Option('--expected-revision <number>', 'refuse it at another revision').argParser(parseCount))
    .option('--validate-only', 'decide and store nothing', false)
    .addOption(jsonOption());
  addAgentOptions(turn).action((path: string, options: WithJson<TurnOptions>) =>
    runCommand(options, async (output) => (await import('./commands/turn.js')).turn(path, options, output)),
  );
  const session = program
    .command('session')
    .summary('show a session')
    .description('Shows what runs in a session, where each scenario stands, what it waits for, and why.')
    .argument('<session>', 'its id', parseUuid)
    .addOption(jsonOption());
  addServiceOptions(session).action((sessionId: string, options: WithJson<ServiceOptions>) =>
    runCommand(options, async (output) => (await import('./commands/session.js')).session(sessionId, options, output)),
  );
  const tail = program
    .command('tail')
    .summary('follow a session')
    .description('Shows the turns of a session as they are committed, on whichever node, until it is stopped.')
    .argument('<session>', 'its id', parseUuid)
    .addOption(
      new Option('--after <revision>', 'begin after this revision; 0: with all that are recorded').argParser(
        parseCount,
      ),
    )
    .addOption(new Option('-n, --count <turns>', 'end after so many turns').argParser(parseCount))
    .addOption(new Option('--json', 'print a line of JSON a turn'));
  addServiceOptions(tail).action((sessionId: string, options: WithJson<TailOptions>) =>
    runCommand(options, async (output) => (await import('./commands/session.js')).tail(sessionId, options, output)),
  );
}
