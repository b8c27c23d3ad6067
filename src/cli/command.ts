import { Command, InvalidArgumentError, Option } from 'commander';
import { createProcessOutput, type Output } from './output/terminal';

// The parts that all commands share: exit codes, errors, option parsers, and how a command runs. Loads only Commander, so that
// `serve` can load telemetry before the modules that it instruments.

/** Exit codes for scripts (docs/command-line.md). */
export const exitCodes = {
  ok: 0,
  /** Files have errors, or a conversation has differences. */
  findings: 1,
  /** The command line is invalid. */
  usage: 2,
  /** The service is unavailable or refused the call. */
  service: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error that ends a command with an exit code. Its message is shown without a stack trace. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** Creates a command with the help and usage errors of the whole program. */
export function createCommand(
  name: string,
  texts: { readonly summary?: string; readonly description: string },
): Command {
  return new Command(name)
    .summary(texts.summary ?? '')
    .description(texts.description)
    .helpOption('-h, --help', 'print help')
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
 * Runs the action of a command and sets the exit code of the process. Writes the message of an expected error to standard error.
 * Any other error is a defect and ends the process with its stack trace.
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
    if (!(commandError instanceof CommandError)) throw commandError;
    process.stderr.write(`${commandError.message}\n`);
    process.exitCode = commandError.exitCode;
  }
}

/** Runs a command as the program of this process, with the arguments of the process. */
export async function runProgram(command: Command): Promise<void> {
  // `... | head` closes the pipe.
  process.stdout.on('error', () => process.exit(1));
  await command.parseAsync(process.argv);
}

const uuidRegExp = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidRegExp.test(text);
}

export function parseUuid(text: string): string {
  if (isUuid(text)) return text;
  throw new InvalidArgumentError('It must be a UUID.');
}

/** Parses an integer from 0. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a non-negative integer.');
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds, more than 0 and at most 3600.');
}

export function parseAddress(text: string): string {
  if (/^[^\s/]+:\d{1,5}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be HOST:PORT.');
}
