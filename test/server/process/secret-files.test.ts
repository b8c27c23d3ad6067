import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { knownKeys } from '../../../src/server/config/schema';
import { anApiKey } from '../../support/api-keys';
import { ensureBuilt, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'secret-files-'));
beforeAll(ensureBuilt, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readShared = (path: string) => readFileSync(join(__dirname, '..', '..', 'support', path), 'utf8');

/** Valid contents of the file of every setting that ends with `_file`. */
const contents: Readonly<Record<string, string>> = {
  'server.tls_cert_file': readShared('pki/server.pem'),
  'server.tls_key_file': readShared('pki/server.key'),
  'server.tls_client_ca_file': readShared('pki/ca.pem'),
  'auth.api_keys_file': anApiKey('key').entry,
  'auth.client_certificates_file': 'clients = []',
  'auth.jwks_file': '{"keys":[]}',
  'redis.password_file': 'secret',
  'redis.sentinel_password_file': 'secret',
  'redis.tls_ca_file': readShared('tls/ca.pem'),
  'redis.tls_cert_file': readShared('tls/client.pem'),
  'redis.tls_key_file': readShared('tls/client.key'),
  'pipeline.scenario_filtering.api_key_file': 'secret',
};

const toVariable = (key: string) => `ORCHESTRATOR__${key.toUpperCase().replaceAll('.', '__')}`;
const toPath = (key: string) => join(folder, key);

test('every file of a setting is read again when it changes', async () => {
  const keys = [...knownKeys.keys()].filter((key) => key.endsWith('_file'));
  expect(Object.keys(contents).sort()).toEqual(keys.sort());
  const files: NodeJS.ProcessEnv = {};
  for (const key of keys) {
    writeFileSync(toPath(key), contents[key] ?? '');
    files[toVariable(key)] = toPath(key);
  }
  const server = await startBuiltServer({
    ...files,
    ORCHESTRATOR__SERVER__RELOAD_INTERVAL_MS: '100',
    ORCHESTRATOR__REDIS__SENTINELS: '127.0.0.1:1',
    ORCHESTRATOR__REDIS__TLS: 'true',
    ORCHESTRATOR__AUTH__JWT_ISSUER: 'issuer',
    ORCHESTRATOR__AUTH__JWT_AUDIENCE: 'audience',
    ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__USE_LLM: 'true',
    ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__BASE_URL: 'http://127.0.0.1:1/v1',
  });
  /** Lists the settings of the log lines with a message. */
  const listSettings = (text: string) => {
    const lines = server
      .getStdout()
      .split('\n')
      .filter((line) => line.includes(text));
    return new Set(lines.flatMap((line) => String(JSON.parse(line).setting).split(/, | and /)));
  };
  // The lines of one set of files cover all of its settings.
  for (const key of keys) writeFileSync(toPath(key), '');
  await eventually(async () => listSettings('changed files are invalid').size === keys.length);
  for (const key of keys) writeFileSync(toPath(key), `${contents[key]}\n`);
  await eventually(async () => listSettings('changed files were reloaded').size === keys.length);
  expect([...listSettings('changed files were reloaded')].sort()).toEqual(keys);
  await server.stop();
});
