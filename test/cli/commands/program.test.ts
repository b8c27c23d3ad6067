import { childTimeoutMs, execute, run, toLines } from '../command-line';
import { commandNames } from './command-names';

jest.setTimeout(childTimeoutMs);

const id = 'c0c0c0c0-0000-4000-8000-000000000001';

test('help lists every command and the exit codes', async () => {
  const { code, stdout } = await run(['--help']);
  for (const name of commandNames) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  expect(stdout).toMatch(/^Exit codes: 0 success, 1 errors in files/m);
  expect(code).toBe(0);
});

test.each(commandNames)('help describes the command %s', async (name) => {
  const { code, stdout } = await run(['help', name]);
  expect(stdout).toMatch(new RegExp(`^Usage: scenario-orchestrator ${name} `));
  expect(await run([name, '--help'])).toMatchObject({ code: 0, stdout });
  expect(code).toBe(0);
});

test('a command loads only its own modules, and `serve` loads no module before the telemetry', async () => {
  const script = `process.argv = ['node', 'x', 'serve', '--help'];
process.on('exit', () => console.error(Object.keys(require.cache).join('\\n')));
require('./dist/src/cli/main.js');`;
  const { stderr } = await execute('node', ['-e', script]);
  const loaded = toLines(stderr).filter((path) => !path.includes('/node_modules/commander/'));
  expect(
    loaded.filter(
      (path) =>
        !/\/dist\/src\/(cli\/([\w-]+|commands\/serve|output\/terminal)|core\/model\/visible-text)\.js$/.test(path),
    ),
  ).toEqual([]);
});

test.each([
  ['an unknown command', ['draw'], "error: unknown command 'draw'"],
  ['an unknown option', ['validate', '--fast', 'x'], "error: unknown option '--fast'"],
  ['a missing file argument', ['validate'], "error: missing required argument 'paths'"],
  ['a missing tenant', ['list'], "error: required option '--tenant <uuid>' not specified"],
  ['an invalid tenant', ['list', '--tenant', 'x'], 'It must be a UUID.'],
  ['an invalid server address', ['list', '--server', 'here'], 'It must be HOST:PORT.'],
  [
    'a client certificate without its key',
    ['session', '--tenant', id, '--tls-cert', 'x.pem', id],
    'Set both --tls-cert and --tls-key, or neither.',
  ],
  ['a command group without a command', ['relationships'], 'Usage: scenario-orchestrator relationships '],
  [
    'an unknown kind of relationship',
    ['relationships', 'delete', '--tenant', id, '--agent', id, 'LIKES', id, id],
    'Allowed choices are DEPENDS_ON, EXCLUDES, IMPLIES, SPECIALIZES, AMBIGUOUS, RELATED, LEADS_TO.',
  ],
  [
    'a rule that is not identified by its id',
    ['relationships', 'delete', '--tenant', id, '--agent', id, '--rule', 'EXCLUDES', 'VIP', id],
    'The id of a rule must be a UUID, but is “VIP”.',
  ],
  ['an unreadable token file', ['session', '--tenant', id, '--token-file', 'none', id], 'Cannot read none: '],
  ['a stored scenario without an agent', ['render', 'Refund'], 'needs --tenant and --agent.'],
  ['several scenarios in one SVG', ['render', 'examples/scenarios', '--format', 'svg'], 'select one with --scenario.'],
  ['an unknown shell', ['completion', 'csh'], 'Allowed choices are bash, zsh, fish.'],
])('%s is a usage error', async (_case, args, message) => {
  const { code, stderr } = await run(args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
