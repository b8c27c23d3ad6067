import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { installedPackage, tsc } from './installed-package';
import { examples, type StoryServer, startStoryServer } from './story-server';
import { testStory } from './story-tests';

jest.setTimeout(childTimeoutMs);

let folder: string;
let server: StoryServer;

/** Runs the example as `npm start` does, once it is compiled. */
function tell(address: string): Promise<Run> {
  return execute('node', [join(folder, 'dist', 'refund.js')], { SCENARIO_ORCHESTRATOR_SERVER: address });
}

beforeAll(async () => {
  folder = await installedPackage();
  for (const file of ['package.json', 'tsconfig.json', 'refund.ts', 'decision-text.ts']) {
    cpSync(join(examples, 'typescript', file), join(folder, file));
  }
  const compiled = await execute('node', [tsc, '--project', folder]);
  expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
  server = await startStoryServer();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the TypeScript example', () => {
  testStory({ tell, server: () => server, nobodyAnswers: /^ProcessTurn failed.*UNAVAILABLE.*\n$/ });
});
