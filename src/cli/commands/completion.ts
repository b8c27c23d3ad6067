import { Argument, type Command, type Option } from 'commander';
import { createCommand, runCommand } from '../command';
import { exitCodes } from '../exit-codes';

const programName = 'scenario-orchestrator';

/** Creates the command that prints completion scripts, which are generated from the commands and options of the program. */
export function createCompletionCommand(program: Command): Command {
  return createCommand('completion', {
    summary: 'print a shell completion script',
    description: 'Prints a script that completes commands and options in bash, zsh or fish (docs/command-line.md).',
  })
    .addArgument(new Argument('<shell>', 'shell that evaluates the script').choices(Object.keys(scriptFormats)))
    .action((shell: keyof typeof scriptFormats) =>
      runCommand({}, (output) => {
        output.writeFile(scriptFormats[shell](program.commands.map(toCommandCompletion)));
        return exitCodes.ok;
      }),
    );
}

interface CommandCompletion {
  readonly name: string;
  readonly summary: string;
  /** The names of the subcommands, for example `list`; empty for most commands. */
  readonly subcommands: readonly string[];
  /** The options of the command and of its subcommands. */
  readonly options: readonly OptionCompletion[];
}

interface OptionCompletion {
  /** For example `--json`. */
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** The allowed values; empty if any value is allowed, for example a file. */
  readonly choices: readonly string[];
}

function toCommandCompletion(command: Command): CommandCompletion {
  const options = [command, ...command.commands].flatMap(({ options: own }) => own.flatMap(toOptionCompletions));
  return {
    name: command.name(),
    summary: command.summary(),
    subcommands: command.commands.map((subcommand) => subcommand.name()),
    options: [...new Map(options.map((option) => [option.flag, option])).values()],
  };
}

function toOptionCompletions({
  long,
  description,
  required,
  optional,
  argChoices,
}: Option): readonly OptionCompletion[] {
  if (long == null) return [];
  return [{ flag: long, description, takesValue: required || optional, choices: argChoices ?? [] }];
}

const scriptFormats = { bash: formatBash, zsh: formatZsh, fish: formatFish };

/** Formats the bash script, which completes the choices of the previous option, else the options of the command, else files. */
function formatBash(commands: readonly CommandCompletion[]): string {
  const optionsWithChoices = commands.flatMap((command) =>
    command.options.filter(({ choices }) => choices.length > 0).map((option) => ({ command, option })),
  );
  return [
    '_scenario_orchestrator() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""',
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(({ name }) => name).join(' ')}"; else`,
    '    case "${COMP_WORDS[1]} $previous" in',
    ...optionsWithChoices.map(
      ({ command, option }) => `      "${command.name} ${option.flag}") words="${option.choices.join(' ')}" ;;`,
    ),
    '      *) case "${COMP_WORDS[1]}" in',
    ...commands.map(({ name, subcommands, options }) => {
      const words = [...subcommands, ...options.map(({ flag }) => flag)];
      return `        ${name}) words="${words.join(' ')}" ;;`;
    }),
    '      esac ;;',
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    `complete -o default -F _scenario_orchestrator ${programName}`,
  ].join('\n');
}

function formatZsh(commands: readonly CommandCompletion[]): string {
  return [
    `#compdef ${programName}`,
    '_scenario_orchestrator() {',
    '  local -a commands',
    '  commands=(',
    ...commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`),
    '  )',
    '  if (( CURRENT == 2 )); then _describe command commands; return; fi',
    '  case "${words[2]}" in',
    ...commands.map(({ name, subcommands, options }) => {
      const first = subcommands.length === 0 ? [] : [`'1:command:(${subcommands.join(' ')})'`];
      const specs = [...options.map(formatZshOption), ...first, "'*:file:_files'"].join(' ');
      return `    ${name}) shift words; (( CURRENT-- )); _arguments ${specs} ;;`;
    }),
    '  esac',
    '}',
    `compdef _scenario_orchestrator ${programName}`,
  ].join('\n');
}

function formatZshOption({ flag, description, takesValue, choices }: OptionCompletion): string {
  const text = description.replaceAll(/[[\]:]/g, ' ');
  const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : takesValue ? ':value:_files' : '';
  return quote(`${flag}[${text}]${value}`);
}

function formatFish(commands: readonly CommandCompletion[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const noCommand = `not __fish_seen_subcommand_from ${names}`;
  return commands
    .flatMap(({ name, summary, subcommands, options }) => [
      `complete -c ${programName} -n "${noCommand}" -f -a ${name} -d ${quote(summary)}`,
      ...formatFishSubcommands(name, subcommands),
      ...options.map(({ flag, description, takesValue, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${quote(choices.join(' '))}` : takesValue ? ' -r' : '';
        const condition = `__fish_seen_subcommand_from ${name}`;
        return `complete -c ${programName} -n "${condition}" -l ${flag.slice(2)} -d ${quote(description)}${value}`;
      }),
    ])
    .join('\n');
}

function formatFishSubcommands(name: string, subcommands: readonly string[]): readonly string[] {
  if (subcommands.length === 0) return [];
  const words = subcommands.join(' ');
  const condition = `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${words}`;
  return [`complete -c ${programName} -n "${condition}" -f -a ${quote(words)}`];
}

/** Quotes a text as one word for a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
