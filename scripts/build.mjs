// Compiles with `tsc -b` (incremental, to build/) and assembles what runs: dist/ with sources, stubs and the files that the code
// reads at run time at the same relative paths, and clients/typescript/dist with the client and its own copy of the stubs.
// Each is assembled beside the old one and swapped in at the end: no half-written output, no output of removed sources.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fail, ran, root } from './run.mjs';

const client = join('clients', 'typescript');
const assetFolders = ['config', 'examples/conversations', 'examples/replay', 'examples/scenarios'];

const started = new Date();
// An image is built without tools/ and test/.
const projects = ['src/cli', client, 'tools'].filter((path) => existsSync(join(root, path, 'tsconfig.json')));
if (!ran('tsc', ['-b', ...projects])) fail('build: the compiler found errors');

assemble('dist', ['src', 'gen', 'tools'], { assets: ['src', 'gen', ...assetFolders], declarations: false });
assemble(join(client, 'dist'), [join(client, 'src'), 'gen'], { assets: [], declarations: true });
console.error('build: dist/ is ready');

/** Replaces an output folder by what the compiler made of source folders, and the assets. */
function assemble(output, sources, { assets, declarations }) {
  const target = join(root, output);
  const fresh = `${target}.${process.pid}`;
  process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
  for (const path of sources.flatMap(filesBelow)) {
    if (!path.endsWith('.ts') || path.endsWith('.d.ts')) continue;
    const stem = path.slice(0, -'.ts'.length);
    for (const ending of ['.js', '.js.map', ...(declarations ? ['.d.ts'] : [])])
      copy(join('build', stem + ending), join(fresh, stem + ending));
  }
  for (const path of assets.flatMap(filesBelow)) {
    if (!path.endsWith('.ts') && !path.endsWith('tsconfig.json')) copy(path, join(fresh, path));
  }
  // build-if-stale.mjs compares with its time: that of the start, so that an edit made during the build counts as newer.
  writeFileSync(join(fresh, '.built'), '');
  utimesSync(join(fresh, '.built'), started, started);
  const old = `${fresh}.old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(fresh, target);
  rmSync(old, { recursive: true, force: true });
}

/** Paths of the files below a folder, relative to the root. */
function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(root, from), to);
}
