import { checkScenarios } from '../conversation-tests/checked-scenarios';
import { type ExitCode, exitCodes } from '../exit-code';
import { type FileProblem, formatProblem, readScenarioFiles } from '../files';
import type { Output } from '../output/output';
import { styled } from '../output/styled-text';

export interface ValidateOptions {
  readonly format: 'text' | 'json' | 'github';
  /** Warnings fail, too. */
  readonly strict: boolean;
}

/** Checks scenario files as the service would and tells everything that is wrong or noteworthy, each at its place. */
export async function validate(
  paths: readonly string[],
  { format, strict }: ValidateOptions,
  output: Output,
): Promise<ExitCode> {
  const files = readScenarioFiles(paths);
  const { problems } = checkScenarios(files);
  const errors = problems.filter(({ severity }) => severity === 'ERROR').length;
  const warnings = problems.length - errors;
  const valid = errors === 0 && (!strict || warnings === 0);
  switch (format) {
    case 'json':
      output.writeJson({ valid, errors, warnings, problems });
      break;
    case 'github':
      for (const problem of problems) output.writeLine(githubCommand(problem));
      break;
    case 'text': {
      for (const problem of problems) output.writeLine(formatProblem(problem));
      const counts = `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
      const what = counted(files.scenarios.length, 'readable scenario');
      output.writeStatus(styled(output.terminal, valid ? 'green' : 'red', `${what}: ${counts}`));
    }
  }
  return valid ? exitCodes.ok : exitCodes.findings;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A workflow command of GitHub Actions, which shows the problem beside its line. */
function githubCommand({ severity, file, line, column, code, path, message }: FileProblem): string {
  const properties = { file, line, col: column, title: code };
  const given = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  const text = path === '' ? message : `${path}: ${message}`;
  return `::${severity === 'ERROR' ? 'error' : 'warning'} ${given.join(',')}::${escapedData(text)}`;
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
