import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createCommand } from './command';

/** The commands, in the order in which the help lists them. Loaded on demand, so that a command loads only its own modules. */
const commandLoaders: Readonly<Record<string, () => Promise<Command>>> = {
  validate: async () => (await import('./commands/validate.js')).createValidateCommand(),
  test: async () => (await import('./commands/test.js')).createTestCommand(),
  simulate: async () => (await import('./commands/simulate.js')).createSimulateCommand(),
  import: async () => (await import('./commands/import.js')).createImportCommand(),
  render: async () => (await import('./commands/render.js')).createRenderCommand(),
  put: async () => (await import('./commands/catalogue.js')).createPutCommand(),
  get: async () => (await import('./commands/catalogue.js')).createGetCommand(),
  fields: async () => (await import('./commands/fields.js')).createFieldsCommand(),
  list: async () => (await import('./commands/catalogue.js')).createListCommand(),
  delete: async () => (await import('./commands/catalogue.js')).createDeleteCommand(),
  relationships: async () => (await import('./commands/relationships.js')).createRelationshipsCommand(),
  turn: async () => (await import('./commands/turn.js')).createTurnCommand(),
  session: async () => (await import('./commands/session.js')).createSessionCommand(),
  sessions: async () => (await import('./commands/sessions.js')).createSessionsCommand(),
  customer: async () => (await import('./commands/customer.js')).createCustomerCommand(),
  explain: async () => (await import('./commands/explain.js')).createExplainCommand(),
  tail: async () => (await import('./commands/session.js')).createTailCommand(),
  watch: async () => (await import('./commands/watch.js')).createWatchCommand(),
  export: async () => (await import('./commands/export.js')).createExportCommand(),
  serve: async () => (await import('./commands/serve.js')).createServeCommand(),
  compact: async () => (await import('./commands/compact.js')).createCompactCommand(),
  convert: async () => (await import('./commands/convert.js')).createConvertCommand(),
  'api-key': async () => (await import('./commands/api-key.js')).createApiKeyCommand(),
  demo: async () => (await import('./commands/demo.js')).createDemoCommand(),
};

/** Creates the program with only the command `name`, or with all commands if there is no such command, as for help. */
export async function createProgram(name = ''): Promise<Command> {
  const loader = Object.hasOwn(commandLoaders, name) ? commandLoaders[name] : undefined;
  const loaders = loader === undefined ? Object.values(commandLoaders) : [loader];
  const program = createCommand('scenario-orchestrator', {
    description: 'Decides, turn by turn, which conversation scenarios start, move, pause and end.',
  })
    .version(readVersion(), '-V, --version', 'print the version')
    // An option after the name of a command belongs to that command: `get` has its own --version.
    .enablePositionalOptions()
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 errors in files or failed tests, 2 usage error, 3 the service is unavailable or refused the call, 4 the sink of an export refused events.',
    );
  for (const load of loaders) program.addCommand(await load());
  if (loader === undefined) {
    const { createCompletionCommand } = await import('./commands/completion.js');
    program.addCommand(createCompletionCommand(program));
  }
  return program;
}

function readVersion(): string {
  // The path leads from dist/src/cli/ to the root of the package.
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8'));
  return String(version);
}
