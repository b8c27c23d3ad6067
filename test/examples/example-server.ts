import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../cli/command-line';
import { startBuiltServer } from '../support/built-server';
import { startUnreliableService, type UnreliableService } from '../support/unreliable-service';

export const examplesFolder = join(__dirname, '..', '..', 'examples');
const readme = readFileSync(join(examplesFolder, 'README.md'), 'utf8');

/** The documented output of every example client. */
export const expectedOutput = readBlock('text');

/** The documented output of the program `reply`. */
export const expectedReply = readBlock('reply');

/** The service as examples/README.md describes it: with traces, and with the refund scenario stored. */
export interface ExampleServer {
  readonly address: string;
  /** The same service behind an unreliable connection. */
  readonly unreliable: UnreliableService;
  stop(): Promise<void>;
}

export async function startExampleServer(): Promise<ExampleServer> {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  const server = await startBuiltServer({
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    OTEL_TRACES_EXPORTER: 'console',
  });
  const put = await run(['put', 'examples/scenarios/refund.yaml', '--timeout', '300'], {
    ...readVariables(),
    SCENARIO_ORCHESTRATOR_SERVER: server.address,
  });
  if (put.code !== 0) throw new Error(put.stderr);
  const unreliable = await startUnreliableService(server.address);
  return {
    address: server.address,
    unreliable,
    async stop() {
      unreliable.stop();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The calls that fail or break if the service fails as often as the retry policy tolerates. */
export const expectedFailures = [
  ...Array(4).fill('ProcessTurn'),
  ...Array(2).fill('StreamTurn'),
  ...Array(2).fill('WatchSession'),
  ...Array(2).fill('ProcessTurn'),
  'WatchSession',
  ...Array(2).fill('ProcessTurn'),
];

/** Returns the environment variables of examples/README.md. */
function readVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    [...readBlock('sh').matchAll(/^export (\w+)=(\S+)/gm)].map(([, name, value]) => [name, value]),
  );
}

function readBlock(language: string): string {
  const content = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(readme)?.[1];
  if (content === undefined) throw new Error(`examples/README.md has no ${language} block`);
  return content;
}
