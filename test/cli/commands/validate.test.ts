import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, run, toLines } from '../command-line';

jest.setTimeout(childTimeoutMs);

const folder = join('test', 'cli', 'commands', 'broken-scenarios');
const expected = toLines(readFileSync(join(__dirname, 'broken-scenarios.txt'), 'utf8'));

test('validate reports exactly the seeded errors and warnings, each at its line and column', async () => {
  const { code, stdout, stderr } = await run(['validate', folder]);
  const found = toLines(stdout).map((line) => /^(\S+:\d+:\d+): ((?:error|warning|info) [A-Z_]+): \S/.exec(line));
  expect(found.map((match) => `${match?.[1]?.replace(`${folder}/`, '')} ${match?.[2]}`)).toEqual(expected);
  expect(toLines(stderr)).toEqual(['13 readable scenarios: 40 errors, 18 warnings, 4 notes']);
  expect(code).toBe(1);
});

test('the seeded errors have at least 25 codes', () => {
  expect(new Set(expected.map((line) => line.split(' ').at(-1))).size).toBeGreaterThanOrEqual(25);
});

test('validate finds no problems in the examples, and reports a field that two of them share on purpose', async () => {
  const { code, stdout, stderr } = await run(['validate', '--strict', 'examples/scenarios']);
  expect(stdout).toMatch(
    /^examples\/scenarios\/refund\.yaml:\d+:\d+: info FIELD_COLLECTED_BY_SEVERAL: [^\n]*"order_id"[^\n]*\n$/,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '5 readable scenarios: 0 errors, 0 warnings, 1 note\n' });
});

test('1: validate checks the relationships of a folder with its scenarios, and one file alone without them', async () => {
  const file = join(folder, 'together.yaml');
  const { stdout } = await run(['validate', file]);
  expect(
    toLines(stdout)
      .map((line) => / (\w+ [A-Z_]+: relationships\S+): /.exec(line)?.[1])
      .filter(Boolean),
  ).toEqual([
    'warning RELATIONSHIPS_CONTRADICT: relationships[0].kind',
    'error UNKNOWN_SCENARIO: relationships[2].target_scenario_id',
  ]);
  const cycle = await run(['validate', join(folder, 'relationships.yaml')]);
  expect(cycle.stdout).toMatch(/:3:16: warning RELATIONSHIP_WITHOUT_SCENARIO: /);
});

test('warnings fail validate only with --strict', async () => {
  const file = join(folder, 'dead-end.yaml');
  expect((await run(['validate', file])).code).toBe(0);
  expect((await run(['validate', '--strict', file])).code).toBe(1);
});

test('validate prints problems as JSON and as workflow commands of GitHub Actions', async () => {
  const file = join(folder, 'entry.yaml');
  const json = await run(['validate', '--json', file]);
  expect(json.code).toBe(1);
  const message = expect.stringContaining('beginning');
  const problem = { file, line: 3, column: 16, path: 'entry_step_id', severity: 'ERROR', code: 'ENTRY_STEP_NOT_FOUND' };
  expect(JSON.parse(json.stdout)).toEqual({
    valid: false,
    errors: 1,
    warnings: 0,
    infos: 0,
    problems: [{ ...problem, message }],
  });
  const github = await run(['validate', '--format', 'github', file]);
  const prefix = `::error file=${file},line=3,col=16,title=ENTRY_STEP_NOT_FOUND::entry_step_id: `;
  expect(github.stdout).toMatch(new RegExp(`^${prefix.replaceAll('.', '\\.')}[^\n]*beginning[^\n]*\n$`));
  const notes = await run(['validate', '--format', 'github', 'examples/scenarios']);
  expect(notes.stdout).toMatch(/^::notice file=\S+,title=FIELD_COLLECTED_BY_SEVERAL::/);
});
