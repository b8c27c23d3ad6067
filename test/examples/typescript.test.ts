import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { testClientExample } from './client-tests';
import { type ExampleServer, examplesFolder, startExampleServer } from './example-server';
import { installClient, tsc } from './install-client';

jest.setTimeout(childTimeoutMs);

let folder: string;
let server: ExampleServer;

/** Runs a program as the scripts of package.json do, once it is compiled. */
function runProgram(name: string, address: string): Promise<Run> {
  return execute('node', [join(folder, 'dist', `${name}.js`)], { SCENARIO_ORCHESTRATOR_SERVER: address });
}

beforeAll(async () => {
  folder = await installClient();
  for (const file of ['package.json', 'tsconfig.json', 'refund.ts', 'reply.ts', 'decision-text.ts']) {
    cpSync(join(examplesFolder, 'typescript', file), join(folder, file));
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
  testClientExample({
    runExample: (address) => runProgram('refund', address),
    runReply: (address) => runProgram('reply', address),
    getServer: () => server,
    unavailableError: /^ProcessTurn failed.*UNAVAILABLE.*\n$/,
  });
});
