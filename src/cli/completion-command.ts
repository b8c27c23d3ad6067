import type { Command, Option } from 'commander';
import { runCommand } from './run-command';

/** The command that writes completions for a shell; what they complete is read from the program itself. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .summary('print completions for a shell')
    .description(
      'Prints a script that completes commands and options: bash, zsh or fish evaluate it (docs/command-line.md).',
    )
    .argument('<shell>', 'bash, zsh or fish')
    .action((shell: string) =>
      runCommand({}, async (output) =>
        (await import('./commands/completion.js')).completion(shell, completed(program), output),
      ),
    );
}

/** A command as a completion knows it. */
export interface CommandCompletion {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionCompletion[];
}

export interface OptionCompletion {
  /** `--json` */
  readonly flag: string;
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** The values that there are; empty: any, a file for one. */
  readonly choices: readonly string[];
}

function completed(program: Command): readonly CommandCompletion[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: command.options.flatMap((option: Option) =>
      option.long == null
        ? []
        : [
            {
              flag: option.long,
              description: option.description,
              takesValue: option.required || option.optional,
              choices: option.argChoices ?? [],
            },
          ],
    ),
  }));
}
