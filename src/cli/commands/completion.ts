import type { CommandCompletion, OptionCompletion } from '../completion-command';
import { CommandError, type ExitCode, exitCodes } from '../exit-code';
import type { Output } from '../output/output';

const name = 'scenario-orchestrator';

/** Prints what a shell evaluates to complete commands, options and the values of options. */
export async function completion(
  shell: string,
  commands: readonly CommandCompletion[],
  output: Output,
): Promise<ExitCode> {
  const script = scripts.get(shell);
  if (script === undefined) {
    throw new CommandError(exitCodes.usage, `There are no completions for “${shell}”: name bash, zsh or fish.`);
  }
  output.writeLine(script(commands));
  return exitCodes.ok;
}

const scripts: ReadonlyMap<string, (commands: readonly CommandCompletion[]) => string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);

/** Words are looked up by the command; after an option with known values these, else files. */
function bash(commands: readonly CommandCompletion[]): string {
  const withValues = commands.flatMap((command) =>
    command.options.filter(({ choices: values }) => values.length > 0).map((option) => ({ command, option })),
  );
  return [
    '_scenario_orchestrator() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""',
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map((command) => command.name).join(' ')}"; else`,
    '    case "${COMP_WORDS[1]} $before" in',
    ...withValues.map(
      ({ command, option }) => `      "${command.name} ${option.flag}") words="${option.choices.join(' ')}" ;;`,
    ),
    '      *) case "${COMP_WORDS[1]}" in',
    ...commands.map(
      ({ name: word, options }) => `        ${word}) words="${options.map(({ flag: long }) => long).join(' ')}" ;;`,
    ),
    '      esac ;;',
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    `complete -o default -F _scenario_orchestrator ${name}`,
  ].join('\n');
}

function zsh(commands: readonly CommandCompletion[]): string {
  return [
    `#compdef ${name}`,
    '_scenario_orchestrator() {',
    '  local -a commands',
    '  commands=(',
    ...commands.map((command) => `    ${quoted(`${command.name}:${command.summary}`)}`),
    '  )',
    '  if (( CURRENT == 2 )); then _describe command commands; return; fi',
    '  case "${words[2]}" in',
    ...commands.map(
      ({ name: word, options }) =>
        `    ${word}) shift words; (( CURRENT-- )); _arguments ${[...options.map(zshOption), "'*:file:_files'"].join(' ')} ;;`,
    ),
    '  esac',
    '}',
    `compdef _scenario_orchestrator ${name}`,
  ].join('\n');
}

function zshOption({ flag: long, description, takesValue, choices: values }: OptionCompletion): string {
  const text = description.replaceAll(/[[\]:]/g, ' ');
  const value = values.length > 0 ? `:value:(${values.join(' ')})` : takesValue ? ':value:_files' : '';
  return quoted(`${long}[${text}]${value}`);
}

function fish(commands: readonly CommandCompletion[]): string {
  const names = commands.map((command) => command.name).join(' ');
  return commands
    .flatMap((command) => [
      `complete -c ${name} -n "not __fish_seen_subcommand_from ${names}" -f -a ${command.name} -d ${quoted(command.summary)}`,
      ...command.options.map(({ flag: long, description, takesValue, choices: values }) => {
        const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : takesValue ? ' -r' : '';
        return `complete -c ${name} -n "__fish_seen_subcommand_from ${command.name}" -l ${long.slice(2)} -d ${quoted(description)}${value}`;
      }),
    ])
    .join('\n');
}

/** A word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
