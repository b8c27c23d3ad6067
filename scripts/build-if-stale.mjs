// Builds when dist/ is missing or older than its inputs; silent and quick otherwise. Runs before start, demo, replay, chaos and
// the benchmarks.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const inputs = [
  ...[
    'src',
    'gen',
    'tools',
    'clients/typescript/src',
    'config',
    'package.json',
    'tsconfig.base.json',
    'tsconfig.gen.json',
  ],
  ...['examples/conversations', 'examples/replay', 'examples/scenarios'],
];

/** Time of the latest change below a path, in ms; 0 for a missing path (an image has dist/ only). */
function latestChange(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => latestChange(join(path, name)))); // a folder's own time: removals
}

const built = join(root, 'dist', '.built');
const stale = !existsSync(built) || inputs.some((name) => latestChange(join(root, name)) > statSync(built).mtimeMs);
if (stale) await import('./build.mjs');
