import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { childTimeoutMs, run, toLines } from '../command-line';

jest.setTimeout(childTimeoutMs);

const scenariosFolder = join(__dirname, '..', '..', '..', 'examples', 'scenarios');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conversations-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeConversation(turns: string): string {
  const file = join(folder, 'talk.yaml');
  const refund = relative(folder, join(scenariosFolder, 'refund.yaml'));
  const given = `{scenarios: ["${refund}"], customer_data: {customer_id: C-1, email: x@example.com}}`;
  writeFileSync(file, `name: Talk\ngiven: ${given}\nturns:\n${turns}`);
  return file;
}

test('the conversations of the examples pass and cover the refund scenario', async () => {
  const { code, stdout, stderr } = await run(['test', 'examples/conversations', '--coverage']);
  expect(stderr).toBe('6 of 6 conversations passed\n');
  expect(toLines(stdout).filter((line) => line.startsWith('✓'))).toHaveLength(6);
  expect(stdout).toMatch(/^Refund +7\/7 100 % +7\/7 100 %$/m);
  expect(code).toBe(0);
});

test('--coverage lists the steps and transitions that are not covered', async () => {
  const file = writeConversation('  - {message: Hello, candidates: [{scenario_id: Refund, score: 0.9}], expect: {}}\n');
  const { stdout } = await run(['test', file, '--coverage']);
  const lines = toLines(stdout);
  expect(lines).toContain('  step not covered: process_refund');
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}transition not covered: confirm_refund -> \w+ \(\S+\)$/));
});

test('a failed turn is reported with the expected and the actual value, their position and the reasoning', async () => {
  const file = writeConversation(`  - about: a refund request
    message: I want my money back.
    candidates: [{scenario_id: Refund, score: 0.9}]
    expect:
      started: [Refund]
      asks: {Refund: [refund_reason]}
      silent: [Refund]
`);
  const { code, stdout, stderr } = await run(['test', file]);
  expect(toLines(stdout)).toEqual([
    `✗ Talk 1 turn, ${file}`,
    '  turn 1  a refund request',
    `  ${file}:9:13 asks of Refund`,
    '    expected  [refund_reason]',
    '    actual    [order_id]',
    `  ${file}:10:15 silent`,
    '    expected  [Refund]',
    '    actual    []',
    expect.stringMatching(/^ {4}because {3}.*"Refund"/),
    expect.stringMatching(/^ {14}\S/),
  ]);
  expect(stderr).toBe('0 of 1 conversations passed\n');
  expect(code).toBe(1);
});

test('--show shows every turn with its decisions, and its differences', async () => {
  const file = writeConversation(`  - about: a refund request
    message: I want my money back.
    candidates: [{scenario_id: Refund, score: 0.9}]
    expect: {started: [Refund]}
  - {message: Hello?, expect: {silent: [Refund]}}
`);
  const { code, stdout } = await run(['test', file, '--show']);
  const lines = toLines(stdout).filter((line) => line !== '');
  expect(lines).toEqual([
    `✗ Talk 2 turns, ${file}`,
    expect.stringMatching(/^── 1 {2}a refund request ─+$/),
    '“I want my money back.”',
    'candidates Refund 0.90',
    expect.stringMatching(/^START +Refund +CANDIDATE: /),
    expect.stringMatching(/^ +\S/),
    expect.stringMatching(/^plan +1 +Refund +ASK +order_id$/),
    'timer      2026-01-01T09:30:00.001Z',
    expect.stringMatching(/^── 2 ─+$/),
    '“Hello?”',
    expect.stringMatching(/^CONTINUE +Refund +stays at collect_order_id/),
    expect.stringMatching(/^plan +1 +Refund +ASK +order_id \(repeated\)$/),
    'timer      2026-01-01T09:30:00.001Z',
    expect.stringMatching(/talk\.yaml:8:40 silent$/),
    '    expected  [Refund]',
    '    actual    []',
    expect.stringMatching(/^ {4}because {3}\S/),
    expect.stringMatching(/^ {14}\S/),
  ]);
  expect(code).toBe(1);
  const json = JSON.parse((await run(['test', file, '--show', '--json'])).stdout);
  expect(json.conversations[0].turns[1]).toMatchObject({
    number: 2,
    turn: { situation: { message: 'Hello?' } },
    response: { plan: { contributions: [{ type: 'ASK', is_reprompt: true }] } },
  });
});

test('results are written as JSON and as JUnit XML', async () => {
  const file = writeConversation(`  - {about: "one < two", message: Hello, expect: {started: [Refund]}}
  - {about: nothing, message: Bye, expect: {started: []}}
`);
  const junit = join(folder, 'junit.xml');
  const { code, stdout } = await run(['test', file, '--json', '--junit', junit]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    passed: false,
    conversations: [
      {
        file,
        turns: [
          { number: 1, differences: [{ key: 'started', expected: ['Refund'], actual: [], line: 4 }] },
          { number: 2, differences: [] },
        ],
      },
    ],
    file_errors: [],
  });
  expect(toLines(readFileSync(junit, 'utf8'))).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="scenario-orchestrator" tests="2" failures="1" errors="0">',
    `  <testsuite name="Talk" file="${file}" tests="2" failures="1" errors="0">`,
    `    <testcase name="1 one &lt; two" classname="Talk" file="${file}" line="4">`,
    expect.stringMatching(/^ {6}<failure message="1 difference">.*talk\.yaml:4:\d+ started$/),
    '  expected [Refund]',
    '  actual   []</failure>',
    '    </testcase>',
    `    <testcase name="2 nothing" classname="Talk" file="${file}" line="5"/>`,
    '  </testsuite>',
    '</testsuites>',
  ]);
});

test('a folder argument runs the conversations of the folder and its subfolders and skips scenario files', async () => {
  const inner = join(folder, 'all', 'refund');
  mkdirSync(inner, { recursive: true });
  copyFileSync(join(scenariosFolder, 'refund.yaml'), join(inner, 'scenario.yaml'));
  writeFileSync(
    join(inner, 'relationships.yaml'),
    'relationships:\n  - {kind: EXCLUDES, source_id: Refund, target_scenario_id: Callback}\n',
  );
  writeFileSync(
    join(inner, 'talk.yaml'),
    'name: Inner\ngiven: {scenarios: [scenario.yaml]}\nturns: [{message: Hello}]\n',
  );
  writeFileSync(join(folder, 'all', 'outer.yml'), 'nme: Outer\n');
  const { code, stdout, stderr } = await run(['test', join(folder, 'all')]);
  expect(toLines(stdout)).toEqual([`✓ Inner 1 turn, ${join(inner, 'talk.yaml')}`]);
  expect(stderr).toMatch(/outer\.yml:1:\d+: error UNKNOWN_KEY: nme: /);
  expect(stderr).not.toContain('scenario.yaml');
  expect(code).toBe(1);
});

test('an invalid conversation is reported with its positions, and the others are run', async () => {
  const file = writeConversation('  - {mesage: Hello, expect: {start: [Refund]}}\n');
  const { code, stderr, stdout } = await run(['test', file, 'examples/conversations/demo.yaml']);
  expect(toLines(stderr)).toEqual([
    `${file}:4:6: error UNKNOWN_KEY: turns[0].mesage: no such field \`mesage\`; did you mean \`message\`?`,
    expect.stringMatching(
      /talk\.yaml:4:\d+: error UNKNOWN_KEY: turns\[0\]\.expect\.start: no such field `start`; did you mean `started`\?$/,
    ),
    '1 of 1 conversations passed, 1 invalid',
  ]);
  expect(stdout).toMatch(/^✓ One customer, four requests/);
  expect(code).toBe(1);
});
