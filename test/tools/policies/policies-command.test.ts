import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../../cli/command-line';
import { ensureBuilt } from '../../support/built-server';
import { retailFolder, storiesFile } from './retail';

const policies = (...args: readonly string[]): Promise<Run> =>
  execute('node', ['dist/tools/policies/main.js', ...args]);

describe('npm run policies', () => {
  let folder: string;

  beforeAll(async () => {
    await ensureBuilt();
    folder = mkdtempSync(join(tmpdir(), 'policies-'));
    const stories: readonly { readonly id: string }[] = JSON.parse(readFileSync(storiesFile, 'utf8'));
    writeFileSync(
      join(folder, 'few.json'),
      JSON.stringify(stories.filter(({ id }) => ['0', '10', '105'].includes(id))),
    );
    symlinkSync(join(retailFolder, 'data', 'db.json'), join(folder, 'db.json'));
  }, childTimeoutMs);
  afterAll(() => rmSync(folder, { recursive: true }));

  it(
    'prints the tables of stories and worlds',
    async () => {
      const { code, stdout } = await policies('--data', folder, '--tasks', 'few.json', '--worlds', '1');
      expect(stdout).toMatch(/^ {2}all at once +2 of 3 +3 +2 +3 +\d+$/m);
      expect(stdout).toMatch(/^ {2}story 105: missing: .* \(the published tool refuses this action, too\)$/m);
      expect(stdout).toMatch(/^ {2}no authentication +0 in 1 +0 in 1 +0 in 1$/m);
      expect(stdout).toMatch(/^42 wrong worlds, 0 forbidden actions$/m);
      expect(stdout).toMatch(/^\d+ turns, \d+ turns per second of processor time$/m);
      expect(stdout).toMatch(/^\d+ lines of YAML in 14 files$/m);
      expect(code).toBe(0);
    },
    childTimeoutMs,
  );

  it(
    'prints the report as one JSON value with --json',
    async () => {
      const { stdout } = await policies('--data', folder, '--tasks', 'few.json', '--worlds', '0', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ scenarioFiles: 14, verdicts: expect.any(Array) });
    },
    childTimeoutMs,
  );

  it(
    'exits with 1 if a story does not end as it should',
    async () => {
      const [story] = JSON.parse(readFileSync(join(folder, 'few.json'), 'utf8'));
      writeFileSync(
        join(folder, 'wrong.json'),
        JSON.stringify([{ ...story, user: { known_info: 'You are not a user.' } }]),
      );
      const { code, stdout } = await policies('--data', folder, '--tasks', 'wrong.json', '--worlds', '0');
      expect(stdout).toMatch(/^ {2}story 0: missing: exchange_delivered_order_items .*; the final database differs/m);
      expect(code).toBe(1);
    },
    childTimeoutMs,
  );

  it(
    'reports a folder without the data',
    async () => {
      const { code, stderr } = await policies('--data', 'examples/scenarios');
      expect(stderr).toMatch(/^examples\/scenarios\/db\.json: .*no such file/);
      expect(code).toBe(1);
    },
    childTimeoutMs,
  );

  it(
    'reports a count that is no number',
    async () => {
      const { code, stderr } = await policies('--worlds', 'many');
      expect(stderr).toContain('Must be a whole number, 0 or more.');
      expect(code).toBe(2);
    },
    childTimeoutMs,
  );
});
