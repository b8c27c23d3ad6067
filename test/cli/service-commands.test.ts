import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseScenarioFile, type ScenarioFile } from '../../src/cli/files';
import type { Scenario } from '../../src/core/model/scenario';
import { scenarioFromProto } from '../../src/server/codec/wire/scenario-codec';
import { type BuiltServer, startBuiltServer } from '../support/built-server';
import { childTimeoutMs, linesOf, type Run, run } from './command-line';

const refundId = '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01';
const session = 'c0c0c0c0-0000-4000-8000-000000000003';
let folder: string;
let server: BuiltServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
}, childTimeoutMs);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command as the environment of a person would have it, with time enough for a busy machine. */
function ask(...args: readonly string[]): Promise<Run> {
  return run([...args, '--timeout', '300'], {
    SCENARIO_ORCHESTRATOR_SERVER: server.address,
    SCENARIO_ORCHESTRATOR_TENANT: 'c0c0c0c0-0000-4000-8000-000000000001',
    SCENARIO_ORCHESTRATOR_AGENT: 'c0c0c0c0-0000-4000-8000-000000000002',
  });
}

async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ask(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** With the defaults filled in, which the service gives back. */
function definitionsOf({ scenarios }: ScenarioFile): readonly Scenario[] {
  return scenarios.map(({ message }) => scenarioFromProto(message));
}

function turnFile(text: string): string {
  const file = join(folder, 'turn.yaml');
  writeFileSync(file, text);
  return file;
}

test(
  'scenarios are put, listed, printed as a file that gives the same scenario, and deleted',
  async () => {
    const put = await done('put', 'examples/scenarios');
    expect(linesOf(put).filter((line) => line.endsWith(' is version 1'))).toHaveLength(4);
    const ids = linesOf(await done('list')).slice(1);
    expect(ids.map((line) => line.split(/\s{2,}/)[1]).sort()).toEqual([
      'Account closing',
      'Callback',
      'Order status',
      'Refund',
    ]);
    const callback = parseScenarioFile('callback.yaml', readFileSync('examples/scenarios/callback.yaml', 'utf8'));
    const printed = parseScenarioFile('printed.yaml', await done('get', 'Callback'));
    expect(printed.problems).toEqual([]);
    expect(definitionsOf(printed)).toEqual(definitionsOf(callback));
    expect(await done('delete', 'Callback')).toMatch(/ is deleted\n$/);
    expect(await done('list')).not.toContain('Callback');
  },
  childTimeoutMs,
);

test(
  'a session is led by turns, shown, followed and drawn',
  async () => {
    await done('put', 'examples/scenarios/refund.yaml');
    const first = turnFile(`message: I want my money back for order 4711, it came broken.
customer_data: {customer_id: C-1}
situation:
  candidate_variables: [{name: order_id, value: "4711"}, {name: refund_reason, value: broken}]
candidates: [{scenario_id: Refund, score: 0.9}]
`);
    expect(await done('turn', first, '--session', session)).toMatch(/^START +Refund +CANDIDATE: /m);
    const confirmed = turnFile('message: Yes.\nstep_outcomes: [{instance_id: Refund, kind: CONFIRMED}]\n');
    const preview = JSON.parse(await done('turn', confirmed, '--session', session, '--validate-only', '--json'));
    expect(preview).toMatchObject({
      validate_only: true,
      transition_decisions: [{ target_step_id: 'process_refund' }],
    });
    const shown = await done('session', session);
    expect(shown).toMatch(/^Refund \(version 1, active, in focus\)$/m);
    expect(shown).toMatch(/^ {2}step +confirm_refund$/m);
    expect(shown).toMatch(/^ {2}waits for a yes or no to CONFIRM order_id="4711", refund_reason="broken"$/m);
    expect(shown).toMatch(/^ {2}because +\S/m);
    const followed = linesOf(await done('tail', session, '--after', '0', '--count', '1', '--json'));
    expect(followed.map((line) => JSON.parse(line).revision)).toEqual([1]);
    const drawn = await done('render', 'Refund', '--session', session);
    expect(drawn).toMatch(/^Refund {2}version 1, session active at confirm_refund$/m);
    expect(drawn).toMatch(/▶ ● \{\{ confirm_refund \}\}/);
    expect(drawn).toMatch(/» \[\/ collect_order_id \/\]/);
  },
  childTimeoutMs,
);

test(
  'what the service refuses is told with what to do, and ends with 3',
  async () => {
    const missing = await ask('session', 'c0c0c0c0-0000-4000-8000-00000000dead');
    expect(missing.code).toBe(3);
    expect(missing.stderr).toMatch(/^GetSession failed \(NOT_FOUND, SESSION_NOT_FOUND\): .*\nLook at --tenant, /);
    const unknown = await ask('get', 'Refnd');
    expect(unknown).toMatchObject({
      code: 3,
      stderr: 'The catalogue holds no scenario “Refnd”. Did you mean “Refund”?\n',
    });
  },
  childTimeoutMs,
);

test(
  'a definition that is refused is told at its places, and ends with 1',
  async () => {
    const { code, stderr } = await ask('put', 'test/cli/broken-scenarios/entry.yaml');
    expect(stderr).toBe(
      'test/cli/broken-scenarios/entry.yaml:3:16: error ENTRY_STEP_NOT_FOUND: entry_step_id: The entry step "beginning" does not exist. Set entry_step_id to a step of the scenario.\n',
    );
    expect(code).toBe(1);
  },
  childTimeoutMs,
);

test(
  'a turn that names what there is not is told at its place, and not sent',
  async () => {
    const file = turnFile('message: Hello\ncandidates: [{scenario_id: Refnd, score: 0.9}]\n');
    expect(await ask('turn', file, '--session', session)).toMatchObject({
      code: 1,
      stderr: `${file}:2:28: error UNKNOWN_SCENARIO: candidates[0].scenario_id: there is no scenario “Refnd”; did you mean “Refund”?\n`,
    });
  },
  childTimeoutMs,
);

test(
  'a service that is not there ends a command with 3, after the time that was given',
  async () => {
    const tenant = ['--tenant', refundId, '--agent', refundId];
    const { code, stderr } = await run(['list', '--server', '127.0.0.1:1', '--timeout', '1', ...tenant]);
    expect(stderr).toMatch(
      /^ListScenarios failed \((UNAVAILABLE|DEADLINE_EXCEEDED)\).*\nDoes the service run there\? /s,
    );
    expect(code).toBe(3);
  },
  childTimeoutMs,
);
