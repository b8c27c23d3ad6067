// Adds to package-lock.json the optional platform packages (@biomejs/cli-darwin-arm64 and the like) that npm left out.
// Why: a registry mirror may carry the builds of its own platform only. npm then writes a lock file without the others, and
// `npm ci` refuses that very file ("Missing: ... from lock file"). Run it after a change of a dependency: `npm run lock`.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPU = ['arm64', 'x64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'arm']; // arm last: also armv7
const LIBC = { musl: 'musl', gnu: 'glibc' };

/** npm skips an optional package that is not for the machine's platform; these packages have theirs in the name. */
function platformOf(name) {
  const words = name.split('/').pop().split('-');
  const named = (part) => words.some((word) => word.startsWith(part));
  const os = OS.find(named);
  const cpu = CPU.find(named);
  if (os === undefined || cpu === undefined) throw new Error(`cannot tell the platform of ${name}`);
  const libc = Object.keys(LIBC).find(named);
  return { cpu: [cpu], ...(libc && { libc: [LIBC[libc]] }), os: [os] };
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (`${path}/node_modules/${name}` in lock.packages || `node_modules/${name}` in lock.packages) continue;
    if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${name}@${version}: not an exact version`);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(entry.dev && { dev: true }),
      optional: true,
    };
    added += 1;
  }
}
if (added > 0) writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`lock-platforms: ${added} added`);
