import { Command, Option } from 'commander';
import { CommandError, type ExitCode, exitCodes } from './exit-codes';
import { createProcessOutput, exitOnClosedOutput, helpOutput, type Output, writeStatus } from './output/terminal';

// Creates and runs commands. This module loads only Commander, so that `serve` can start telemetry before the modules of the service.

/** Creates a command with the help option and usage errors that all commands share. */
export function createCommand(
  name: string,
  texts: { readonly summary?: string; readonly description: string },
): Command {
  return new Command(name)
    .summary(texts.summary ?? '')
    .description(texts.description)
    .helpOption('-h, --help', 'print help')
    .configureOutput(helpOutput)
    .showHelpAfterError('(run with --help for usage)')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage));
}

export interface JsonOptions {
  readonly json?: boolean;
}

export function createJsonOption(description = 'print the result as one JSON value'): Option {
  return new Option('--json', description);
}

/**
 * Runs the action of a command and sets the exit code of the process. Writes the lines of an expected error to standard error. Any other
 * error is a defect: writes its stack trace.
 */
export async function runCommand(
  { json }: JsonOptions,
  action: (output: Output) => Promise<ExitCode> | ExitCode,
): Promise<void> {
  try {
    process.exitCode = await action(createProcessOutput(json === true));
  } catch (error) {
    const { toCommandError } = await import('./service-client.js');
    const commandError = toCommandError(error);
    for (const line of getLines(commandError)) writeStatus(line);
    process.exitCode = commandError instanceof CommandError ? commandError.exitCode : 1;
  }
}

function getLines(error: unknown): readonly string[] {
  if (error instanceof CommandError) return error.lines;
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n');
}

/** Runs a command as the program of this process, with the arguments of the process. */
export async function runProgram(command: Command): Promise<void> {
  exitOnClosedOutput();
  await command.parseAsync(process.argv);
}
