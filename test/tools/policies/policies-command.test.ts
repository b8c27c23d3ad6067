import { execute, type Run } from '../../cli/command-line';
import { ensureBuilt } from '../../support/built-server';

const policies = (...args: readonly string[]): Promise<Run> =>
  execute('node', ['dist/tools/policies/main.js', ...args]);

describe('npm run policies', () => {
  beforeAll(() => ensureBuilt(), 120_000);

  it('prints the tables of stories and worlds', async () => {
    const { code, stdout } = await policies('--worlds', '1');
    expect(stdout).toMatch(/^ {2}all at once +73 of 74 +74 +121 +\d+ +\d+$/m);
    expect(stdout).toMatch(/^ {2}story 105: missing: .* \(the published tool refuses this action, too\)$/m);
    expect(stdout).toMatch(/^ {2}no authentication +0 in 1 +0 in 1 +0 in 1$/m);
    expect(stdout).toMatch(/^42 wrong worlds, 0 forbidden actions$/m);
    expect(stdout).toMatch(/^\d+ turns, \d+ turns per second of processor time$/m);
    expect(stdout).toMatch(/^\d+ lines of YAML in 14 files$/m);
    expect(code).toBe(0);
  });

  it('prints the report as one JSON value with --json', async () => {
    const { stdout } = await policies('--worlds', '0', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ scenarioFiles: 14, verdicts: expect.any(Array) });
  });

  it('reports a folder without the data', async () => {
    const { code, stderr } = await policies('--data', 'examples/scenarios');
    expect(stderr).toMatch(/^examples\/scenarios\/db\.json: .*no such file/);
    expect(code).toBe(1);
  });

  it('reports a count that is no number', async () => {
    const { code, stderr } = await policies('--worlds', 'many');
    expect(stderr).toContain('Must be a whole number, 0 or more.');
    expect(code).toBe(2);
  });
});
