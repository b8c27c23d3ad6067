import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ParsedScenarioFiles, parseScenarioFile } from '../../../src/cli/files';
import type { Scenario } from '../../../src/core/model/scenario';
import { scenarioFromProto } from '../../../src/server/codec/wire/scenario-codec';
import { type BuiltServer, startBuiltServer } from '../../support/built-server';
import { uuid } from '../../support/session-builder';
import { childTimeoutMs, type Run, run, toLines } from '../command-line';

jest.setTimeout(childTimeoutMs);

const refundId = '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01';
const session = 'c0c0c0c0-0000-4000-8000-000000000003';
let folder: string;
let server: BuiltServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command with the options of the service in the environment, and a timeout for a busy machine. */
function runWithService(...args: readonly string[]): Promise<Run> {
  return run([...args, '--timeout', '300'], {
    SCENARIO_ORCHESTRATOR_SERVER: server.address,
    SCENARIO_ORCHESTRATOR_TENANT: 'c0c0c0c0-0000-4000-8000-000000000001',
    SCENARIO_ORCHESTRATOR_AGENT: 'c0c0c0c0-0000-4000-8000-000000000002',
  });
}

/** Runs a command, expects it to succeed, and returns its standard output. */
async function runOk(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runWithService(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** Converts scenarios to definitions with defaults, as the service returns them. */
function toDefinitions({ scenarios }: ParsedScenarioFiles): readonly Scenario[] {
  return scenarios.map(({ message }) => scenarioFromProto(message));
}

function writeTurnFile(text: string): string {
  const file = join(folder, 'turn.yaml');
  writeFileSync(file, text);
  return file;
}

test('put stores scenarios, list lists them, get prints an equal scenario file, and delete deletes', async () => {
  const put = await runOk('put', 'examples/scenarios');
  expect(toLines(put).filter((line) => line.endsWith(' stored as version 1'))).toHaveLength(6);
  expect(toLines(put)).toContain('7 fields stored as version 1');
  const rows = toLines(await runOk('list')).slice(1);
  expect(rows.map((row) => row.split(/\s{2,}/)[1]).sort()).toEqual([
    'Account closing',
    'Callback',
    'Identity check',
    'Order status',
    'Refund',
  ]);
  const callback = parseScenarioFile('callback.yaml', readFileSync('examples/scenarios/callback.yaml', 'utf8'));
  const printed = parseScenarioFile('printed.yaml', await runOk('get', 'Callback'));
  expect(printed.problems).toEqual([]);
  expect(toDefinitions(printed)).toEqual(toDefinitions(callback));
  expect(await runOk('delete', 'Callback')).toMatch(/ deleted\n$/);
  expect(await runOk('list')).not.toContain('Callback');
});

test('10: put stores fields, fields prints an equal file, and findings are shown at their lines', async () => {
  await runOk('put', 'examples/scenarios/fields.yaml');
  const stored = parseScenarioFile('fields.yaml', readFileSync('examples/scenarios/fields.yaml', 'utf8'));
  const printed = parseScenarioFile('printed.yaml', await runOk('fields'));
  expect(printed.problems).toEqual([]);
  expect(printed.fields.map(({ message }) => message)).toEqual(stored.fields.map(({ message }) => message));
  expect(JSON.parse(await runOk('fields', '--json'))).toMatchObject({
    version: 1,
    definitions: {
      fields: [
        { name: 'order_id', type: 'TEXT' },
        { name: 'refund_reason' },
        { name: 'order_status' },
        { name: 'callback_topic' },
        { name: 'birth_date', type: 'DATE', sensitive: true },
        { name: 'postcode' },
        { name: 'is_account_owner', sources: ['TOOL'] },
      ],
    },
  });
  const broken = join(folder, 'fields.yaml');
  writeFileSync(broken, 'fields:\n  - {name: a, type: ENUM}\n  - name: a\n    valid: value >\n');
  const refused = await runWithService('put', broken);
  expect(refused.code).toBe(1);
  expect(toLines(refused.stderr).map((line) => line.slice(broken.length).split(': fields')[0])).toEqual([
    ':3:11: error DUPLICATE_FIELD',
    ':2:5: error ENUM_WITHOUT_VALUES',
    expect.stringMatching(/^:4:\d+: error CONDITION_SYNTAX$/),
  ]);
  writeFileSync(broken, 'fields: []\n');
  expect(await runOk('put', broken)).toBe('0 fields stored as version 2\n');
  expect(await runOk('fields')).toMatch(/\nfields: \[\]\n$/);
});

test('get --version prints an older version of a scenario', async () => {
  const file = join(folder, 'versions.yaml');
  const write = (name: string): void =>
    writeFileSync(
      file,
      `scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4bff\nname: ${name}\nentry_step_id: a\nsteps: [{step_id: a, is_terminal: true}]\n`,
    );
  write('First');
  await runOk('put', file);
  write('Second');
  await runOk('put', file);
  expect(await runOk('get', 'Second', '--version', '1')).toMatch(/^name: First$/m);
  expect(await runOk('get', 'Second')).toMatch(/^name: Second$/m);
  await runOk('delete', 'Second');
});

test('put stores relationships by name, relationships lists and deletes them', async () => {
  await runOk('put', 'examples/scenarios/refund.yaml', 'examples/scenarios/callback.yaml');
  const file = join(folder, 'relationships.yaml');
  writeFileSync(
    file,
    'relationships:\n  - {kind: EXCLUDES, source_id: Callback, target_scenario_id: Refund, weight: 0.5}\n',
  );
  expect(await runOk('put', file)).toBe('1 relationship stored\n');
  expect(toLines(await runOk('relationships', 'list'))).toEqual([
    'kind      source    target  weight',
    'EXCLUDES  Callback  Refund  0.5',
  ]);
  expect(JSON.parse(await runOk('relationships', 'list', '--json'))).toMatchObject([
    { kind: 'EXCLUDES', target_scenario_id: refundId },
  ]);
  const unknown = '1d5b2b3a-7d3f-4c5e-9a52-00000000dead';
  writeFileSync(file, `relationships:\n  - {kind: RELATED, source_id: Callback, target_scenario_id: ${unknown}}\n`);
  const { code, stderr } = await runWithService('put', file);
  expect(stderr).toMatch(/relationships\.yaml:2:\d+: warning RELATIONSHIP_WITHOUT_SCENARIO: relationships\[0\]\./);
  expect(code).toBe(0);
  await runOk('relationships', 'delete', 'RELATED', 'Callback', unknown);
  const remove = ['relationships', 'delete', 'EXCLUDES', 'Callback', 'Refund'];
  expect(await runOk(...remove)).toBe('EXCLUDES Callback -> Refund deleted\n');
  expect(await runOk(...remove)).toBe('EXCLUDES Callback -> Refund not found\n');
  expect(toLines(await runOk('relationships', 'list'))).toHaveLength(1);
  writeFileSync(file, 'relationships:\n  - {kind: EXCLUDES, source_id: Calback, target_scenario_id: Refund}\n');
  expect(await runWithService('put', file)).toMatchObject({
    code: 1,
    stderr: `${file}:2:33: error UNKNOWN_SCENARIO: relationships[0].source_id: unknown scenario “Calback”; did you mean “Callback”?\n`,
  });
});

test('turn sends turns, session shows their session, tail follows it, and render draws its path', async () => {
  await runOk('put', 'examples/scenarios/refund.yaml');
  const first = writeTurnFile(`message: I want my money back for order 4711, it came broken.
customer_data: {customer_id: C-1}
situation:
  candidate_variables: [{name: order_id, value: "4711"}, {name: refund_reason, value: broken}]
candidates: [{scenario_id: Refund, score: 0.9}]
`);
  expect(await runOk('turn', first, '--session', session)).toMatch(/^START +Refund +CANDIDATE: /m);
  const confirmed = writeTurnFile('message: Yes.\nstep_outcomes: [{instance_id: Refund, kind: CONFIRMED}]\n');
  const preview = JSON.parse(await runOk('turn', confirmed, '--session', session, '--validate-only', '--json'));
  expect(preview).toMatchObject({
    validate_only: true,
    transition_decisions: [{ target_step_id: 'process_refund' }],
  });
  const shown = await runOk('session', session);
  expect(shown).toMatch(/^Refund \(version 1, active, in focus\)$/m);
  expect(shown).toMatch(/^ {2}step +confirm_refund$/m);
  expect(shown).toMatch(/^ {2}open +CONFIRM order_id="4711", refund_reason="broken" \(open for \d+ \w+\)$/m);
  expect(shown).toMatch(/^ {2}because +\S/m);
  const followed = toLines(await runOk('tail', session, '--after', '0', '--count', '1', '--json'));
  expect(followed.map((line) => JSON.parse(line).revision)).toEqual([1]);
  const drawing = await runOk('render', 'Refund', '--session', session);
  expect(drawing).toMatch(/^Refund {2}version 1, session active at confirm_refund$/m);
  expect(drawing).toMatch(/▶ ● \{\{ confirm_refund \}\}/);
  expect(drawing).toMatch(/» \[\/ collect_order_id \/\]/);
});

test('explain and tail --explain show the reasons of recorded turns as sentences, tail alone shows codes', async () => {
  const start = { id: uuid(31), message: 'I want a refund.' };
  const explained = 'c0c0c0c0-0000-4000-8000-000000000006';
  await runOk('put', 'examples/scenarios/refund.yaml');
  const first = writeTurnFile(`message: ${start.message}
turn_id: ${start.id}
customer_data: {customer_id: C-1}
candidates: [{scenario_id: Refund, score: 0.9}]
`);
  const sent = await runOk('turn', first, '--session', explained);
  const sentence = /^START +Refund +CANDIDATE: "Refund" is a candidate with score 0.9/m;
  expect(sent).toMatch(sentence);
  await runOk('turn', writeTurnFile('message: Hm.\n'), '--session', explained);

  expect(await runOk('tail', explained, '--after', '0', '--count', '1')).toMatch(/^START +Refund +CANDIDATE$/m);
  expect(await runOk('tail', explained, '--after', '0', '--count', '1', '--explain')).toMatch(sentence);
  const byRevision = await runOk('explain', explained, '--revision', '1');
  expect(byRevision).toMatch(sentence);
  expect(byRevision).toMatch(/^because +Refund: \S/m);
  expect(await runOk('explain', explained, '--turn', start.id)).toBe(byRevision);
  const last = await runOk('explain', explained);
  expect(last).toMatch(/^── revision 2, /m);
  expect(JSON.parse(await runOk('explain', explained, '--turn', start.id, '--json'))).toMatchObject({
    response: { turn_id: start.id, context: { candidates: [{ scenario_name: 'Refund' }] } },
  });
  const missing = await runWithService('explain', explained, '--revision', '9');
  expect(missing.code).toBe(3);
  expect(toLines(missing.stderr)[0]).toContain(
    `ExplainTurn failed (NOT_FOUND, TURN_NOT_FOUND): Session ${explained} has no recorded turn at revision 9`,
  );
  expect(await runWithService('explain', explained, '--revision', '0')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The first turn has --revision 1.'),
  });
});

test('watch shows the turns of all sessions, and continues after what it has acknowledged', async () => {
  const [one, two] = ['c0c0c0c0-0000-4000-8000-000000000007', 'c0c0c0c0-0000-4000-8000-000000000008'];
  await runOk('put', 'examples/scenarios/refund.yaml');
  const start =
    'message: I want a refund.\ncustomer_data: {customer_id: C-1}\ncandidates: [{scenario_id: Refund, score: 0.9}]\n';
  await runOk('turn', writeTurnFile(start), '--session', one);
  const watchConsumer = (...args: readonly string[]) =>
    runOk('watch', '--consumer', 'test', '--from-oldest', '--reason', 'candidate', '--count', '1', ...args);
  const shown = await watchConsumer();
  expect(shown).toMatch(new RegExp(`^\\S+Z  session ${one}  revision 1$`, 'm'));
  expect(shown).toMatch(/^ {2}START CANDIDATE {2}scenario [\da-f-]{36} {2}\w+/m);
  await runOk('turn', writeTurnFile(start), '--session', two);
  const lines = toLines(await watchConsumer('--json')).map((line) => JSON.parse(line));
  expect(lines).toMatchObject([{ turn: { session_id: two, revision: 1, decisions: [{ action: 'START' }] } }]);
  const refused = await runWithService('watch', '--reason', 'none');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('It must be one of CANDIDATE, IMPLIED') });
});

test('sessions and customer find, export and delete the sessions of a customer', async () => {
  const session = 'c0c0c0c0-0000-4000-8000-000000000009';
  await runOk('put', 'examples/scenarios/refund.yaml');
  const start =
    'message: I want a refund.\ncustomer_data: {customer_id: C-1}\ncustomer_id: C 7\ncandidates: [{scenario_id: Refund, score: 0.9}]\n';
  await runOk('turn', writeTurnFile(start), '--session', session);
  const listed = await runOk(
    'sessions',
    'list',
    '--customer',
    'C 7',
    '--status',
    'active',
    '--started-from',
    '2020-01-01',
  );
  expect(listed).toMatch(new RegExp(`^\\S+Z  session ${session}  agent \\S+  customer C 7  last message \\S+Z$`, 'm'));
  expect(listed).toMatch(/^ {2}ACTIVE {2}scenario \S+ version \d+ {2}step \w+ {2}waits for \w+$/m);
  expect(await runOk('sessions', 'list', '--customer', 'C 7', '--status', 'paused')).toBe('');
  const lines = toLines(await runOk('sessions', 'list', '--customer', 'C 7', '--json')).map((line) => JSON.parse(line));
  expect(lines).toMatchObject([{ session_id: session, customer_id: 'C 7', instances: [{ status: 'ACTIVE' }] }]);
  expect(await runOk('sessions', 'count')).toMatch(
    /^\d+ sessions\n {2}\d+ ACTIVE {2}agent \S+ {2}scenario \S+ version 1/m,
  );
  expect(JSON.parse(await runOk('sessions', 'count', '--json'))).toMatchObject({ counts: expect.any(Array) });
  const exported = toLines(await runOk('customer', 'export', 'C 7')).map((line) => JSON.parse(line));
  expect(exported).toMatchObject([{ session: { session_id: session } }, { turns: [{ revision: 1 }] }]);
  expect(await runOk('customer', 'export', 'C 7', '--cursor', exported[1].cursor)).toBe('');
  expect(await runOk('customer', 'delete', 'C 7')).toBe('1 sessions were deleted\n');
  expect(await runOk('customer', 'delete', 'C 7', '--json')).toContain('"deleted_sessions": 0');
  const refused = await runWithService('sessions', 'list', '--idle-since', 'yesterday');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('It must be a time in ISO 8601') });
});

test('simulate shows what a change does to recorded turns of the service, and of a file with the same turns', async () => {
  const agent = ['--agent', 'c0c0c0c0-0000-4000-8000-000000000020'];
  const recorded = 'c0c0c0c0-0000-4000-8000-000000000021';
  const original = 'examples/scenarios/refund.yaml';
  await runOk('put', original, ...agent);
  const start = `message: My money back for order 4711, it is broken.
customer_data: {customer_id: C-1}
situation:
  candidate_variables: [{name: order_id, value: "4711"}, {name: refund_reason, value: broken}]
candidates: [{scenario_id: Refund, score: 0.9}]
`;
  await runOk('turn', writeTurnFile(start), '--session', recorded, ...agent);
  await runOk('turn', writeTurnFile('message: Just a moment.\n'), '--session', recorded, ...agent);
  const changed = join(folder, 'changed.yaml');
  writeFileSync(changed, readFileSync(original, 'utf8').replace('is_checkpoint: true', 'is_checkpoint: false'));
  const simulate = (...args: readonly string[]) => runWithService('simulate', ...args, ...agent);

  expect(await simulate('--against', 'live', '--with', original, '--fail-on', 'any,incomplete')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '2 turns of 1 session simulated, 0 turns decided differently, 0 counterfactual\n',
  });
  const live = await simulate(
    '--against',
    'live',
    '--session',
    recorded,
    '--with',
    changed,
    '--fail-on',
    'skip',
    '--json',
  );
  expect(live.code).toBe(1);
  const result = JSON.parse(live.stdout);
  expect(result.groups[0]).toMatchObject({
    kind: 'SKIPPED_CHECK',
    cause: { step_id: 'confirm_refund', property: 'is_checkpoint' },
    example: { session_id: recorded, revision: 1, simulated: expect.stringContaining('hints issue_refund') },
  });
  expect((await simulate('--against', 'live', '--with', changed, '--fail-on', 'wording')).code).toBe(0);

  const file = join(folder, 'turns.jsonl');
  writeFileSync(file, await runOk('tail', recorded, '--after', '0', '--count', '2', '--json'));
  const offline = await simulate('--against', file, '--base', original, '--with', changed, '--json');
  expect(JSON.parse(offline.stdout)).toEqual(result);
  const otherBase = await simulate('--against', file, '--base', changed, '--with', changed, '--fail-on', 'incomplete');
  expect(otherBase.code).toBe(1);
  expect(otherBase.stdout).toMatch(/^incomplete +[\s\S]*has another response than its record\.$/m);
  expect(otherBase.stderr).toContain('No turn was simulated, so the result shows nothing.');
  expect(await simulate('--against', file, '--with', changed)).toMatchObject({
    code: 2,
    stderr: `Name the scenario files that decided the turns of ${file} with --base.\n`,
  });
  expect(await simulate('--against', 'live', '--with', changed, '--session', uuid(1))).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^incomplete +.*: The session has no recorded turn\.$/m),
  });
});

test('0.6: turn, tail and session show tool results and the outcomes that were ignored', async () => {
  const tooled = 'c0c0c0c0-0000-4000-8000-000000000004';
  const start = writeTurnFile(`message: My money back for order 4711, it is broken.
customer_data: {customer_id: C-1}
situation:
  candidate_variables: [{name: order_id, value: "4711"}, {name: refund_reason, value: broken}]
candidates: [{scenario_id: Refund, score: 0.9}]
`);
  await runOk('turn', start, '--session', tooled);
  await runOk('turn', writeTurnFile('message: Yes.\nstep_outcomes: [{kind: CONFIRMED}]\n'), '--session', tooled);
  const result = writeTurnFile(`trigger: TOOL_RESULTS
step_outcomes:
  - {instance_id: Refund, step_id: process_refund, kind: ACTION_SUCCEEDED, tool_id: issue_refund, results: {refund_id: R-1}}
`);
  expect(await runOk('turn', result, '--session', tooled)).not.toContain('ignored');
  const ignored = /^ignored +issue_refund action succeeded for Refund \(refund_id="R-1"\): \S/m;
  expect(await runOk('turn', result, '--session', tooled)).toMatch(ignored);
  expect(await runOk('tail', tooled, '--after', '3', '--count', '1')).toMatch(ignored);
  const shown = await runOk('session', tooled);
  expect(shown).toMatch(/^ {2}results +refund_id="R-1"$/m);
  expect(shown).toMatch(ignored);
});

test('13: turn --supersedes replaces the last turn, and tail shows what a turn replaces', async () => {
  await runOk('put', 'examples/scenarios/refund.yaml');
  const edited = 'c0c0c0c0-0000-4000-8000-000000000005';
  const start = (order: string, turnId: string) =>
    writeTurnFile(`message: My money back for order ${order}.
turn_id: ${turnId}
customer_data: {customer_id: C-1}
situation: {candidate_variables: [{name: order_id, value: "${order}"}]}
candidates: [{scenario_id: Refund, score: 0.9}]
`);
  const [first, second] = [uuid(1), uuid(2)];
  await runOk('turn', start('4711', first), '--session', edited);
  const replaced = await runOk('turn', start('4712', second), '--session', edited, '--supersedes', first);
  expect(replaced).toMatch(/^START +Refund +CANDIDATE: /m);
  expect(replaced).toContain(`replaces   revision 1, turn ${first}\n`);
  expect(await runOk('tail', edited, '--after', '1', '--count', '1')).toContain(
    `replaces   revision 1, turn ${first}\n`,
  );
  const { code, stderr } = await runWithService(
    'turn',
    start('4713', uuid(3)),
    '--session',
    edited,
    '--supersedes',
    first,
  );
  expect(code).toBe(3);
  expect(toLines(stderr)[0]).toBe(
    `ProcessTurn failed (FAILED_PRECONDITION, TURN_NOT_SUPERSEDABLE): Turn ${first} cannot be superseded: the last turn of the session is ${second}. Supersede that one, or send the turn without supersedes_turn_id.`,
  );
});

test('tail with a count of 0 ends immediately', async () => {
  expect(await runOk('tail', session, '--count', '0')).toBe('');
});

test('a call that the service refuses is reported with a hint and exit code 3', async () => {
  const missing = await runWithService('session', 'c0c0c0c0-0000-4000-8000-00000000dead');
  expect(missing.code).toBe(3);
  expect(missing.stderr).toMatch(/^GetSession failed \(NOT_FOUND, SESSION_NOT_FOUND\): .*\nCheck --tenant, /);
  expect(await runWithService('get', 'Refnd')).toMatchObject({
    code: 3,
    stderr: 'The catalogue has no scenario “Refnd”. Did you mean “Refund”?\n',
  });
});

test('a refused definition is reported at its positions with exit code 1', async () => {
  const file = 'test/cli/commands/broken-scenarios/entry.yaml';
  const { code, stderr } = await runWithService('put', file);
  expect(toLines(stderr)).toEqual([
    expect.stringMatching(/^\S+entry\.yaml:3:16: error ENTRY_STEP_NOT_FOUND: entry_step_id: .*"beginning"/),
  ]);
  expect(stderr.startsWith(file)).toBe(true);
  expect(code).toBe(1);
});

test('a turn with an unknown scenario is reported at its position and not sent', async () => {
  const file = writeTurnFile('message: Hello\ncandidates: [{scenario_id: Refnd, score: 0.9}]\n');
  expect(await runWithService('turn', file, '--session', session)).toMatchObject({
    code: 1,
    stderr: `${file}:2:28: error UNKNOWN_SCENARIO: candidates[0].scenario_id: unknown scenario “Refnd”; did you mean “Refund”?\n`,
  });
});

test('a turn without a session id is a usage error', async () => {
  const file = writeTurnFile('message: Hello\n');
  expect(await runWithService('turn', file)).toMatchObject({
    code: 2,
    stderr: `${file} has no session_id: add it, or set --session.\n`,
  });
});

test('an unavailable service fails a command with exit code 3 after its timeout', async () => {
  const tenant = ['--tenant', refundId, '--agent', refundId];
  const { code, stderr } = await run(['list', '--server', '127.0.0.1:1', '--timeout', '1', ...tenant]);
  expect(stderr).toMatch(
    /^ListScenarios failed \((UNAVAILABLE|DEADLINE_EXCEEDED)\).*\nCheck that the service is running /s,
  );
  expect(code).toBe(3);
});
