// Collects the npm settings of this machine in one file, which the build gets as a secret.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getOutput } from '../run.mjs';
import { folder } from './containers.mjs';

/** Writes the settings of the user (with tokens), the registry and the CA certificates. Returns the path of the file. */
export function writeNpmSettings() {
  const [userconfig, registry, cafile] = ['userconfig', 'registry', 'cafile'].map((key) =>
    getOutput('npm', ['config', 'get', key]),
  );
  const userSettings = existsSync(userconfig) ? readFileSync(userconfig, 'utf8') : '';
  const bundle = existsSync(cafile) ? readFileSync(cafile, 'utf8') : '';
  const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const path = join(folder, 'npmrc');
  // Writes the certificates instead of their path, because the path does not exist in the container.
  const caLines = certificates.map((certificate) => `ca[]=${JSON.stringify(certificate)}`);
  writeFileSync(path, [userSettings, `registry=${registry}`, ...caLines, ''].join('\n'), { mode: 0o600 });
  return path;
}
