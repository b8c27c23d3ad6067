import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly { readonly license?: { readonly id?: string } }[];
}

interface BillOfMaterials {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly Component[];
}

const printed = execFileSync('node', ['scripts/sbom.mjs'], { encoding: 'utf8' });
const bom: BillOfMaterials = JSON.parse(printed);

/** Runs scripts/licenses.mjs in a separate process, because Jest cannot import ES modules. */
function findLicenseProblems(components: readonly Component[]): readonly string[] {
  const program = `import { findLicenseProblems } from './scripts/licenses.mjs';
    console.log(JSON.stringify(findLicenseProblems(${JSON.stringify(components)})));`;
  const { stdout } = spawnSync('node', ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  return JSON.parse(stdout);
}

it('the bill of materials is valid CycloneDX', () => {
  const folder = join(dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema');
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false });
  for (const file of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json']) {
    ajv.addSchema(read(file), `http://cyclonedx.org/schema/${file}`);
  }
  const validate = ajv.compile(read('bom-1.5.SNAPSHOT.schema.json'));
  expect(validate(bom) ? [] : validate.errors).toEqual([]);
});

it('it has all production dependencies and no development dependencies', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const names = new Set(bom.components.map(({ name }) => name));
  expect(Object.keys(dependencies).filter((name) => !names.has(name))).toEqual([]);
  // Tests compare with these packages, which dependencies of the service bring as well.
  const brought = [
    '@bufbuild/cel-spec',
    '@opentelemetry/exporter-trace-otlp-grpc',
    '@opentelemetry/exporter-trace-otlp-proto',
    '@types/node',
  ];
  expect(Object.keys(devDependencies).filter((name) => names.has(name))).toEqual(brought);
});

it('it names the service, but no folder and no registry', () => {
  expect(bom.metadata.component.name).toBe('scenario-orchestrator');
  expect(printed).not.toMatch(/"type": "distribution"|\.tgz|node_modules/);
});

it('its bytes are reproducible', () => {
  expect(execFileSync('node', ['scripts/sbom.mjs'], { encoding: 'utf8' })).toBe(printed);
});

it('an unreviewed license and a missing license are reported', () => {
  const copyleft = { name: 'left', version: '1.0.0', licenses: [{ license: { id: 'GPL-3.0-only' } }] };
  expect(findLicenseProblems([copyleft, { name: 'silent', version: '2.0.0' }])).toEqual([
    expect.stringContaining('left@1.0.0 has GPL-3.0-only'),
    expect.stringContaining('silent@2.0.0 has no license'),
  ]);
  expect(findLicenseProblems(bom.components)).toEqual([]);
});
