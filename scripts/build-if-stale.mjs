// Builds when dist/ is missing or older than what it is made of; silent and quick otherwise. Runs before start, demo, replay, chaos and the benchmarks.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const INPUTS = [
  ...['src', 'gen', 'bench', 'config', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.client.json'],
  ...['examples/conversations', 'examples/replay', 'examples/scenarios'],
];

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0; // an image carries dist/ only
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name)))); // a folder's own time: removals
}

const built = join(root, 'dist', '.built');
const stale = !existsSync(built) || INPUTS.some((name) => newest(join(root, name)) > statSync(built).mtimeMs);
if (stale) await import('./build.mjs');
