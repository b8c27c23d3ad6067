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

const output = execFileSync('node', ['scripts/sbom.mjs'], { encoding: 'utf8' });
const bom: BillOfMaterials = JSON.parse(output);

/** Runs scripts/licenses.mjs, which Jest cannot import because it is an ES module. */
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

it('the bill of materials has exactly the production packages', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const names = new Set(bom.components.map(({ name }) => name));
  expect(Object.keys(dependencies).filter((name) => !names.has(name))).toEqual([]);
  expect(Object.keys(devDependencies).filter((name) => names.has(name))).toEqual(['@bufbuild/cel-spec', '@types/node']);
});

it('the bill of materials has the name of the service, and no folder or registry', () => {
  expect(bom.metadata.component.name).toBe('scenario-orchestrator');
  expect(output).not.toMatch(/"type": "distribution"|\.tgz|node_modules/);
});

it('the bill of materials is reproducible', () => {
  expect(execFileSync('node', ['scripts/sbom.mjs'], { encoding: 'utf8' })).toBe(output);
});

it('a license that is not allowed is a problem, and so is a missing one', () => {
  const copyleft = { name: 'copyleft', version: '1.0.0', licenses: [{ license: { id: 'GPL-3.0-only' } }] };
  expect(findLicenseProblems([copyleft, { name: 'unlicensed', version: '2.0.0' }])).toEqual([
    expect.stringContaining('copyleft@1.0.0 has GPL-3.0-only'),
    expect.stringContaining('unlicensed@2.0.0 has no license'),
  ]);
  expect(findLicenseProblems(bom.components)).toEqual([]);
});
