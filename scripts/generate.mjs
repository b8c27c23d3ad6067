// Generates gen/ from proto/: the ts-proto stubs and descriptors.binpb (for reflection and protovalidate), and the files that are derived
// from the contract. `--check` writes nothing and fails if a file is stale. Needs no network: buf and its plugin are npm packages.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, root, run } from './run.mjs';

// ts-proto also generates stubs of imports that only define options: 15,000 lines that nothing imports.
const optionStubs = ['buf/validate/validate.ts', 'google/protobuf/descriptor.ts'];

const isCheck = process.argv.includes('--check');
const gen = join(root, 'gen');
const fresh = mkdtempSync(join(tmpdir(), 'gen-'));
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));

run('buf', ['generate', '--output', fresh]);
for (const path of optionStubs) rmSync(join(fresh, 'gen', path), { force: true });
run('buf', [
  'build',
  '--as-file-descriptor-set',
  '--exclude-source-info',
  '-o',
  join(fresh, 'gen', 'descriptors.binpb'),
]);

const expected = readFiles(join(fresh, 'gen'));
const present = readFiles(gen);
const removed = [...present.keys()].filter((path) => !expected.has(path));
const changed = [...expected].filter(([path, bytes]) => !present.get(path)?.equals(bytes)).map(([path]) => path);

if (isCheck) {
  const stale = [...removed, ...changed];
  if (stale.length > 0) fail(`gen/ is stale (${stale.slice(0, 5).join(', ')}): run \`npm run generate\` and commit it`);
  console.log(`generated: gen/ is up to date (${expected.size} files)`);
} else {
  // Writes only changed files, so that the next build has nothing to do.
  for (const path of removed) rmSync(join(gen, path));
  for (const path of changed) {
    mkdirSync(dirname(join(gen, path)), { recursive: true });
    writeFileSync(join(gen, path), expected.get(path));
  }
  console.log(`generate: ${changed.length} written, ${removed.length} removed, ${expected.size} files in gen/`);
}
run('node', ['scripts/scenario-schema.mjs', ...(isCheck ? ['--check'] : [])]);
run('node', ['scripts/openapi.mjs', ...(isCheck ? ['--check'] : [])]);
run('node', ['scripts/reference/pages.mjs', ...(isCheck ? ['--check'] : [])]);
if (isCheck) run('node', ['scripts/rules.mjs', '--check']);

/** Reads the files below a folder, by relative path. */
function readFiles(folder) {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path)]));
}
