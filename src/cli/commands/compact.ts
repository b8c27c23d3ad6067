import type { Command } from 'commander';
import { compactConfiguredStore } from '../../server/compact';
import { createCommand, runCommand } from '../command';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import type { Output } from '../output/terminal';

export function createCompactCommand(): Command {
  return createCommand('compact', {
    summary: 'erase deleted values from the embedded store',
    description: [
      'Copies the embedded store to a new file without deleted and expired values, which then replaces the old one.',
      'Uses the settings of the service (docs/configuration.md). Stop the service first.',
    ].join(' '),
  }).action(() => runCommand({}, compact));
}

async function compact(output: Output): Promise<ExitCode> {
  try {
    const { path, bytesBefore, bytesAfter } = await compactConfiguredStore(process.env);
    output.writeLine(`${path}: deleted values are erased, ${bytesBefore} bytes before, ${bytesAfter} bytes after`);
    return exitCodes.ok;
  } catch (error) {
    throw new CommandError(exitCodes.findings, error instanceof Error ? error.message : String(error));
  }
}
