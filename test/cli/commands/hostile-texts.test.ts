import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltServer, startBuiltServer } from '../../support/built-server';
import { childTimeoutMs, type Run, run } from '../command-line';
import { commandNames } from './command-names';

// Every command with texts that would change, hide or forge its output, in files, in stored scenarios and sessions, and in arguments.

jest.setTimeout(childTimeoutMs);

const ids = {
  tenant: 'c0c0c0c0-0000-4000-8000-000000000001',
  agent: 'c0c0c0c0-0000-4000-8000-000000000002',
  session: 'c0c0c0c0-0000-4000-8000-000000000003',
  scenario: 'c0c0c0c0-0000-4000-8000-000000000004',
  other: 'c0c0c0c0-0000-4000-8000-000000000005',
  unknown: 'c0c0c0c0-0000-4000-8000-000000000006',
  turn: 'c0c0c0c0-0000-4000-8000-000000000007',
};

/** A text with one character of each kind. Every call returns another one, so that names differ. */
let count = 0;
function hostile(name: string): string {
  count += 1;
  return `${name}${count}\u001b[31m\u009b1m\u0007\b\r\nFORGED\t\u202e\u2066\u200b\u200d\u2060\ufeff\u00ad\u061c\u2028\u{e0041}\u3164`;
}

const step = hostile('step');
const field = hostile('field');
const scenario = {
  scenario_id: ids.scenario,
  name: hostile('Refund'),
  description: hostile('description'),
  trigger_description: hostile('trigger'),
  tags: [hostile('tag')],
  entry_step_id: step,
  steps: [
    {
      step_id: step,
      name: hostile('step name'),
      description: hostile('step description'),
      collects_profile_fields: [field],
      template_ids: [hostile('template')],
      transitions: [
        {
          transition_id: hostile('transition'),
          target_step_id: 'act',
          intent_label: hostile('intent'),
          condition_text: hostile('condition text'),
          description: hostile('transition description'),
        },
      ],
    },
    {
      step_id: 'act',
      name: hostile('act'),
      performs_action: true,
      is_required_action: true,
      tool_bindings: [{ tool_id: hostile('tool'), timing: 'DURING_STEP' }],
      transitions: [{ target_step_id: 'end', description: hostile('to the end') }],
    },
    { step_id: 'end', is_terminal: true, template_ids: [hostile('bye')] },
  ],
};
const other = {
  ...{ scenario_id: ids.other, name: hostile('Other'), entry_step_id: hostile('unknown step') },
  steps: [{ step_id: 'only', is_terminal: true, template_ids: ['hello'] }],
};
const turn = {
  message: hostile('message'),
  situation: {
    canonical_intent_label: hostile('label'),
    candidate_variables: [{ name: hostile('variable'), value: hostile('value') }],
  },
  session_variables: { [hostile('session variable')]: hostile('session value') },
  customer_data: { [hostile('customer data')]: hostile('customer value') },
  candidates: [{ scenario_id: scenario.name, score: 0.9, reasoning: hostile('reasoning') }],
};
const fields = {
  fields: [{ name: field, type: 'TEXT', prompt: { text: hostile('prompt') }, description: hostile('about') }],
};
const conversation = {
  name: hostile('Conversation'),
  about: hostile('about'),
  given: { scenarios: ['scenario.json'] },
  turns: [
    { ...turn, about: hostile('turn'), expect: {} },
    { ...turn, about: hostile('failed turn'), expect: { started: [scenario.name], primary: scenario.name } },
  ],
};

const slot = hostile('slot');
const rasaProject = {
  slots: { [slot]: { type: 'text', mappings: [{ type: hostile('mapping') }] } },
  responses: { [hostile('utter_hello')]: [{ text: hostile('response') }] },
  flows: {
    [hostile('flow')]: {
      name: hostile('flow name'),
      description: hostile('flow description'),
      steps: [
        { collect: slot, rejections: [{ if: hostile('slots.'), utter: hostile('utter') }] },
        { action: hostile('action') },
        { [hostile('unknown key')]: hostile('unknown') },
        { link: hostile('other flow') },
      ],
    },
  },
};

const root = mkdtempSync(join(tmpdir(), 'hostile-'));
const folder = join(root, 'folder\u001b[31m\u202e\nFORGED');
let server: BuiltServer;

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

beforeAll(async () => {
  mkdirSync(folder);
  server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(root, 'data') });
  const put = await runWithService('put', write('scenario.json', scenario));
  expect({ code: put.code, stderr: put.stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^.*warning.*\n$/) });
  write('fields.json', fields);
  write('turn.json', { ...turn, session_id: ids.session, turn_id: ids.turn });
  write('conversation.json', conversation);
  write('changed.json', { ...scenario, name: hostile('Changed') });
  mkdirSync(file('rasa'));
  write('rasa/domain.yml', rasaProject);
  write('broken.json', { ...other, [hostile('key')]: hostile('value'), tags: [{ [hostile('tag')]: 1 }] });
  write('other.json', other);
  write('syntax.json', `{"a": ${hostile('text')}`);
  write('relationships.json', {
    relationships: [{ kind: 'EXCLUDES', source_id: hostile('Unknown'), target_scenario_id: scenario.name, weight: 1 }],
  });
});
afterAll(async () => {
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});

function runWithService(...args: readonly string[]): Promise<Run> {
  return run([...args, '--timeout', '300'], {
    SCENARIO_ORCHESTRATOR_SERVER: server.address,
    SCENARIO_ORCHESTRATOR_TENANT: ids.tenant,
    SCENARIO_ORCHESTRATOR_AGENT: ids.agent,
  });
}

type Arguments = readonly string[];
const file = (name: string): string => join(folder, name);

/**
 * The calls of each command, in an order in which they follow from each other. `local` commands do not call the service. A command of the
 * program without an entry fails the first test.
 */
const calls: Readonly<
  Record<string, { readonly local?: readonly Arguments[]; readonly remote?: readonly Arguments[] }>
> = {
  validate: {
    local: [
      ...['text', 'github', 'json'].map((format) => [file('broken.json'), file('other.json'), '--format', format]),
      [file('syntax.json')],
      [file('relationships.json')],
      [hostile('missing')],
      [file('other.json'), '--format', hostile('format')],
    ],
  },
  test: {
    local: [
      [file('conversation.json')],
      [file('conversation.json'), '--show', '--coverage'],
      [file('conversation.json'), '--show', '--json'],
      [file('syntax.json')],
      [hostile('missing')],
    ],
  },
  put: {
    remote: [
      [file('scenario.json'), file('fields.json')],
      [file('scenario.json'), '--json'],
      [file('other.json')],
      [file('syntax.json')],
    ],
  },
  get: {
    remote: [[scenario.name], [scenario.name, '--json'], [hostile('missing')], [scenario.name, '--version', '7']],
  },
  fields: { remote: [[], ['--json']] },
  list: { remote: [[], ['--json'], ['--tag', hostile('tag')]] },
  turn: {
    remote: [
      [file('turn.json')],
      [file('turn.json'), '--json'],
      [file('other.json')],
      [file('turn.json'), '--supersedes', ids.unknown],
    ],
  },
  session: { remote: [[ids.session], [ids.session, '--json'], [ids.unknown], [hostile('id')]] },
  sessions: {
    remote: [
      ['list'],
      ['list', '--json'],
      ['list', '--status', hostile('status')],
      ['list', '--idle-since', hostile('time')],
      ['count'],
      ['count', '--json'],
    ],
  },
  customer: {
    remote: [
      ['export', hostile('customer'), '--cursor', hostile('cursor')],
      ['delete', hostile('customer')],
      ['delete', hostile('customer'), '--json'],
    ],
  },
  simulate: {
    local: [
      ...[[], ['--json']].map((options) => [
        ...['--against', file('conversation.json'), '--with', file('changed.json'), ...options],
      ]),
      ['--against', file('conversation.json'), '--with', file('syntax.json')],
      ['--against', hostile('missing'), '--with', file('scenario.json')],
      ['--against', file('conversation.json'), '--with', file('scenario.json'), '--fail-on', hostile('kind')],
    ],
    remote: [
      ['--against', 'live', '--session', ids.session, '--with', file('changed.json')],
      ['--against', 'live', '--session', hostile('session'), '--with', file('changed.json')],
    ],
  },
  import: {
    local: [
      ['rasa', file('rasa'), '--out', file('imported')],
      ['rasa', file('rasa'), '--out', file('imported')],
      ['rasa', file('rasa'), '--out', file('imported'), '--force', '--json'],
      ['rasa', hostile('missing')],
      [hostile('framework'), file('rasa')],
    ],
  },
  tail: {
    remote: [
      [ids.session, '--after', '0', '-n', '1'],
      [ids.session, '--after', '0', '-n', '1', '--json'],
    ],
  },
  watch: {
    remote: [
      ['--from-oldest', '-n', '1'],
      ['--from-oldest', '-n', '1', '--json'],
      ['--consumer', hostile('consumer')],
      ['--reason', hostile('reason')],
    ],
  },
  export: {
    remote: [
      ['file', '--consumer', hostile('consumer'), '--path', file('feed.jsonl')],
      ['file', '--consumer', 'hostile', '--path', `${file('missing')}/${hostile('path')}`],
      ['file', '--consumer', 'hostile', '--from-oldest', '--count', '1', '--path', file(hostile('path'))],
      ['webhook', '--consumer', 'hostile', '--url', hostile('url')],
      ['nats', '--consumer', 'hostile', '--sink-servers', hostile('server'), '--subject', hostile('subject')],
    ],
  },
  explain: {
    remote: [
      [ids.session],
      [ids.session, '--json'],
      [ids.session, '--revision', '9999'],
      [ids.unknown],
      [hostile('id')],
      [ids.session, '--turn', hostile('turn')],
    ],
  },
  render: {
    local: [
      ...['terminal', 'mermaid', 'svg'].map((format) => [file('scenario.json'), '--format', format]),
      [file('scenario.json'), '--json'],
      [file('scenario.json'), '--scenario', hostile('missing')],
      [file('syntax.json')],
    ],
    remote: ['terminal', 'mermaid', 'svg'].map((format) => [
      scenario.name,
      '--session',
      ids.session,
      '--format',
      format,
    ]),
  },
  relationships: { remote: [['list'], ['list', '--json'], ['delete', 'EXCLUDES', hostile('Unknown'), scenario.name]] },
  'api-key': {
    local: [
      ['--id', 'a', '--tenant', '*', '--scopes', 'turns'],
      ['--id', hostile('id'), '--tenant', '*', '--scopes', 'turns'],
      ['--id', 'a', '--tenant', hostile('tenant')],
    ],
  },
  serve: { local: [[hostile('argument')], ['--help']] },
  compact: { local: [[hostile('argument')], ['--help']] },
  convert: { local: [[hostile('argument')], ['--help']] },
  demo: { local: [['--server', hostile('address')], ['--help']] },
  completion: { local: [[hostile('shell')], ['bash']] },
  delete: { remote: [[hostile('missing')], [scenario.name]] },
};

/** Ranges of code points that must not reach a terminal, also as text. Independent of the list in the code. */
const forbiddenRanges = [
  ...[
    [0x00, 0x08],
    [0x0b, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x61c, 0x61c],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
  ],
  ...[
    [0x2060, 0x206f],
    [0x3164, 0x3164],
    [0xfeff, 0xfeff],
    [0xe0000, 0xe0fff],
  ],
];

function findForbidden(line: string): string | undefined {
  return [...line].find((character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    return forbiddenRanges.some(([start = 0, end = 0]) => codePoint >= start && codePoint <= end);
  });
}

/** The exit codes of commands that find problems in every file of this test. */
const successCodes: ReadonlyMap<string, number> = new Map([
  ['validate', 1],
  ['test', 1],
]);

/** A file may have a text on a line of its own, indented below its key. */
const commandsWithFiles = ['get', 'fields'];

function expectHarmless({ stdout, stderr }: Run, name = ''): void {
  expect(stdout + stderr).not.toBe('');
  const forgedLine = commandsWithFiles.includes(name) ? /^FORGED/ : /^\s*FORGED/;
  for (const line of `${stdout}\n${stderr}`.split('\n')) {
    expect(findForbidden(line)).toBeUndefined();
    expect(line).not.toMatch(forgedLine);
  }
}

test('every command of the program is called', () => {
  expect(Object.keys(calls).sort()).toEqual([...commandNames].sort());
});

test.each(Object.keys(calls))('%s shows hostile texts as escapes', async (name) => {
  const codes: number[] = [];
  const check = (result: Run): void => {
    codes.push(result.code);
    expectHarmless(result, name);
  };
  for (const args of calls[name]?.local ?? []) check(await run([name, ...args]));
  for (const args of calls[name]?.remote ?? []) check(await runWithService(name, ...args));
  // Otherwise only errors were shown.
  expect(codes).toContain(successCodes.get(name) ?? 0);
});

test('an unknown command is shown as escapes', async () => {
  expectHarmless(await run([hostile('command')]));
});
