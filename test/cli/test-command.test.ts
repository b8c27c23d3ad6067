import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { childTimeoutMs, linesOf, run } from './command-line';

const scenarios = join(__dirname, '..', '..', 'examples', 'scenarios');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conversations-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function conversation(turns: string): string {
  const file = join(folder, 'talk.yaml');
  const refund = relative(folder, join(scenarios, 'refund.yaml'));
  writeFileSync(
    file,
    `name: Talk\ngiven: {scenarios: ["${refund}"], customer_data: {customer_id: C-1, email: x@example.com}}\nturns:\n${turns}`,
  );
  return file;
}

test(
  'the conversations of the examples are decided as they expect',
  async () => {
    const { code, stdout, stderr } = await run(['test', 'examples/conversations', '--coverage']);
    expect(stderr).toBe('3 of 3 conversations as expected\n');
    expect(linesOf(stdout).filter((line) => line.startsWith('✓'))).toHaveLength(3);
    expect(stdout).toMatch(/^Refund +7\/7 100 % +7\/7 100 %$/m);
    expect(code).toBe(0);
  },
  childTimeoutMs,
);

test(
  'a turn that is not decided as expected is told with where it was expected, what happened, and why',
  async () => {
    const file = conversation(`  - about: a wish
    message: I want my money back.
    candidates: [{scenario_id: Refund, score: 0.9}]
    expect:
      started: [Refund]
      asks: {Refund: [refund_reason]}
      silent: [Refund]
`);
    const { code, stdout, stderr } = await run(['test', file]);
    expect(linesOf(stdout)).toEqual([
      `✗ Talk 1 turn, ${file}`,
      '  turn 1  a wish',
      `  ${file}:9:13 asks of Refund`,
      '    expected  [refund_reason]',
      '    got       [order_id]',
      `  ${file}:10:15 silent`,
      '    expected  [Refund]',
      '    got       []',
      '    because   Candidate "Refund" scores 0.9 and nothing speaks against it.',
      expect.stringMatching(/^ {14}\S/),
    ]);
    expect(stderr).toBe('0 of 1 conversations as expected\n');
    expect(code).toBe(1);
  },
  childTimeoutMs,
);

test(
  'the results are given as JSON and as JUnit XML',
  async () => {
    const file = conversation(`  - {about: "one < two", message: Hello, expect: {started: [Refund]}}
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
    });
    expect(linesOf(readFileSync(junit, 'utf8'))).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="scenario-orchestrator" tests="2" failures="1" errors="0">',
      `  <testsuite name="Talk" file="${file}" tests="2" failures="1" errors="0">`,
      `    <testcase name="1 one &lt; two" classname="Talk" file="${file}" line="4">`,
      expect.stringMatching(/^ {6}<failure message="one difference">.*talk\.yaml:4:\d+ started$/),
      '  expected [Refund]',
      '  got      []</failure>',
      '    </testcase>',
      `    <testcase name="2 nothing" classname="Talk" file="${file}" line="5"/>`,
      '  </testsuite>',
      '</testsuites>',
    ]);
  },
  childTimeoutMs,
);

test(
  'a conversation that cannot be read is told at its places, and the others are played',
  async () => {
    const file = conversation('  - {mesage: Hello, expect: {start: [Refund]}}\n');
    const { code, stderr, stdout } = await run(['test', file, 'examples/conversations/demo.yaml']);
    expect(linesOf(stderr)).toEqual([
      `${file}:4:6: error UNKNOWN_KEY: turns[0].mesage: unknown; did you mean message?`,
      expect.stringMatching(/talk\.yaml:4:\d+: error UNKNOWN_KEY: turns\[0\]\.expect: there is no such key: start$/),
      '1 of 1 conversations as expected, 1 could not be read',
    ]);
    expect(stdout).toMatch(/^✓ One customer, four requests/);
    expect(code).toBe(1);
  },
  childTimeoutMs,
);
