import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatOutcome } from '../../../src/cli/commands/demo';
import { type BuiltServer, startBuiltServer } from '../../support/built-server';
import { childTimeoutMs, execute, type Run, run, toLines } from '../command-line';

jest.setTimeout(childTimeoutMs);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runDemo(...args: readonly string[]): Promise<Run> {
  return run(['demo', ...args], { TMPDIR: folder });
}

test.each([
  [17, 0, '17 turns, all as expected'],
  [17, 1, '17 turns, 1 decision not as expected'],
  [1, 2, '1 turn, 2 decisions not as expected'],
])('%d turns with %d differences end with "%s"', (turnCount, differenceCount, line) => {
  expect(formatOutcome(turnCount, differenceCount)).toBe(line);
});

test('the demo runs its conversation with its own service and removes all of its files', async () => {
  const { code, stdout, stderr } = await runDemo();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = toLines(stdout);
  expect(lines[0]).toMatch(/^Service at 127\.0\.0\.1:\d+, with the embedded store in a temporary folder$/);
  expect(lines).toContain('17 turns, all as expected');
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test('`npm run demo` runs the conversation and then the replay of the recorded sample', async () => {
  const { code, stdout } = await execute('npm', ['run', '--silent', 'demo'], { TMPDIR: folder });
  expect(code).toBe(0);
  const lines = toLines(stdout);
  const end = lines.indexOf('17 turns, all as expected');
  expect(end).toBeGreaterThan(0);
  expect(lines.slice(end).some((line) => /^sgd_natural(\s+[\d.]+)+$/.test(line))).toBe(true);
  // npm creates its compile cache with Node.js 22.1 or later.
  expect(readdirSync(folder).filter((name) => name !== 'node-compile-cache')).toEqual([]);
});

describe('with --server', () => {
  let server: BuiltServer;
  beforeAll(async () => {
    server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
  });
  afterAll(() => server?.stop());

  test('the demo can run repeatedly with the same service', async () => {
    for (let time = 1; time <= 2; time += 1) {
      const { code, stdout } = await runDemo('--server', server.address, '--timeout', '60');
      expect(code).toBe(0);
      expect(toLines(stdout)).toContain('17 turns, all as expected');
    }
  });
});

test('an unavailable service fails the demo with exit code 3', async () => {
  const { code, stderr } = await runDemo('--server', '127.0.0.1:1');
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^PutFields failed \((UNAVAILABLE|DEADLINE_EXCEEDED)\).*\nCheck that the service is running /s,
  );
});

test.each([
  ['an invalid address', ['--server', 'here'], 'It must be HOST:PORT.'],
  ['an unknown option', ['--fast'], "unknown option '--fast'"],
])('%s fails the demo with exit code 2', async (_case, args, message) => {
  const { code, stderr } = await runDemo(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
