// Adds missing optional platform packages, such as @biomejs/cli-darwin-arm64, to package-lock.json. npm omits them if the registry is a
// mirror with packages of one platform only, and `npm ci` then rejects the lock file ("Missing: ... from lock file"). Also asks the registry
// for each integrity that is missing: without it, npm does not verify the package. Run `npm run lock` after a change of a dependency.
import { execFileSync } from 'node:child_process';
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

/** Returns the digest of a published package. Throws if the registry does not have the package. */
function fetchIntegrity(name, version) {
  const integrity = execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], { encoding: 'utf8' }).trim();
  if (!integrity.startsWith('sha512-')) throw new Error(`The registry has no integrity of ${name}@${version}.`);
  return integrity;
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
let completed = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  // Workspaces are folders of this repository.
  if (entry.integrity !== undefined || entry.link || !path.includes('node_modules/')) continue;
  const { version, ...rest } = entry;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  lock.packages[path] = { version, integrity: fetchIntegrity(name, version), ...rest };
  completed += 1;
}
if (added + completed > 0) writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`lock-platforms: ${added} packages added, ${completed} integrities added`);
