import { type Command, Option } from 'commander';
import { createCommand, runCommand } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import { checkScenarios, type FileProblem, formatProblem, readScenarioFiles } from '../files';
import { type Output, styled } from '../output/terminal';

interface ValidateOptions {
  readonly format: 'text' | 'json' | 'github';
  /** Whether warnings fail the command. */
  readonly strict: boolean;
}

export function createValidateCommand(): Command {
  return createCommand('validate', {
    summary: 'check scenario files',
    description: 'Checks scenario files as the service does and reports every problem with its position.',
  })
    .argument('<paths...>', 'scenario files or folders')
    .addOption(new Option('--format <format>', 'output format').choices(['text', 'json', 'github']).default('text'))
    .addOption(new Option('--json', 'same as --format json').implies({ format: 'json' }))
    .option('--strict', 'fail on warnings', false)
    .action((paths: readonly string[], options: ValidateOptions) =>
      runCommand({}, (output) => validate(paths, options, output)),
    );
}

function validate(paths: readonly string[], { format, strict }: ValidateOptions, output: Output): ExitCode {
  const files = readScenarioFiles(paths);
  const { problems } = checkScenarios(files);
  const count = (wanted: FileProblem['severity']) => problems.filter(({ severity }) => severity === wanted).length;
  const [errors, warnings, infos] = [count('ERROR'), count('WARNING'), count('INFO')];
  const isValid = errors === 0 && (!strict || warnings === 0);
  switch (format) {
    case 'json':
      output.writeJson({ valid: isValid, errors, warnings, infos, problems });
      break;
    case 'github':
      for (const problem of problems) output.writeLine(formatWorkflowCommand(problem));
      break;
    case 'text': {
      for (const problem of problems) output.writeLine(formatProblem(problem));
      const counts = [formatCount(errors, 'error'), formatCount(warnings, 'warning')];
      if (infos > 0) counts.push(formatCount(infos, 'note'));
      const summary = `${formatCount(files.scenarios.length, 'readable scenario')}: ${counts.join(', ')}`;
      output.writeStatus(styled(output.terminal, isValid ? 'green' : 'red', summary));
    }
  }
  return isValid ? exitCodes.ok : exitCodes.findings;
}

function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const workflowCommands: Readonly<Record<FileProblem['severity'], string>> = {
  ERROR: 'error',
  WARNING: 'warning',
  INFO: 'notice',
};

/** Formats a problem as a workflow command of GitHub Actions, which annotates the line of the problem. */
function formatWorkflowCommand({ severity, file, line, column, code, path, message }: FileProblem): string {
  const properties = Object.entries({ file, line, col: column, title: code })
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',');
  const text = path === '' ? message : `${path}: ${message}`;
  return `::${workflowCommands[severity]} ${properties}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
