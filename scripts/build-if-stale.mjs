// Builds if dist/ is missing or older than its inputs. Runs before start, demo, replay, chaos and the benchmarks.
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
    'schemas/openapi.json',
    'package.json',
    'tsconfig.base.json',
    'tsconfig.gen.json',
  ],
  ...['examples/conversations', 'examples/policies', 'examples/replay', 'examples/scenarios'],
];

/** Returns the latest modification time below a path in ms; 0 if it does not exist, as in an image, which has only dist/. */
function getLatestChange(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => getLatestChange(join(path, name)))); // The time of the folder changes when a file is removed.
}

const marker = join(root, 'dist', '.built');
const isStale =
  !existsSync(marker) || inputs.some((name) => getLatestChange(join(root, name)) > statSync(marker).mtimeMs);
if (isStale) await import('./build.mjs');
