// src/ and gen/ -> dist/src and dist/gen, with the files that the code reads at run time at the same relative places.
// Built beside dist/ and swapped in at the end, so that a build never leaves half of one or yesterday's files behind.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fail, ran, root } from './run.mjs';

const ASSETS = ['src', 'gen', 'config', 'examples/conversations', 'examples/replay', 'examples/scenarios'];

const started = new Date();
const fresh = join(root, `dist.${process.pid}`);
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));

for (const project of ['tsconfig.build.json', 'tsconfig.client.json']) {
  if (!ran('tsc', ['--project', project, '--outDir', fresh])) fail('build: the compiler found errors');
}

let assets = 0;
for (const folder of ASSETS.filter((name) => existsSync(join(root, name)))) {
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    const target = join(fresh, relative(root, path));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target);
    assets += 1;
  }
}
// build-if-stale.mjs compares with its time: that of the start, so that an edit made meanwhile counts as newer.
writeFileSync(join(fresh, '.built'), '');
utimesSync(join(fresh, '.built'), started, started);

const dist = join(root, 'dist');
const old = `${fresh}.old`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
console.error(`build: dist/ is ready (${assets} assets)`);
