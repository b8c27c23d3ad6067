import type { Command } from 'commander';
import { convertConfiguredStore } from '../../server/convert';
import { createCommand, runCommand } from '../command';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import type { Output } from '../output/terminal';

interface ConvertOptions {
  readonly dryRun?: boolean;
}

export function createConvertCommand(): Command {
  return createCommand('convert', {
    summary: 'convert the sessions in Redis from an earlier release',
    description: [
      'Moves the sessions that releases up to 0.2 stored in Redis to the keys of this release, and adds all sessions to the index.',
      'Uses the settings of the service (docs/configuration.md). Stop all nodes first, and make a backup.',
      'If it is interrupted, run it again.',
    ].join(' '),
  })
    .option('--dry-run', 'count the sessions and change nothing')
    .action((options: ConvertOptions) => runCommand({}, (output) => convert(options, output)));
}

/** Progress is written after this number of sessions. */
const sessionsPerLine = 10_000;

async function convert({ dryRun = false }: ConvertOptions, output: Output): Promise<ExitCode> {
  let nextLine = sessionsPerLine;
  const onProgress = (sessions: number): void => {
    if (sessions < nextLine) return;
    output.writeStatus(`${sessions} sessions are converted`);
    nextLine = sessions - (sessions % sessionsPerLine) + sessionsPerLine;
  };
  try {
    const { address, sessions, indexed, partitions } = await convertConfiguredStore(process.env, {
      isDryRun: dryRun,
      onProgress,
    });
    output.writeLine(
      dryRun
        ? `${address}: ${sessions} sessions to convert, ${indexed} to add to the index`
        : `${address}: ${sessions} sessions were converted, ${indexed} added to the index, the store has ${partitions} partitions`,
    );
    return exitCodes.ok;
  } catch (error) {
    throw new CommandError(exitCodes.findings, error instanceof Error ? error.message : String(error));
  }
}
