import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../support/built-server';
import { ignoredEntries, readBlocks, root } from './markdown-pages';

/** A block of commands of a page, with the output that the page shows. */
export interface CommandBlock {
  /** The page, the line and the first command, for example `docs/tutorial.md:17 npm run build`. */
  readonly name: string;
  readonly commands: string;
  /** The `console` block that follows; undefined if the page shows no output. */
  readonly shownOutput: string | undefined;
}

/** The output of a block on both streams, and the exit code of its last command. */
export interface Outcome {
  readonly output: string;
  readonly code: number;
}

/** Keeps npm from checking for newer versions over the network. */
const offlineNpm = { NPM_CONFIG_UPDATE_NOTIFIER: 'false', NPM_CONFIG_OFFLINE: 'true' };

/** Reads the `sh` blocks of a page, in order. */
export function readCommandBlocks(page: string): readonly CommandBlock[] {
  const blocks = readBlocks(page).filter(({ language }) => language === 'sh' || language === 'console');
  return blocks.flatMap(({ language, text, line }, index) => {
    if (language !== 'sh') return [];
    const next = blocks[index + 1];
    const shownOutput = next?.language === 'console' ? next.text : undefined;
    return [{ name: `${page}:${line} ${text.split('\n')[0]}`, commands: text, shownOutput }];
  });
}

/**
 * Runs blocks in order in one shell, in a copy of the repository, like a reader who copies them from the page. Kills processes that
 * the blocks leave running.
 */
export async function runBlocks(
  blocks: readonly CommandBlock[],
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, Outcome>> {
  const folder = await copyRepository();
  const script = join(folder, '.commands.sh');
  writeFileSync(script, ['shopt -s expand_aliases', 'exec 2>&1', ...blocks.map(withMarkers)].join('\n'));
  const shell = spawn('bash', ['--noprofile', '--norc', script], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...offlineNpm, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let printed = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const killBlocks = () => killProcessGroup(shell.pid);
  process.once('exit', killBlocks);
  // 'close' is emitted when all output is read, including the output of processes that the shell left running.
  const closed = once(shell, 'close');
  await once(shell, 'exit');
  killBlocks();
  await closed;
  process.removeListener('exit', killBlocks);
  rmSync(folder, { recursive: true, force: true });
  return new Map(blocks.map(({ name }, index) => [name, parseOutcome(printed, index)]));
}

/** Copies the repository with the built program and links node_modules, as after `npm ci` and `npm run build`. */
async function copyRepository(): Promise<string> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'as-written-'));
  for (const name of readdirSync(root).filter((entry) => entry === 'dist' || !ignoredEntries.test(entry))) {
    cpSync(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function withMarkers({ commands }: CommandBlock, index: number): string {
  return `printf '@@ %s\\n' ${index}\n${commands}\nprintf '\\n@@ %s ended %s\\n' ${index} $?`;
}

function parseOutcome(printed: string, index: number): Outcome {
  const [, text, code] = new RegExp(`^@@ ${index}\\n([^]*?)\\n@@ ${index} ended (\\d+)$`, 'm').exec(printed) ?? [];
  return { output: text ?? printed, code: Number(code ?? -1) };
}

function killProcessGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has already ended.
  }
}
