// Asks the service of this container, by gRPC, whether it takes calls: exits 0 for SERVING, else 1 with a line that says why.
// An argument names a service of the contract; without one the whole server is asked. Address, port and TLS are the configured ones.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, credentials } from '@grpc/grpc-js';

const { loadConfig } = createRequire(import.meta.url)('../dist/src/server/config/index.js');

const SERVING = 1;
const WAIT_MS = 2_500;

/** grpc.health.v1.HealthCheckRequest: field 1, text. */
function request(service) {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
}

/**
 * How the server wants to be spoken to. It is asked on this very machine, where its certificate need not have this name; where
 * clients must have a certificate it is shown its own, which its authorities must have signed too.
 */
function channel() {
  if (tls.tls_cert_file === '') return credentials.createInsecure();
  const own = tls.tls_require_client_certificate
    ? [readFileSync(tls.tls_key_file), readFileSync(tls.tls_cert_file)]
    : [null, null];
  return credentials.createSsl(null, ...own, { rejectUnauthorized: false });
}

const { host, port, ...tls } = loadConfig(process.env).server;
const everywhere = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
const address = `${everywhere[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
const client = new Client(address, channel());
client.makeUnaryRequest(
  '/grpc.health.v1.Health/Check',
  (message) => message,
  (bytes) => bytes,
  request(process.argv[2] ?? ''),
  { deadline: Date.now() + WAIT_MS },
  (error, response) => {
    client.close();
    // grpc.health.v1.HealthCheckResponse: field 1, the status.
    if (response?.[0] === 0x08 && response[1] === SERVING) return;
    console.error(`health: ${address} ${error === null ? 'is not serving' : error.message}`);
    process.exitCode = 1;
  },
);
