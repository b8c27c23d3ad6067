import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { CallError, connect } from 'scenario-orchestrator-client';
import { ListScenariosRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { findFreePort } from '../../../tools/redis/free-port';
import { anApiKey } from '../../support/api-keys';
import { type BuiltServer, ensureBuilt, ServerStartError, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { uuid } from '../../support/session-builder';

jest.setTimeout(120_000);

const pki = join(__dirname, '..', '..', 'support', 'pki');
const folder = mkdtempSync(join(tmpdir(), 'access-'));
const keysFile = join(folder, 'keys.toml');
const [certFile, keyFile] = [join(folder, 'tls.pem'), join(folder, 'tls.key')];
const [first, second] = [anApiKey('first', uuid(1)), anApiKey('second', uuid(1))];
const scrapeHost = '127.0.0.1';

let server: BuiltServer;
let settings: NodeJS.ProcessEnv;
let scrapePort: number;

function installCertificate(name: string): void {
  copyFileSync(join(pki, `${name}.key`), keyFile);
  copyFileSync(join(pki, `${name}.pem`), certFile);
}

beforeAll(async () => {
  await ensureBuilt();
  writeFileSync(keysFile, first.entry + second.entry);
  installCertificate('server');
  scrapePort = await findFreePort();
  settings = {
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    ORCHESTRATOR__SERVER__TLS_CERT_FILE: certFile,
    ORCHESTRATOR__SERVER__TLS_KEY_FILE: keyFile,
    ORCHESTRATOR__SERVER__RELOAD_INTERVAL_MS: '100',
    ORCHESTRATOR__AUTH__API_KEYS_FILE: keysFile,
  };
  server = await startBuiltServer({
    ...settings,
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_HOST: scrapeHost,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(scrapePort),
  });
}, 300_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Calls the server with a token. Returns OK, or the reason of the error. */
async function getOutcome(token?: string): Promise<string> {
  const client = connect(server.address, {
    credentials: credentials.createSsl(readFileSync(join(pki, 'ca.pem'))),
    timeoutMs: 60_000,
    channelOptions: { 'grpc.ssl_target_name_override': 'localhost' },
    ...(token !== undefined && { token }),
  });
  try {
    await client.listScenarios(ListScenariosRequest.fromPartial({ tenantId: uuid(1), agentId: uuid(2) }));
    return 'OK';
  } catch (error) {
    if (error instanceof CallError) return error.reason;
    throw error;
  } finally {
    client.close();
  }
}

/** Returns the common name of the certificate that the server presents to a new connection. */
function getPresentedName(): Promise<string> {
  return new Promise((resolve, reject) => {
    const port = Number(server.address.split(':').at(-1));
    const ca = readFileSync(join(pki, 'ca.pem'));
    const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost', ALPNProtocols: ['h2'] });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
  });
}

it('requires a credential over TLS', async () => {
  expect(await getOutcome(first.key)).toBe('OK');
  expect(await getOutcome()).toBe('UNAUTHENTICATED');
});

it('revokes an API key that is removed from the file, and keeps the keys if the file becomes invalid', async () => {
  writeFileSync(keysFile, second.entry);
  await eventually(async () => (await getOutcome(first.key)) === 'UNAUTHENTICATED');
  expect(await getOutcome(second.key)).toBe('OK');
  writeFileSync(keysFile, '[[keys');
  await eventually(async () => server.getStdout().includes('changed files are invalid'));
  expect(await getOutcome(second.key)).toBe('OK');
});

it('presents a new certificate, and keeps the previous one if the new one is invalid', async () => {
  expect(await getPresentedName()).toBe('first');
  installCertificate('renewed-server');
  await eventually(async () => (await getPresentedName()) === 'renewed');
  writeFileSync(certFile, 'broken');
  const broken = /"level":"error".*tls_cert_file.*does not contain a PEM certificate/;
  await eventually(async () => broken.test(server.getStdout()));
  expect(await getPresentedName()).toBe('renewed');
  installCertificate('renewed-server');
});

it('counts and logs denied calls by reason, and does not log credentials', async () => {
  const guessed = anApiKey('guessed').key;
  await getOutcome(guessed);
  const text = await (await fetch(`http://${scrapeHost}:${scrapePort}/metrics`)).text();
  expect(text).toMatch(/^orchestrator_auth_failures_total\{.*reason="missing".*\} 1$/m);
  expect(text).toMatch(/^orchestrator_auth_failures_total\{.*reason="unknown_key".*\} [1-9]/m);
  expect(server.getStdout()).toMatch(/"failure":"unknown_key".*access denied/);
  for (const { key } of [first, second, { key: guessed }]) expect(server.getStdout()).not.toContain(key.slice(3, 20));
});

it('responds to the health check of the image over TLS without a credential', async () => {
  const port = server.address.split(':').at(-1);
  const env = { PATH: process.env['PATH'], ...settings, ORCHESTRATOR__SERVER__PORT: port };
  const checkHealth = () => promisify(execFile)('node', ['scripts/health.mjs'], { env });
  // Repeated, because the script has a short timeout and the machine may be slow.
  await eventually(() =>
    checkHealth().then(
      () => true,
      () => false,
    ),
  );
});

it.each<[string, NodeJS.ProcessEnv, RegExp]>([
  [
    'API keys',
    { ORCHESTRATOR__AUTH__API_KEYS_FILE: '/nowhere/keys.toml' },
    /auth\.api_keys_file \(\/nowhere\/keys\.toml\): ENOENT/,
  ],
  [
    'TLS',
    { ORCHESTRATOR__SERVER__TLS_CERT_FILE: join(pki, 'tenant.pem') },
    /server\.tls_cert_file.*: .*key values mismatch/,
  ],
])('does not start with invalid files for %s, and reports the file and the problem', async (_of, env, problem) => {
  const start = startBuiltServer({ ...settings, ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'other'), ...env });
  const refused = await start.then(
    (started) => started.stop().then(() => 'it started'),
    (error: unknown) => (error instanceof ServerStartError ? error.stderr : error),
  );
  expect(refused).toMatch(problem);
});

it('accepts an API key that was created by the command, which prints the key and its entry separately', async () => {
  const args = ['dist/src/cli/main.js', 'api-key', '--id', 'made', '--tenant', uuid(1), '--scopes', 'catalogue'];
  const { stdout, stderr } = await promisify(execFile)('node', [...args, '--expires', '2999-01-01']);
  const key = /so_[\w-]{43}/.exec(stderr)?.[0] ?? '';
  expect(stdout).not.toContain(key);
  writeFileSync(keysFile, stdout);
  await eventually(async () => (await getOutcome(key)) === 'OK');
});
