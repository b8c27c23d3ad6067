import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConversation } from '../../../src/cli/conversation-tests/conversation-file';
import { type InProcessRun, runInProcess } from '../../../src/cli/conversation-tests/run-in-process';
import { FileProblemsError, readScenarioFiles } from '../../../src/cli/files';

const refundId = '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01';
const tipId = '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b02';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-in-process-'));
  const ask = (
    field: string,
  ) => `  - {step_id: ask, collects_profile_fields: [${field}], transitions: [{target_step_id: end}]}
  - {step_id: end, template_ids: [done], is_terminal: true}
`;
  const refund = (field: string) => `scenario_id: ${refundId}\nname: Refund\nentry_step_id: ask\nsteps:\n${ask(field)}`;
  writeFileSync(join(folder, 'refund.yaml'), refund('order'));
  writeFileSync(join(folder, 'refund-2.yaml'), refund('receipt'));
  writeFileSync(join(folder, 'broken.yaml'), refund('order').replace('target_step_id: end', 'target_step_id: nowhere'));
  writeFileSync(
    join(folder, 'tip.yaml'),
    `scenario_id: ${tipId}\nname: Tip\nentry_step_id: ask\nsteps:\n${ask('sum')}`,
  );
  const exclusion = 'relationships:\n  - {kind: EXCLUDES, source_id: Tip, target_scenario_id: Refund}\n';
  writeFileSync(join(folder, 'excludes.yaml'), exclusion);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(turns: string, settings = '{}'): Promise<InProcessRun> {
  const text = `name: Talk\ngiven: {scenarios: [refund.yaml], settings: ${settings}}\nturns:\n${turns}`;
  return runInProcess(parseConversation(join(folder, 'talk.yaml'), text, readScenarioFiles));
}

async function listDifferences(turns: string, settings = '{}'): Promise<readonly unknown[]> {
  const { run: result } = await run(turns, settings);
  expect(result.failure).toBe('');
  return result.turnResults.flatMap(({ number, differences }) => differences.map((each) => ({ number, ...each })));
}

const startRefund = '{message: Refund, candidates: [{scenario_id: Refund, score: 0.9}]';

test('7: a scenario that is put between two turns is used by new instances', async () => {
  const turns = `  - ${startRefund}, expect: {asks: {Refund: [order]}}}
  - {message: Hm, catalogue: {put: [refund-2.yaml]}, expect: {asks: {Refund: [order]}}}
  - {message: No, situation: {signals: [{signal: CANCEL}]}, expect: {cancelled: {Refund: USER_REQUEST}}}
  - ${startRefund}, expect: {started: [Refund], asks: {Refund: [receipt]}}}
`;
  expect(await listDifferences(turns)).toEqual([]);
});

test('an equal definition does not create a new version', async () => {
  const { run: result } = await run(`  - ${startRefund}, catalogue: {put: [refund.yaml]}}\n`);
  expect(result.turnResults[0]?.response.lifecycleDecisions[0]).toMatchObject({ scenarioVersion: 1 });
});

test('2.1: deleting a scenario cancels its instances, disabling it stops new starts', async () => {
  const turns = `  - ${startRefund}, catalogue: {put: [tip.yaml]}, expect: {started: [Refund]}}
  - message: Tip
    catalogue: {disable: [Tip]}
    candidates: [{scenario_id: Tip, score: 0.9}]
    expect: {rejected: {Tip: DISABLED}, continued: [Refund]}
  - message: Tip
    catalogue: {put: [tip.yaml], delete: [Refund]}
    candidates: [{scenario_id: Tip, score: 0.9}, {scenario_id: Refund, score: 0.8}]
    expect: {started: [Tip], cancelled: {Refund: SCENARIO_NOT_FOUND}, rejected: {Refund: NOT_FOUND}}
`;
  expect(await listDifferences(turns)).toEqual([]);
});

test('1.2: a relationship that is put between two turns names scenarios of the conversation', async () => {
  const turns = `  - ${startRefund}, expect: {started: [Refund]}}
  - message: Tip
    catalogue: {put: [tip.yaml, excludes.yaml]}
    candidates: [{scenario_id: Tip, score: 0.9}]
    expect: {rejected: {Tip: EXCLUDED}}
`;
  expect(await listDifferences(turns)).toEqual([]);
});

test('1.2: deleting a scenario deletes its relationships', async () => {
  const turns = `  - {message: Hello, catalogue: {put: [tip.yaml, excludes.yaml], delete: [Tip]}}
  - ${startRefund}, catalogue: {put: [tip.yaml]}, expect: {started: [Refund]}}
  - {message: Tip, candidates: [{scenario_id: Tip, score: 0.9}], expect: {started: [Tip], continued: [Refund]}}
`;
  expect(await listDifferences(turns)).toEqual([]);
});

test('1.1: a relationship that is refused ends the conversation', async () => {
  const cycle = 'relationships:\n  - {kind: DEPENDS_ON, source_id: Tip, target_scenario_id: Tip}\n';
  writeFileSync(join(folder, 'cycle.yaml'), cycle);
  const { run: result } = await run('  - {message: Hello, catalogue: {put: [tip.yaml, cycle.yaml]}}\n');
  expect(result.failure).toMatch(/cannot have a relationship with itself/);
  expect(result.turnResults).toEqual([]);
});

test('2.12: the settings of a conversation apply', async () => {
  const turns = `  - {message: Refund, candidates: [{scenario_id: Refund, score: 0.9}], expect: {rejected: {Refund: BELOW_THRESHOLD}}}\n`;
  expect(await listDifferences(turns, '{start_threshold: 0.95}')).toEqual([]);
  expect(await listDifferences(turns)).toMatchObject([{ number: 1, key: 'rejected', scenario: 'Refund' }]);
});

test('a turn without an expectation is not checked', async () => {
  expect(await listDifferences(`  - ${startRefund}}\n`)).toEqual([]);
});

test('the problems of scenario files that are put later are reported before the conversation runs', async () => {
  const turns = '  - {catalogue: {put: [broken.yaml]}}\n';
  const error: unknown = await run(turns).catch((reason: unknown) => reason);
  expect(error instanceof FileProblemsError && error.problems.map(({ code }) => code)).toContain('DANGLING_TRANSITION');
  const missing = () => run('  - {catalogue: {put: [none.yaml]}}\n');
  expect(missing).toThrow(/none\.yaml:1:1: error UNREADABLE/);
});

test('0.6: an outcome gets the action key of the plan, unless the file has an empty one', async () => {
  const outcome = '{instance_id: Order, kind: ACTION_SUCCEEDED, tool_id: pay';
  const text = `name: Talk
given: {scenarios: [order.yaml]}
turns:
  - {message: Order, candidates: [{scenario_id: Order, score: 0.9}], expect: {hints: {Order: [pay]}}}
  - {trigger: TOOL_RESULTS, step_outcomes: [${outcome}, action_key: ""}]}
  - {trigger: TOOL_RESULTS, step_outcomes: [${outcome}}]}
`;
  writeFileSync(
    join(folder, 'order.yaml'),
    `scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b03
name: Order
entry_step_id: pay
steps:
  - {step_id: pay, tool_ids: [pay], transitions: [{target_step_id: end}]}
  - {step_id: end, template_ids: [done], is_terminal: true}
`,
  );
  const { run: result } = await runInProcess(parseConversation(join(folder, 'talk.yaml'), text, readScenarioFiles));
  const [first, ...others] = result.turnResults;
  const [contribution] = first?.response.plan?.contributions ?? [];
  expect(contribution?.actionKey).toMatch(/\/pay\/1$/);
  const keys = others.map(({ turn }) => turn.stepOutcomes.map(({ actionKey }) => actionKey));
  expect(keys).toEqual([[''], [contribution?.actionKey]]);
  const instanceIds = others.flatMap(({ turn }) => turn.stepOutcomes.map(({ instanceId }) => instanceId));
  expect(instanceIds).toEqual([contribution?.instanceId, contribution?.instanceId]);
});
