import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../../src/cli/command';
import { type ExitCode, exitCodes } from '../../src/cli/exit-codes';
import { startLocalService } from '../../src/cli/local-service';
import type { Output } from '../../src/cli/output/terminal';
import { addConnectionOptions, type ConnectionOptions, parseAddress, withClient } from '../../src/cli/service-client';
import { formatDisagreement, formatFiguresJson, formatFiguresTable } from './figures';
import { createProgressBars } from './progress';
import { replayFolder } from './replay-folder';

// The relative path is the same from tools/ and from dist/tools/.
const sampleFolder = join(__dirname, '..', '..', 'examples', 'replay');

interface ReplayOptions extends Omit<ConnectionOptions, 'server'>, JsonOptions {
  readonly data: string;
  readonly target?: string;
  readonly files: readonly string[];
  readonly explain: boolean;
}

export function createReplayCommand(): Command {
  const command = createCommand('npm run replay --', {
    description: [
      'Replays recorded conversations (scenario-replay/1) over gRPC and prints how closely the plans of the service match them.',
      'Without --target, it starts a service with the embedded store in a temporary folder.',
      'At the end, it stops the service and deletes the folder.',
    ].join(' '),
  })
    .addOption(new Option('--data <folder>', 'folder with *.jsonl files').default(sampleFolder, 'examples/replay'))
    .addOption(new Option('--target <host:port>', 'address of a running service').argParser(parseAddress))
    .addOption(createJsonOption('print the figures as one JSON object per file'))
    .addOption(
      new Option('--files <names>', 'comma-separated names of the files to replay')
        .default([], 'all')
        .argParser(parseNames),
    )
    .option('--explain', 'print every turn in which plan and recording differ to standard error', false);
  return addConnectionOptions(command, { timeoutSeconds: 30 }).action((options: ReplayOptions) =>
    runCommand(options, (output) => replay(options, output)),
  );
}

function parseNames(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '');
}

async function replay(options: ReplayOptions, output: Output): Promise<ExitCode> {
  const { target } = options;
  if (target !== undefined) {
    return withClient({ ...options, server: target }, (client) => replayWithClient(options, client, output));
  }
  // The handlers on `exit` stop the service and remove its folder.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const service = await startLocalService(process.env);
  try {
    // The TLS and token options apply only to --target.
    const connection = { server: service.address, timeout: options.timeout };
    return await withClient(connection, (client) => replayWithClient(options, client, output));
  } finally {
    await service.stop();
  }
}

async function replayWithClient(
  { data, files, explain }: ReplayOptions,
  client: OrchestratorClient,
  output: Output,
): Promise<ExitCode> {
  const figures = await replayFolder(
    {
      data,
      files,
      onFile: (fileFigures, disagreements) => {
        if (output.json) output.writeLine(formatFiguresJson(fileFigures));
        if (!explain) return;
        for (const disagreement of disagreements)
          output.writeStatus(formatDisagreement(fileFigures.file, disagreement));
      },
    },
    client,
    createProgressBars(process.stderr),
  );
  if (!output.json) for (const line of ['', ...formatFiguresTable(figures).split('\n')]) output.writeLine(line);
  return exitCodes.ok;
}
