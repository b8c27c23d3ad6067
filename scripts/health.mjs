// Checks the health of the server in this container over gRPC. Exits with code 0 for SERVING, and otherwise with code 1 and a message. The
// argument is the name of a service; without it, the health of the whole server is checked. Uses the configured address and TLS.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, credentials } from '@grpc/grpc-js';

const { loadConfig } = createRequire(import.meta.url)('../dist/src/server/config/index.js');

const servingStatus = 1;
const timeoutMs = 2_500;

/** Encodes grpc.health.v1.HealthCheckRequest: field 1 is a string. */
function encodeRequest(service) {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
}

/**
 * Creates credentials for the server. The name in its certificate is not verified, because the connection is local. If the server requires
 * a client certificate, the certificate of the server is used, which the trusted CA must have signed as well.
 */
function createCredentials() {
  if (tls.tls_cert_file === '') return credentials.createInsecure();
  const clientCertificate = tls.tls_require_client_certificate
    ? [readFileSync(tls.tls_key_file), readFileSync(tls.tls_cert_file)]
    : [null, null];
  return credentials.createSsl(null, ...clientCertificate, { rejectUnauthorized: false });
}

const { host, port, ...tls } = loadConfig(process.env).server;
const loopbackAddresses = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
const address = `${loopbackAddresses[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
const client = new Client(address, createCredentials());
client.makeUnaryRequest(
  '/grpc.health.v1.Health/Check',
  (message) => message,
  (bytes) => bytes,
  encodeRequest(process.argv[2] ?? ''),
  { deadline: Date.now() + timeoutMs },
  (error, response) => {
    client.close();
    // grpc.health.v1.HealthCheckResponse: field 1 is the status.
    if (response?.[0] === 0x08 && response[1] === servingStatus) return;
    console.error(`health: ${address} ${error === null ? 'is not serving' : error.message}`);
    process.exitCode = 1;
  },
);
