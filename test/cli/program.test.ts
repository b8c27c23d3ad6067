import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childTimeoutMs, execute, linesOf, run } from './command-line';

const commands = [
  'validate',
  'test',
  'render',
  'put',
  'get',
  'list',
  'delete',
  'turn',
  'session',
  'tail',
  'serve',
  'replay',
  'completion',
];

test(
  'help names every command and the exit codes',
  async () => {
    const { code, stdout } = await run(['--help']);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(stdout).toMatch(/^Exit codes: 0 done, 1 errors in files/m);
    expect(code).toBe(0);
  },
  childTimeoutMs,
);

test(
  'help loads nothing but the program itself and commander',
  async () => {
    const script = `process.argv = ['node', 'x', '--help'];
process.on('exit', () => console.error(Object.keys(require.cache).join('\\n')));
require('./dist/src/cli/main.js');`;
    const { stderr } = await execute('node', ['-e', script]);
    const loaded = linesOf(stderr).filter((path) => !path.includes('/node_modules/commander/'));
    expect(loaded.filter((path) => !/\/dist\/src\/(cli|terminal)\/[\w-]+\.js$/.test(path))).toEqual([]);
  },
  childTimeoutMs,
);

test.each([
  ['no such command', ['draw'], "error: unknown command 'draw'"],
  ['no such option', ['validate', '--fast', 'x'], "error: unknown option '--fast'"],
  ['no file', ['validate'], "error: missing required argument 'paths'"],
  ['no tenant', ['list'], "error: required option '--tenant <uuid>' not specified"],
  ['a tenant that is no UUID', ['list', '--tenant', 'x'], 'It must be a UUID.'],
  ['a server that is no address', ['list', '--server', 'here'], 'It must be HOST:PORT.'],
  [
    'half a certificate',
    ['session', '--tenant', id(), '--tls-cert', 'x.pem', id()],
    'Give --tls-cert and --tls-key together.',
  ],
  ['a token that cannot be read', ['session', '--tenant', id(), '--token-file', 'none', id()], 'none cannot be read: '],
  ['a stored scenario of nobody', ['render', 'Refund'], 'A stored scenario or a session needs --tenant and --agent.'],
  [
    'several scenarios in one picture',
    ['render', 'examples/scenarios', '--format', 'svg'],
    'choose one with --scenario.',
  ],
  ['no such shell', ['completion', 'csh'], 'There are no completions for “csh”: name bash, zsh or fish.'],
])(
  '%s is wrong usage',
  async (_what, args, told) => {
    const { code, stderr } = await run(args);
    expect(stderr).toContain(told);
    expect(code).toBe(2);
  },
  childTimeoutMs,
);

function id(): string {
  return 'c0c0c0c0-0000-4000-8000-000000000001';
}

test(
  'bash completes commands, options and the values of options',
  async () => {
    const { stdout } = await run(['completion', 'bash']);
    const file = join(tmpdir(), `completion-${process.pid}.bash`);
    writeFileSync(file, stdout);
    const completed = async (...words: readonly string[]): Promise<readonly string[]> => {
      const line = words.map((word) => `'${word}'`).join(' ');
      const script = `. ${file}; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _scenario_orchestrator; echo "\${COMPREPLY[@]}"`;
      return linesOf((await execute('bash', ['-c', script])).stdout)[0]?.split(' ') ?? [];
    };
    expect(await completed('scenario-orchestrator', 'va')).toEqual(['validate']);
    expect(await completed('scenario-orchestrator', 'render', '--form')).toEqual(['--format']);
    expect(await completed('scenario-orchestrator', 'render', '--format', '')).toEqual(['terminal', 'mermaid', 'svg']);
  },
  childTimeoutMs,
);

test(
  'zsh completes commands, options and the values of options, in its own line editor',
  async () => {
    const { stdout } = await run(['completion', 'zsh']);
    const file = join(tmpdir(), `completion-${process.pid}.zsh`);
    writeFileSync(file, stdout);
    const typed = ['va', 'render --form', 'render --format m', 'validate --str'];
    const completed = await execute('zsh', ['-f', '-c', zshAtATerminal, 'zsh', file, ...typed]);
    expect(linesOf(completed.stdout).map((line) => line.trimEnd())).toEqual([
      'scenario-orchestrator validate',
      'scenario-orchestrator render --format',
      'scenario-orchestrator render --format mermaid',
      'scenario-orchestrator validate --strict',
    ]);
  },
  childTimeoutMs,
);

/** Starts a zsh at a terminal of its own, types each word and the key Tab, and prints the line as it is then. */
const zshAtATerminal = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; autoload -Uz compinit; compinit -u -D; . $1"
zpty -w shell 'show() { print -r -- "<$BUFFER>"; zle kill-whole-line }; zle -N show; bindkey "^X" show; print rea""dy'
zpty -r shell told $'*ready\r\n*'
for typed in "\${@:2}"; do
  zpty -w -n shell "scenario-orchestrator $typed"$'\t\x18'
  zpty -r shell told '*<*>*'
  print -r -- "\${\${told#*<}%%>*}"
done
zpty -d shell`;

test(
  'fish completes commands, options and the values of options',
  async () => {
    const { stdout } = await run(['completion', 'fish']);
    const file = join(tmpdir(), `completion-${process.pid}.fish`);
    writeFileSync(file, stdout);
    const completed = async (line: string): Promise<readonly string[]> => {
      const script = `source ${file}; complete -C 'scenario-orchestrator ${line}'`;
      const printed = await execute('fish', ['--no-config', '-c', script]);
      return linesOf(printed.stdout).map((each) => each.split('\t')[0] ?? '');
    };
    expect(await completed('va')).toEqual(['validate']);
    expect(await completed('render --form')).toEqual(['--format']);
    expect(await completed('render --format ')).toEqual(['mermaid', 'svg', 'terminal']);
    expect([...(await completed(''))].sort()).toEqual([...commands].sort());
  },
  childTimeoutMs,
);

test(
  'replay hands its options on',
  async () => {
    const { code, stdout } = await run(['replay', '--help']);
    expect(stdout).toContain('--data DIR');
    expect(code).toBe(0);
  },
  childTimeoutMs,
);
