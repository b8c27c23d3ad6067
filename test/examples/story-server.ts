import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../cli/command-line';
import { startBuiltServer } from '../support/built-server';
import { startUnreliableService, type UnreliableService } from '../support/unreliable-service';

export const examples = join(__dirname, '..', '..', 'examples');
const readme = readFileSync(join(examples, 'README.md'), 'utf8');

/** What a caller prints of the story, as the page of the examples has it. */
export const story = block('text');

/** The service as the page of the examples has it: traced, with the refund stored. */
export interface StoryServer {
  readonly address: string;
  /** The same service with a bad connection. */
  readonly unreliable: UnreliableService;
  stop(): Promise<void>;
}

export async function startStoryServer(): Promise<StoryServer> {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  const server = await startBuiltServer({
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    OTEL_TRACES_EXPORTER: 'console',
  });
  const put = await run(['put', 'examples/scenarios/refund.yaml', '--timeout', '300'], {
    ...variables(),
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

/** What is refused and broken off in the story by a service that fails as often as the retry policy bears. */
export const survived = [
  ...Array(4).fill('ProcessTurn'),
  ...Array(2).fill('StreamTurn'),
  ...Array(2).fill('WatchSession'),
  ...Array(2).fill('ProcessTurn'),
  'WatchSession',
  ...Array(2).fill('ProcessTurn'),
];

/** The variables that the page sets. */
function variables(): NodeJS.ProcessEnv {
  return Object.fromEntries([...block('sh').matchAll(/^export (\w+)=(\S+)/gm)].map(([, name, value]) => [name, value]));
}

function block(language: string): string {
  const found = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(readme)?.[1];
  if (found === undefined) throw new Error(`examples/README.md has no block of ${language}`);
  return found;
}
