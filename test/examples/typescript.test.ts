import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { testConversation } from './conversation-tests';
import { type ExampleServer, examples, startExampleServer } from './example-server';
import { installPackage, tsc } from './installed-package';

jest.setTimeout(childTimeoutMs);

let folder: string;
let server: ExampleServer;

/** Runs the compiled example like `npm start`. */
function runExample(address: string): Promise<Run> {
  return execute('node', [join(folder, 'dist', 'refund.js')], { SCENARIO_ORCHESTRATOR_SERVER: address });
}

beforeAll(async () => {
  folder = await installPackage();
  for (const file of ['package.json', 'tsconfig.json', 'refund.ts', 'decision-text.ts']) {
    cpSync(join(examples, 'typescript', file), join(folder, file));
  }
  const compiled = await execute('node', [tsc, '--project', folder]);
  expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
  server = await startExampleServer();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the TypeScript example', () => {
  testConversation({
    runExample,
    getServer: () => server,
    unavailableMessage: /^ProcessTurn failed.*UNAVAILABLE.*\n$/,
  });
});
