// Compiles with `tsc -b` (incremental, to build/) and assembles two outputs: dist/ with the code, the stubs and the files that the code
// reads at run time, and clients/typescript/dist with the client and its own copy of the stubs. Each output replaces the old one in one
// step, so that it is never incomplete and contains no output of removed sources.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fail, root, tryRun } from './run.mjs';

const client = join('clients', 'typescript');
const assetFolders = ['config', 'examples/conversations', 'examples/policies', 'examples/replay', 'examples/scenarios'];

const startTime = new Date();
// The build context of the image does not contain tools/ and test/.
const projects = ['src/cli', client, 'tools'].filter((path) => existsSync(join(root, path, 'tsconfig.json')));
if (!tryRun('tsc', ['-b', ...projects])) fail('build: the compiler found errors');

assemble('dist', ['src', 'gen', 'tools'], {
  assets: ['src', 'gen', ...assetFolders],
  files: ['schemas/openapi.json'],
  declarations: false,
});
assemble(join(client, 'dist'), [join(client, 'src'), 'gen'], { assets: [], declarations: true });
console.error('build: dist/ is ready');

/** Replaces an output folder with the compiled sources and the assets. */
function assemble(output, sources, { assets, files = [], declarations }) {
  const target = join(root, output);
  const fresh = `${target}.${process.pid}`;
  process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
  for (const path of sources.flatMap(listFiles)) {
    if (!path.endsWith('.ts') || path.endsWith('.d.ts')) continue;
    const stem = path.slice(0, -'.ts'.length);
    for (const extension of ['.js', '.js.map', ...(declarations ? ['.d.ts'] : [])])
      copy(join('build', stem + extension), join(fresh, stem + extension));
  }
  for (const path of assets.flatMap(listFiles)) {
    if (!path.endsWith('.ts') && !path.endsWith('tsconfig.json')) copy(path, join(fresh, path));
  }
  for (const path of files) copy(path, join(fresh, path));
  // build-if-stale.mjs compares this time. It is the start time, so that an edit during the build counts as newer.
  writeFileSync(join(fresh, '.built'), '');
  utimesSync(join(fresh, '.built'), startTime, startTime);
  const old = `${fresh}.old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(fresh, target);
  rmSync(old, { recursive: true, force: true });
}

/** Lists the files below a folder, relative to the root. */
function listFiles(folder) {
  if (!existsSync(join(root, folder))) return [];
  return (
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      // tools/bench/peers has dependencies of its own.
      .filter((path) => !path.includes(`${sep}node_modules${sep}`))
  );
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(root, from), to);
}
