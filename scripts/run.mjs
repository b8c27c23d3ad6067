// How these scripts start a program: from the project's root, with the tools of node_modules on the PATH.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const base = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };

/** Runs a program with its output shown; true when it ended well. */
export function ran(command, args, { env, stdio = 'inherit' } = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio, env: { ...base, ...env } });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Runs a program and ends this one with a line when it failed. */
export function run(command, args, options) {
  if (!ran(command, args, options)) fail(`${command} ${args.join(' ')}: failed`);
}

/** What a program prints, trimmed, or undefined when it failed. */
export function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: base });
  return status === 0 ? stdout.trim() : undefined;
}

export function fail(line) {
  console.error(line);
  process.exit(1);
}
