import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from '../support/built-server';

const root = join(__dirname, '..', '..');

/** What a run of the program wrote, and how it ended. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program as a person would, from the top folder, with nothing of the developer's own environment. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  await ensureBuilt();
  return execute('node', ['dist/src/cli/main.js', ...args], env);
}

/** Runs a program with the built command line at hand. */
export function execute(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd: root, env: { PATH: process.env['PATH'], ...env } };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** A text without its last line break, line by line. */
export function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** Children of a busy machine take their time. */
export const childTimeoutMs = 300_000;
