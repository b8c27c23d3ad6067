import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';

const root = join(__dirname, '..', '..', '..');
let folder: string;

/** What a run of the demo wrote, line by line, and how it ended. */
interface Run {
  readonly code: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
  await ensureBuilt();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function demo(...args: readonly string[]): Promise<Run> {
  const env = { PATH: process.env['PATH'], TMPDIR: folder };
  return new Promise((resolve) => {
    execFile('node', ['dist/src/cli/demo/main.js', ...args], { cwd: root, env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ code, stdout: stdout.split('\n'), stderr: stderr.trimEnd().split('\n') });
    });
  });
}

test('the demo plays to its end on a service of its own and leaves nothing behind', async () => {
  const { code, stdout, stderr } = await demo();
  expect({ code, stderr }).toEqual({ code: 0, stderr: [''] });
  expect(stdout).toContain('15 turns, all decided as the script expects');
  expect(stdout.some((line) => /^sgd_natural(\s+[\d.]+)+$/.test(line))).toBe(true);
  expect(stdout.filter((line) => line.length > 100)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);

describe('against a service that runs already', () => {
  let server: BuiltServer;
  beforeAll(async () => {
    server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
  }, 120_000);
  afterAll(() => server?.stop());

  test('the demo can be played again and again', async () => {
    for (let time = 1; time <= 2; time += 1) {
      const { code, stdout } = await demo('--target', server.address, '--no-replay');
      expect(code).toBe(0);
      expect(stdout).toContain('15 turns, all decided as the script expects');
    }
  }, 120_000);
});

test.each([
  [
    'a target that does not answer',
    ['--target', '127.0.0.1:1'],
    'demo: No service answers at 127.0.0.1:1 (waited 3000 ms).',
  ],
  ['a target that is no address', ['--target', 'here'], 'demo: --target must be HOST:PORT, but it is “here”.'],
  ['an option that nobody knows', ['--fast'], expect.stringMatching(/^demo: Unknown option '--fast'/)],
])(
  '%s ends the demo with one readable line',
  async (_what, args, line) => {
    const { code, stderr } = await demo(...args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: [line] });
  },
  60_000,
);
