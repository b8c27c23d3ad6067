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

describe('0.6: the action key of an outcome', () => {
  /** Agrees, then pays with a required action, then looks something up. */
  const order = `scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b03
name: Order
entry_step_id: pay
steps:
  - {step_id: pay, is_checkpoint: true, is_required_action: true, tool_ids: [pay], transitions: [{target_step_id: look}]}
  - {step_id: look, tool_ids: [look], transitions: [{target_step_id: end, outcomes: [ACTION_SUCCEEDED]}]}
  - {step_id: end, template_ids: [done], is_terminal: true}
`;
  const paid = '{instance_id: Order, kind: ACTION_SUCCEEDED, tool_id: pay}';

  /** Runs outcomes, each in a separate turn, and returns their keys. The instance is replaced by its name. */
  async function listKeys(...outcomes: readonly string[]): Promise<readonly string[]> {
    writeFileSync(join(folder, 'order.yaml'), order);
    const start = '  - {message: Order, candidates: [{scenario_id: Order, score: 0.9}]}\n';
    const turns = outcomes.map((outcome) => `  - {trigger: TOOL_RESULTS, step_outcomes: [${outcome}]}\n`).join('');
    const text = `name: Talk\ngiven: {scenarios: [order.yaml]}\nturns:\n${start}${turns}`;
    const { run: result } = await runInProcess(parseConversation(join(folder, 'talk.yaml'), text, readScenarioFiles));
    expect(result.failure).toBe('');
    const instanceId = result.turnResults[0]?.response.lifecycleDecisions[0]?.instanceId ?? '';
    return result.turnResults.flatMap(({ turn }) =>
      turn.stepOutcomes.map(({ actionKey }) => actionKey.replace(instanceId, 'Order')),
    );
  }

  test('an answer gets the key of the open CONFIRM, and a result gets the key of the last ACTION_HINT of its tool', async () => {
    const yes = '{instance_id: Order, kind: CONFIRMED}';
    expect(await listKeys(yes, paid, '{instance_id: Order, kind: ACTION_SUCCEEDED}')).toEqual([
      'Order/pay/1',
      'Order/pay/1',
      'Order/look/2',
    ]);
    expect(await listKeys(yes, paid, paid)).toEqual(['Order/pay/1', 'Order/pay/1', 'Order/pay/1']);
    expect(await listKeys(yes, yes)).toEqual(['Order/pay/1', '']);
  });

  test('13: an answer in a superseding turn gets the key that was open before the replaced turn', async () => {
    writeFileSync(join(folder, 'order.yaml'), order);
    const yes = 'step_outcomes: [{instance_id: Order, kind: CONFIRMED}]';
    const text = `name: Talk
given: {scenarios: [order.yaml]}
turns:
  - {message: Order, candidates: [{scenario_id: Order, score: 0.9}]}
  - {message: "No", situation: {signals: [{signal: CANCEL}]}}
  - {message: "Yes", supersedes: true, ${yes}}
`;
    const { run: result } = await runInProcess(parseConversation(join(folder, 'talk.yaml'), text, readScenarioFiles));
    expect(result.turnResults[2]?.turn.stepOutcomes[0]?.actionKey).toMatch(/\/pay\/1$/);
    expect(result.turnResults[2]?.actual).toMatchObject({ hints: { Order: ['pay'] } });
  });

  test('a result of a tool that was not hinted and an answer without an instance get no key', async () => {
    expect(await listKeys(paid)).toEqual(['']);
    expect(await listKeys('{kind: CONFIRMED}')).toEqual(['']);
  });

  test('the file can omit the key, or name the scenario in place of the instance', async () => {
    const yes = (key: string) => `{instance_id: Order, kind: CONFIRMED, action_key: ${key}}`;
    expect(await listKeys(yes('""'))).toEqual(['']);
    expect(await listKeys(yes('Order/pay/7'))).toEqual(['Order/pay/7']);
    expect(await listKeys(yes('other/pay/7'))).toEqual(['other/pay/7']);
  });
});

test('13: a turn that supersedes the previous one is decided on the state before it', async () => {
  const answer = (order: string) => `situation: {candidate_variables: [{name: order, value: "${order}"}]}`;
  const turns = `  - ${startRefund}, expect: {asks: {Refund: [order]}}}
  - {message: "1", ${answer('1')}, expect: {at: {Refund: end}}}
  - {message: Wait, supersedes: true, after: 5, expect: {at: {Refund: ask}, reprompts: [Refund]}}
`;
  expect(await listDifferences(turns)).toEqual([]);
  const { run: result } = await run(turns);
  const [, second, third] = result.turnResults;
  expect(third?.turn.supersedesTurnId).toBe(second?.turn.turnId);
  expect(third?.response).toMatchObject({ revision: 3, turnCount: 2 });
});

test('13: a turn that cannot be superseded ends the conversation', async () => {
  const timer = `  - ${startRefund}}\n  - {trigger: TIMER}\n  - {message: Hm, supersedes: true}\n`;
  expect((await run(timer)).run.failure).toMatch(/not a MESSAGE turn/);
  const earlier = `  - ${startRefund}, turn_id: ${tipId}}\n  - {message: Hm}\n  - {message: Hm, supersedes_turn_id: ${tipId}}\n`;
  expect((await run(earlier)).run.failure).toMatch(/Supersede that one/);
});

test('13: a superseding turn that a service rejects ends the run with the same error', async () => {
  const play = async (turns: string) => (await run(turns)).run;
  const notLast = await play(`  - ${startRefund}}
  - {message: Hm, supersedes_turn_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b09}
`);
  expect(notLast.failure).toMatch(/^Turn 1d5b2b3a\S+ cannot be superseded: the last turn of the session is /);
  expect(notLast.turnResults).toHaveLength(1);
  const timer = await play(`  - ${startRefund}}
  - {trigger: TIMER}
  - {message: Hm, supersedes: true}
`);
  expect(timer.failure).toContain('it is not a MESSAGE turn');
});

test('a turn has the id and the time that the file gives', async () => {
  const turnId = '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b09';
  const { run: result } = await run(`  - ${startRefund}, turn_id: ${turnId}, occurred_at: 2026-03-02T18:30:00Z}
  - {message: Hm, after: 1m}
`);
  expect(result.turnResults[0]?.response.turnId).toBe(turnId);
  expect(result.turnResults[1]?.turn.occurredAt).toEqual(new Date('2026-03-02T18:31:00Z'));
});
