// The bill of materials: what is installed for production, as CycloneDX 1.5 on standard output. The same packages give the same bytes.
// Ends with 1 where a licence is not among those of licences.mjs.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceProblems } from './licences.mjs';
import { fail, output, root } from './run.mjs';

const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { name, version } = read('package.json');

// Of everything, and sorted out here: `npm sbom --omit dev` leaves out what development needs as well, zod and ajv among it.
const printed = output('npm', ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application']);
const { serialNumber, metadata, ...bom } = JSON.parse(printed ?? fail('sbom: npm sbom failed; run `npm ci` before it'));
const { timestamp, component, ...made } = metadata;

const shipped = new Set([`${name}@${version}`, ...productionPackages()]);
const components = bom.components.filter((each) => shipped.has(each['bom-ref']));
const dependencies = bom.dependencies
  .filter(({ ref }) => shipped.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => shipped.has(each)) }));
// npm would name it after the folder.
const described = { ...made, component: { ...component, name } };
console.log(JSON.stringify({ ...bom, metadata: described, components, dependencies }, null, 2));

const problems = licenceProblems(components);
for (const problem of problems) console.error(`sbom: ${problem}`);
if (problems.length > 0) process.exitCode = 1;

/** What the lock file has not for development alone, as far as it is for this platform. */
function productionPackages() {
  return Object.entries(read('package-lock.json').packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true && existsSync(join(root, path)))
    .map(([path, entry]) => `${entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${entry.version}`);
}
