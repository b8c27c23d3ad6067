import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { installedPackage, tsc } from './installed-package';
import { examples, type StoryServer, startStoryServer, story, survived } from './story-server';

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
  it('tells the story', async () => {
    expect(await tell(server.address)).toEqual({ code: 0, stdout: story, stderr: '' });
  });

  it('tells the same story over a bad connection, by the published retry policy and from its cursor', async () => {
    expect(await tell(server.unreliable.address)).toEqual({ code: 0, stdout: story, stderr: '' });
    expect(server.unreliable.failures).toEqual(survived);
  });

  it('says in one line that nobody answers', async () => {
    const { code, stderr } = await tell('127.0.0.1:1');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^ProcessTurn failed.*UNAVAILABLE/) });
  });
});
