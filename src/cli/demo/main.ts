import { connect, insecure } from 'scenario-orchestrator-client';
import { FileProblemsError } from '../files';
import { getTerminalOptions } from '../output/styled-text';
import { type OwnService, startOwnService } from '../service/own-service';
import { type DemoArguments, demoArguments, usage } from './arguments';
import { runDemo } from './demo';

const readyTimeoutMs = 3_000;

/** A running service: how to reach it, and how to leave it. */
async function serviceOf({ target }: DemoArguments): Promise<OwnService> {
  return target === undefined ? startOwnService(process.env) : { address: target, stop: async () => undefined };
}

async function run(args: DemoArguments): Promise<number> {
  const service = await serviceOf(args);
  const client = connect(service.address, { credentials: insecure() });
  try {
    await client.waitForReady(readyTimeoutMs);
    const where = args.target === undefined ? 'its own, on the embedded store in a temporary folder' : 'yours';
    console.log(`The service at ${service.address} (${where})\n`);
    const stage = {
      paper: getTerminalOptions(process.stdout, process.env),
      say: (line: string) => console.log(line),
      catalogueDelayMs: args.target === undefined ? 0 : 1_000,
    };
    const asExpected = await runDemo(client, stage);
    return asExpected ? 0 : 1;
  } finally {
    client.close();
    await service.stop();
  }
}

async function main(): Promise<void> {
  process.stdout.on('error', () => process.exit(1)); // `npm run demo | head` closes it
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    const args = demoArguments(process.argv.slice(2));
    if (args.help) console.log(usage);
    else process.exitCode = await run(args);
  } catch (error) {
    const problems = error instanceof FileProblemsError ? error.message : `demo: ${firstLine(error)}`;
    console.error(problems);
    process.exitCode = 1;
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

void main();
