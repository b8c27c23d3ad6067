import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkScenarios } from '../../src/cli/conversation-tests/checked-scenarios';
import { readScenarioFiles } from '../../src/cli/files';
import { childTimeoutMs, linesOf, run } from './command-line';

const folder = join('test', 'cli', 'broken-scenarios');
const expected = linesOf(readFileSync(join(__dirname, 'broken-scenarios.txt'), 'utf8'));

test(
  'validate reports every planted fault at its line and column, and nothing else',
  async () => {
    const { code, stdout, stderr } = await run(['validate', folder]);
    const found = linesOf(stdout).map((line) => /^(\S+:\d+:\d+): ((?:error|warning) [A-Z_]+): \S/.exec(line));
    expect(found.map((match) => `${match?.[1]?.replace(`${folder}/`, '')} ${match?.[2]}`)).toEqual(expected);
    expect(linesOf(stderr)).toEqual(['11 readable scenarios: 40 errors, 13 warnings']);
    expect(code).toBe(1);
  },
  childTimeoutMs,
);

test('the planted faults are of 25 kinds at least', () => {
  expect(new Set(expected.map((line) => line.split(' ').at(-1))).size).toBeGreaterThanOrEqual(25);
});

test(
  'validate finds nothing in the examples',
  async () => {
    const { code, stdout, stderr } = await run(['validate', '--strict', 'examples/scenarios']);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: '4 readable scenarios: 0 errors, 0 warnings\n',
    });
  },
  childTimeoutMs,
);

test(
  'warnings fail only where they shall',
  async () => {
    const file = join(folder, 'dead-end.yaml');
    expect((await run(['validate', file])).code).toBe(0);
    expect((await run(['validate', '--strict', file])).code).toBe(1);
  },
  childTimeoutMs,
);

test(
  'findings are given as JSON, and as commands of GitHub Actions',
  async () => {
    const file = join(folder, 'entry.yaml');
    const json = await run(['validate', '--json', file]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      valid: false,
      errors: 1,
      warnings: 0,
      problems: [
        {
          file,
          line: 3,
          column: 16,
          path: 'entry_step_id',
          severity: 'ERROR',
          code: 'ENTRY_STEP_NOT_FOUND',
          message: 'The entry step "beginning" does not exist. Set entry_step_id to a step of the scenario.',
        },
      ],
    });
    const github = await run(['validate', '--format', 'github', file]);
    expect(github.stdout).toBe(
      `::error file=${file},line=3,col=16,title=ENTRY_STEP_NOT_FOUND::entry_step_id: The entry step "beginning" does not exist. Set entry_step_id to a step of the scenario.\n`,
    );
  },
  childTimeoutMs,
);

test('a file that is not there is a finding', () => {
  const { problems } = checkScenarios(readScenarioFiles(['no-such.yaml']));
  expect(problems).toMatchObject([
    { file: 'no-such.yaml', code: 'UNREADABLE', message: 'there is no such file or folder' },
  ]);
});
