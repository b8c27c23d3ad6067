// proto/ -> gen/: the ts-proto stubs and descriptors.binpb (all files with their imports, for reflection and protovalidate).
// `--check` writes nothing and fails when gen/ is not what proto/ gives. Offline: buf and its plugin are npm packages.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, root, run } from './run.mjs';

// ts-proto also writes the stubs of imports that carry options only: 15,000 lines that nothing imports.
const OPTIONS_ONLY = ['buf/validate/validate.ts', 'google/protobuf/descriptor.ts'];

const checking = process.argv.includes('--check');
const gen = join(root, 'gen');
const fresh = mkdtempSync(join(tmpdir(), 'gen-'));
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));

run('buf', ['generate', '--output', fresh]);
for (const path of OPTIONS_ONLY) rmSync(join(fresh, 'gen', path), { force: true });
run('buf', [
  'build',
  '--as-file-descriptor-set',
  '--exclude-source-info',
  '-o',
  join(fresh, 'gen', 'descriptors.binpb'),
]);

const wanted = filesOf(join(fresh, 'gen'));
const present = filesOf(gen);
const gone = [...present.keys()].filter((path) => !wanted.has(path));
const changed = [...wanted].filter(([path, bytes]) => !present.get(path)?.equals(bytes)).map(([path]) => path);

if (checking) {
  const stale = [...gone, ...changed];
  if (stale.length > 0) fail(`gen/ is stale (${stale.slice(0, 5).join(', ')}): run \`npm run generate\` and commit it`);
  console.log(`generated: gen/ is what proto/ gives (${wanted.size} files)`);
} else {
  // Only what differs is touched, so that a build after an empty change has nothing to do.
  for (const path of gone) rmSync(join(gen, path));
  for (const path of changed) {
    mkdirSync(dirname(join(gen, path)), { recursive: true });
    writeFileSync(join(gen, path), wanted.get(path));
  }
  console.log(`generate: ${changed.length} written, ${gone.length} removed, ${wanted.size} files in gen/`);
}
run('node', ['scripts/scenario-schema.mjs', ...(checking ? ['--check'] : [])]);
run('node', ['scripts/reference/pages.mjs', ...(checking ? ['--check'] : [])]);
if (checking) run('node', ['scripts/rules.mjs', '--check']);

/** Path below the folder -> bytes. */
function filesOf(folder) {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path)]));
}
