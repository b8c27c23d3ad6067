import { CommandError, type ExitCode } from './exit-code';
import { createProcessOutput, type Output } from './output/output';

/**
 * Runs a command and ends the process with its code. What a person can cause is told in a line or more on standard error; a defect
 * ends the process with its stack. The parts of a command are loaded when it is run, so that help costs nothing.
 */
export async function runCommand(
  { json }: { readonly json?: boolean },
  command: (output: Output) => Promise<ExitCode>,
): Promise<void> {
  try {
    process.exitCode = await command(createProcessOutput(json === true));
  } catch (error) {
    const { toCommandError } = await import('./failures.js');
    const told = toCommandError(error);
    if (!(told instanceof CommandError)) throw told;
    process.stderr.write(`${told.message}\n`);
    process.exitCode = told.exitCode;
  }
}
