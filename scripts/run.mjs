// Starts programs in the root folder, with node_modules/.bin on the PATH.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const baseEnv = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };

/** Runs a program and shows its output. Returns whether it succeeded, within `timeout` milliseconds if it is given. */
export function tryRun(command, args, { env, stdio = 'inherit', timeout } = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio, env: { ...baseEnv, ...env }, timeout });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Runs a program. Exits with a message if it fails. */
export function run(command, args, options) {
  if (!tryRun(command, args, options)) fail(`${command} ${args.join(' ')}: failed`);
}

/** Returns the trimmed output of a program; undefined if it failed. */
export function getOutput(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: baseEnv });
  return status === 0 ? stdout.trim() : undefined;
}

/** Exits with a message. */
export function fail(message) {
  console.error(message);
  process.exit(1);
}
