import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childTimeoutMs, run } from '../command-line';

jest.setTimeout(childTimeoutMs);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('import rasa writes files, reports losses, overwrites only with --force, and fails with 1 for losses with --strict', async () => {
  const out = join(folder, 'out');
  const first = await run(['import', 'rasa', 'examples/rasa/payments', '--out', out]);
  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(
    /^domain\.yml:\d+:\d+: not carried over: response "utter_ask_payment_is_right": buttons: /,
  );
  expect(first.stderr).toBe(
    `${out}: 1 scenario, 4 conversation tests, 5 not carried over, 6 changed (import-report.md)\n`,
  );

  writeFileSync(join(out, 'import-report.md'), 'my notes');
  rmSync(join(out, 'responses.jsonl'));
  const second = await run(['import', 'rasa', 'examples/rasa/payments', '--out', out]);
  expect(second.code).toBe(2);
  expect(second.stderr).toContain(`${join(out, 'import-report.md')} exists.\nNothing was written.`);
  expect(existsSync(join(out, 'responses.jsonl'))).toBe(false);
  expect(readFileSync(join(out, 'import-report.md'), 'utf8')).toBe('my notes');

  const forced = await run(['import', 'rasa', 'examples/rasa/payments', '--out', out, '--force', '--strict', '--json']);
  expect(forced.code).toBe(1);
  expect(JSON.parse(forced.stdout)).toMatchObject({ out, scenarios: 1, conversations: 4 });
  expect(readFileSync(join(out, 'import-report.md'), 'utf8')).toContain('# Import from Rasa');
});

test('an import into the folder of the project does not read what an earlier one has written', async () => {
  const project = join(folder, 'project');
  cpSync('examples/rasa/restaurant', project, { recursive: true });
  const out = join(project, 'imported');
  const first = await run(['import', 'rasa', project, '--out', out]);
  const second = await run(['import', 'rasa', project, '--out', out, '--force']);
  expect(second).toEqual(first);
  expect(first.code).toBe(0);
});

test('import rasa fails with 2 for an action that no flow has', async () => {
  const unknown = await run(['import', 'rasa', 'examples/rasa/payments', '--read', 'pay,look_up', '--out', folder]);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('The flows have: look_up_balance, pay.') });
});

test('import rasa fails with 1 for files with errors or without flows, and with 2 without a folder', async () => {
  writeFileSync(join(folder, 'broken.yml'), 'flows:\n  x: [\n');
  const broken = await run(['import', 'rasa', folder, '--out', join(folder, 'broken')]);
  expect(broken).toMatchObject({ code: 1, stdout: '' });
  expect(broken.stderr).toMatch(/^broken\.yml:3:1: error SYNTAX: /m);
  expect(existsSync(join(folder, 'broken'))).toBe(false);

  const empty = await run(['import', 'rasa', 'examples/go', '--out', join(folder, 'empty')]);
  expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('has no flows') });
  const missing = await run(['import', 'rasa', 'missing']);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('missing is not a folder') });
});
