import { connect, insecure } from 'scenario-orchestrator-client';
import { type LocalService, startLocalService } from '../../src/cli/local-service';
import { disagreementText } from './disagreement-text';
import { figuresTable } from './figures-table';
import { figuresJson } from './file-figures';
import { type ReplayArguments, replayArguments, USAGE } from './replay-arguments';
import { replayFolder } from './replay-folder';
import { drawnProgress } from './replay-progress';

/** How long the service may take until it can be reached, and to answer a call, in milliseconds. */
const READY_WITHIN = 15_000;
const CALL_WITHIN = 30_000;

/** The service that was named, or one of its own: on the embedded store, in a temporary folder, on a free port. */
async function serviceOf({ target }: ReplayArguments): Promise<LocalService> {
  return target === undefined ? startLocalService(process.env) : { address: target, stop: async () => undefined };
}

async function replay(args: ReplayArguments): Promise<void> {
  const service = await serviceOf(args);
  const client = connect(service.address, { credentials: insecure(), timeoutMs: CALL_WITHIN });
  try {
    await client.waitForReady(READY_WITHIN);
    const all = await replayFolder(
      {
        data: args.data,
        files: args.files,
        onFile: (figures, disagreements) => {
          if (args.json) console.log(figuresJson(figures));
          if (!args.explain) return;
          for (const disagreement of disagreements) console.error(disagreementText(figures.file, disagreement));
        },
      },
      client,
      drawnProgress(process.stderr),
    );
    if (!args.json) console.log(`\n${figuresTable(all)}`);
  } finally {
    client.close();
    await service.stop();
  }
}

/** An error and what caused it, a line each: the outermost says where, the innermost what. */
function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n  ${explained(error.cause)}`;
}

/** Runs the command with its arguments and resolves to its exit code: 0 done, 1 failed, 2 wrong usage. */
export async function replayCommand(argv: readonly string[]): Promise<0 | 1 | 2> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  let args: ReplayArguments;
  try {
    args = replayArguments(argv);
  } catch (error) {
    console.error(`${explained(error)}\n\n${USAGE}`);
    return 2;
  }
  if (args.help) {
    console.log(USAGE);
    return 0;
  }
  try {
    await replay(args);
    return 0;
  } catch (error) {
    console.error(`replay: ${explained(error)}`);
    return 1;
  }
}
