import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from '../support/built-server';

const rootFolder = join(__dirname, '..', '..');

/** The output and the exit code of a process. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command in the root folder, without the environment variables of the developer. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  await ensureBuilt();
  return execute('node', ['dist/src/cli/main.js', ...args], env);
}

/** Runs a program in the root folder. Its environment has only `PATH` and `env`. */
export function execute(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd: rootFolder, env: { PATH: process.env['PATH'], ...env } };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Splits a text into lines. Omits an empty line at the end. */
export function toLines(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** Timeout for tests that start processes. */
export const childTimeoutMs = 300_000;
