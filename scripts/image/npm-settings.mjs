// How npm reaches its registry on this machine, as one file that is given to the build as a secret.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../run.mjs';
import { folder } from './containers.mjs';

/** Writes the file: the user's own settings, tokens among them, the registry, and whom to trust. Its path. */
export function writeNpmSettings() {
  const [userconfig, registry, cafile] = ['userconfig', 'registry', 'cafile'].map((key) =>
    output('npm', ['config', 'get', key]),
  );
  const own = existsSync(userconfig) ? readFileSync(userconfig, 'utf8') : '';
  const authorities = existsSync(cafile) ? readFileSync(cafile, 'utf8') : '';
  const certificates = authorities.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const path = join(folder, 'npmrc');
  // Certificates one by one: the path of a file would mean nothing inside.
  const trusted = certificates.map((certificate) => `ca[]=${JSON.stringify(certificate)}`);
  writeFileSync(path, [own, `registry=${registry}`, ...trusted, ''].join('\n'), { mode: 0o600 });
  return path;
}
