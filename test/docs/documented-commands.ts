import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../support/built-server';
import { blocksOf, leftOut, root } from './markdown-pages';

/** Commands of a page, and what it shows of their output. */
export interface Documented {
  /** `docs/tutorial.md:17 npm run build` */
  readonly name: string;
  readonly commands: string;
  /** The block `console` beneath, before any other commands; undefined where there is none. */
  readonly shown: string | undefined;
}

/** What the commands of a block wrote, on both streams, and the exit code of the last one. */
export interface Outcome {
  readonly printed: string;
  readonly code: number;
}

/** npm tells of newer versions of itself now and then, and asks the network for them. */
const npmAlone = { NPM_CONFIG_UPDATE_NOTIFIER: 'false', NPM_CONFIG_OFFLINE: 'true' };

/** The blocks `sh` of a page, in their order. */
export function documentedCommands(page: string): readonly Documented[] {
  const blocks = blocksOf(page).filter(({ language }) => language === 'sh' || language === 'console');
  return blocks.flatMap(({ language, text, line }, index) => {
    if (language !== 'sh') return [];
    const next = blocks[index + 1];
    const shown = next?.language === 'console' ? next.text : undefined;
    return [{ name: `${page}:${line} ${text.split('\n')[0]}`, commands: text, shown }];
  });
}

/**
 * Runs blocks one after the other in one shell, in a copy of the repository, as a person would who copies them from the page. What
 * they leave running is ended.
 */
export async function runAsWritten(
  blocks: readonly Documented[],
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, Outcome>> {
  const folder = await copyOfRepository();
  const script = join(folder, '.commands.sh');
  writeFileSync(script, ['shopt -s expand_aliases', 'exec 2>&1', ...blocks.map(marked)].join('\n'));
  const shell = spawn('bash', ['--noprofile', '--norc', script], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...npmAlone, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let printed = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const endWithTest = () => endGroup(shell.pid);
  process.once('exit', endWithTest);
  // Everything that it wrote has been read by 'close', which comes when nothing that it left running can write any more.
  const closed = once(shell, 'close');
  await once(shell, 'exit');
  endWithTest();
  await closed;
  process.removeListener('exit', endWithTest);
  rmSync(folder, { recursive: true, force: true });
  return new Map(blocks.map(({ name }, index) => [name, outcomeOf(printed, index)]));
}

/** The built program and the installed packages are at hand, as after `npm ci` and `npm run build`. */
async function copyOfRepository(): Promise<string> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'as-written-'));
  for (const name of readdirSync(root).filter((entry) => entry === 'dist' || !leftOut.test(entry))) {
    cpSync(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function marked({ commands }: Documented, index: number): string {
  return `printf '@@ %s\\n' ${index}\n${commands}\nprintf '\\n@@ %s ended %s\\n' ${index} $?`;
}

function outcomeOf(printed: string, index: number): Outcome {
  const [, text, code] = new RegExp(`^@@ ${index}\\n([^]*?)\\n@@ ${index} ended (\\d+)$`, 'm').exec(printed) ?? [];
  return { printed: text ?? printed, code: Number(code ?? -1) };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it runs any more.
  }
}
