import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childTimeoutMs, execute, run, toLines } from '../command-line';
import { commandNames } from './command-names';

jest.setTimeout(childTimeoutMs);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function writeScript(shell: string): Promise<string> {
  const { stdout } = await run(['completion', shell]);
  const file = join(folder, `completion.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

test('bash completes commands, options and the values of options', async () => {
  const file = await writeScript('bash');
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const line = words.map((word) => `'${word}'`).join(' ');
    const script = `. ${file}; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _scenario_orchestrator; echo "\${COMPREPLY[@]}"`;
    return toLines((await execute('bash', ['-c', script])).stdout)[0]?.split(' ') ?? [];
  };
  expect(await complete('scenario-orchestrator', 'va')).toEqual(['validate']);
  expect(await complete('scenario-orchestrator', 'render', '--form')).toEqual(['--format']);
  expect(await complete('scenario-orchestrator', 'render', '--format', '')).toEqual(['terminal', 'mermaid', 'svg']);
  expect(await complete('scenario-orchestrator', 'relationships', 'de')).toEqual(['delete']);
  expect(await complete('scenario-orchestrator', 'relationships', 'delete', '--ru')).toEqual(['--rule']);
});

test('zsh completes commands, options and the values of options', async () => {
  const file = await writeScript('zsh');
  const typed = [
    'va',
    'render --form',
    'render --format m',
    'validate --str',
    'relationships de',
    'relationships list --js',
  ];
  const completed = await execute('zsh', ['-f', '-c', zshInTerminal, 'zsh', file, ...typed]);
  expect(toLines(completed.stdout).map((line) => line.trimEnd())).toEqual([
    'scenario-orchestrator validate',
    'scenario-orchestrator render --format',
    'scenario-orchestrator render --format mermaid',
    'scenario-orchestrator validate --strict',
    'scenario-orchestrator relationships delete',
    'scenario-orchestrator relationships list --json',
  ]);
});

/** Starts zsh in a pseudo-terminal, types each argument followed by Tab, and prints the resulting line. */
const zshInTerminal = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; autoload -Uz compinit; compinit -u -D; . $1"
zpty -w shell 'show() { print -r -- "<$BUFFER>"; zle kill-whole-line }; zle -N show; bindkey "^X" show; print rea""dy'
zpty -r shell output $'*ready\r\n*'
for typed in "\${@:2}"; do
  zpty -w -n shell "scenario-orchestrator $typed"$'\t\x18'
  zpty -r shell output '*<*>*'
  print -r -- "\${\${output#*<}%%>*}"
done
zpty -d shell`;

test('fish completes commands, options and the values of options', async () => {
  const file = await writeScript('fish');
  const complete = async (line: string): Promise<readonly string[]> => {
    const script = `source ${file}; complete -C 'scenario-orchestrator ${line}'`;
    const { stdout } = await execute('fish', ['--no-config', '-c', script]);
    return toLines(stdout).map((completion) => completion.split('\t')[0] ?? '');
  };
  expect(await complete('va')).toEqual(['validate']);
  expect(await complete('render --form')).toEqual(['--format']);
  expect(await complete('render --format ')).toEqual(['mermaid', 'svg', 'terminal']);
  expect(await complete('relationships ')).toEqual(['delete', 'list']);
  expect(await complete('relationships delete --ru')).toEqual(['--rule']);
  expect([...(await complete(''))].sort()).toEqual([...commandNames].sort());
});
