import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { addAuthoringCommands } from './authoring-commands';
import { addCompletionCommand } from './completion-command';
import { exitCodes } from './exit-code';
import { addServiceCommands } from './service-commands';

/** The whole command line. Each command loads what it needs when it is run. */
export function createProgram(): Command {
  const command = new Command('scenario-orchestrator')
    .description('Decides, turn by turn, what the conversations of an AI agent do next.')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .showHelpAfterError('(--help tells how it is used)')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage));
  addAuthoringCommands(command);
  addServiceCommands(command);
  addCompletionCommand(command);
  return command.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 errors in files or turns not as expected, 2 wrong usage, 3 the service refused or is not there.',
  );
}

function ownVersion(): string {
  // The same place from src/ and from dist/src/ but for one folder; an installed package has dist/ only.
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8'));
  return String(version);
}
