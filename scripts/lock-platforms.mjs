// Adds missing optional platform packages, such as @biomejs/cli-darwin-arm64, to package-lock.json. npm omits them if the registry is a
// mirror with packages of one platform only, and `npm ci` then rejects the lock file ("Missing: ... from lock file"). Run `npm run lock`
// after a change of a dependency.
import { readFileSync, writeFileSync } from 'node:fs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'x64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'arm']; // arm last, because it also matches arm64.
const libcs = { musl: 'musl', gnu: 'glibc' };

/** Derives the platform from the name of a package. npm skips optional packages of other platforms. */
function parsePlatform(name) {
  const words = name.split('/').pop().split('-');
  const isNamed = (part) => words.some((word) => word.startsWith(part));
  const os = systems.find(isNamed);
  const cpu = processors.find(isNamed);
  if (os === undefined || cpu === undefined) throw new Error(`The name ${name} has no known platform.`);
  const libc = Object.keys(libcs).find(isNamed);
  return { cpu: [cpu], ...(libc && { libc: [libcs[libc]] }), os: [os] };
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (`${path}/node_modules/${name}` in lock.packages || `node_modules/${name}` in lock.packages) continue;
    if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${name}@${version} is not an exact version.`);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...parsePlatform(name),
      ...(entry.dev && { dev: true }),
      optional: true,
    };
    added += 1;
  }
}
if (added > 0) writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`lock-platforms: ${added} packages added`);
