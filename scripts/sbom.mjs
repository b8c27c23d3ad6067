// Prints the bill of materials of the production packages as CycloneDX 1.5. The output is reproducible. Exits with code 1 if a license is
// not allowed by licenses.mjs.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLicenseProblems } from './licenses.mjs';
import { fail, getOutput, root } from './run.mjs';

const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { name, version } = read('package.json');

// Lists all packages, which are filtered below: `npm sbom --omit dev` also omits production packages that development packages need.
const npmOutput = getOutput('npm', ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application']);
const { serialNumber, metadata, ...bom } = JSON.parse(npmOutput ?? fail('sbom: npm sbom failed. Run `npm ci` first.'));
const { timestamp, component, ...otherMetadata } = metadata;

const production = new Set([`${name}@${version}`, ...listProductionPackages()]);
const components = bom.components.filter((each) => production.has(each['bom-ref'])).map(withPackageName);
const dependencies = bom.dependencies
  .filter(({ ref }) => production.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => production.has(each)) }));
const namedMetadata = { ...otherMetadata, component: withPackageName(component) };
console.log(JSON.stringify({ ...bom, metadata: namedMetadata, components, dependencies }, null, 2));

const problems = findLicenseProblems(components);
for (const problem of problems) console.error(`sbom: ${problem}`);
if (problems.length > 0) process.exitCode = 1;

/** Sets the name of a package of this repository from its reference, because npm sets it to the name of the folder. */
function withPackageName(each) {
  const ref = each['bom-ref'];
  return ref.startsWith(`${name}@`) || ref.startsWith(`${name}-client@`)
    ? { ...each, name: ref.slice(0, ref.lastIndexOf('@')) }
    : each;
}

/** Lists the packages of the lock file that are not only for development and are installed on this platform. */
function listProductionPackages() {
  return Object.entries(read('package-lock.json').packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true && existsSync(join(root, path)))
    .map(([path, entry]) => `${entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${entry.version}`);
}
