import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { CredentialAuthenticator, parseApiKeys, parseClientCertificates } from '../../../src/server/auth';
import { createTlsCredentials, readTlsMaterial, type TlsMaterial } from '../../../src/server/grpc';
import { toClientCertificate } from '../../../src/server/grpc/middleware/client-certificate';
import { SystemClock } from '../../../src/server/runtime/system';
import { anApiKey } from '../../support/api-keys';
import {
  callMethod,
  createRawClient,
  type GrpcUnderTest,
  getCallError,
  startGrpc,
} from '../../support/grpc-under-test';
import { ReloadedValue } from '../../support/reloaded-value';
import { turnRequest } from '../../support/request-bytes';
import { aSession, uuid } from '../../support/session-builder';
import { TurnStream } from '../../support/turn-stream';

const file = (name: string) => readFileSync(join('test/support/pki', name), 'utf8');
const material = (name: string, ca?: string): TlsMaterial =>
  readTlsMaterial([file(`${name}.pem`), file(`${name}.key`), ...(ca === undefined ? [] : [file(`${ca}.pem`)])]);

/** Creates the credentials of a client that trusts the test authority, with or without a client certificate. */
function createChannelCredentials(name?: string): ChannelCredentials {
  const own =
    name === undefined ? undefined : [file(`${name}.key`), file(`${name}.pem`)].map((pem) => Buffer.from(pem));
  return credentials.createSsl(Buffer.from(file('ca.pem')), own?.[0], own?.[1]);
}

const clientConfig = (names: string) =>
  parseClientCertificates(`
[[clients]]
id = "pipeline"
uri = "${names}"
tenant = "*"
scopes = ["turns", "sessions"]

[[clients]]
id = "tenant-one"
dns = "*.clients.test"
tenant = "${uuid(1)}"
scopes = ["sessions"]
`);
const certificates = new ReloadedValue(clientConfig('spiffe://corp.test/ns/*/sa/turns'));
const key = anApiKey('key', uuid(1));
const apiKeys = new ReloadedValue(parseApiKeys(key.entry));
const authenticator = new CredentialAuthenticator({ apiKeys, certificates }, new SystemClock());

async function start(tls: ReloadedValue<TlsMaterial>, required = false): Promise<GrpcUnderTest> {
  return await startGrpc(
    { getSession: async (id) => aSession(id), processTurn: () => Promise.reject(new Error('no turn')) },
    { credentials: createTlsCredentials(tls, required), authenticator },
    undefined,
    { channel: createChannelCredentials() },
  );
}

/** Reads a session over a separate connection. */
async function read(grpc: GrpcUnderTest, how: ChannelCredentials, metadata = {}, tenantId = uuid(1)) {
  const client = createRawClient(grpc.address, how);
  const request = { tenantId, sessionId: uuid(3) };
  return await callMethod({ client }, SessionServiceService.getSession, request, { metadata }).finally(() =>
    client.close(),
  );
}

/** Returns the certificate that the server presents to a new connection. */
function getPresentedCertificate({ address }: GrpcUnderTest): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const [host, port] = address.split(':');
    const socket = connectTls({
      host,
      port: Number(port),
      ca: file('ca.pem'),
      servername: 'localhost',
      ALPNProtocols: ['h2'],
    });
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

describe('A client certificate', () => {
  let grpc: GrpcUnderTest;
  beforeAll(async () => {
    grpc = await start(new ReloadedValue(material('server', 'ca')));
  });
  afterAll(() => grpc.stop());

  it('identifies the client by its URI', async () => {
    expect(await read(grpc, createChannelCredentials('pipeline'), {}, uuid(7))).toMatchObject({
      session: { tenantId: uuid(7) },
    });
  });

  it('identifies the client by its DNS name, for one tenant', async () => {
    expect(await read(grpc, createChannelCredentials('tenant'))).toMatchObject({ session: { tenantId: uuid(1) } });
    expect(await getCallError(read(grpc, createChannelCredentials('tenant'), {}, uuid(2)))).toMatchObject({
      reason: 'TENANT_MISMATCH',
    });
  });

  it('is rejected if it is trusted but not configured', async () => {
    expect(await getCallError(read(grpc, createChannelCredentials('unknown')))).toMatchObject({
      reason: 'UNAUTHENTICATED',
      message: expect.stringContaining('none of its names'),
    });
  });

  it('is ignored if its authority is not trusted', async () => {
    expect(await getCallError(read(grpc, createChannelCredentials('stranger')))).toMatchObject({
      reason: 'UNAUTHENTICATED',
      message: expect.stringContaining('has no credentials'),
    });
  });

  it('does not replace an invalid API key, and is not needed with a valid one', async () => {
    const wrong = { authorization: `Bearer ${anApiKey('other').key}` };
    expect(await getCallError(read(grpc, createChannelCredentials('pipeline'), wrong))).toMatchObject({
      reason: 'UNAUTHENTICATED',
    });
    expect(await read(grpc, createChannelCredentials(), key.metadata)).toMatchObject({
      session: { tenantId: uuid(1) },
    });
  });

  it('is checked against the latest file, also on an open connection', async () => {
    const client = createRawClient(grpc.address, createChannelCredentials('pipeline'));
    const call = () =>
      callMethod({ client }, SessionServiceService.getSession, { tenantId: uuid(1), sessionId: uuid(3) });
    await call();
    certificates.change(clientConfig('spiffe://corp.test/unknown'));
    expect(await getCallError(call())).toMatchObject({ reason: 'UNAUTHENTICATED' });
    certificates.change(clientConfig('spiffe://corp.test/ns/*/sa/turns'));
    await call();
    client.close();
  });

  it('prevents the connection if it is required but missing', async () => {
    const strict = await start(new ReloadedValue(material('server', 'ca')), true);
    for (const how of [createChannelCredentials(), createChannelCredentials('stranger')]) {
      expect(await getCallError(read(strict, how, key.metadata))).toMatchObject({ status: 'UNAVAILABLE', reason: '' });
    }
    expect(await read(strict, createChannelCredentials('pipeline'))).toMatchObject({ session: { tenantId: uuid(1) } });
    await strict.stop();
  });
});

describe('A new certificate of the server', () => {
  it('is presented to new connections, while a stream on an open connection continues', async () => {
    const tls = new ReloadedValue(material('server'));
    const grpc = await start(tls);
    expect(await getPresentedCertificate(grpc)).toMatchObject({ subject: { CN: 'first' } });
    const stream = new TurnStream(grpc, key);
    stream.send(turnRequest());
    await stream.waitForResponses(1);
    tls.change(material('renewed-server'));
    expect(await getPresentedCertificate(grpc)).toMatchObject({ subject: { CN: 'renewed' } });
    stream.send(turnRequest());
    expect(await stream.waitForResponses(2)).toHaveLength(2);
    stream.halfClose();
    expect(await stream.ended).toBeUndefined();
    await grpc.stop();
  });

  it('applies new client authorities to new connections, which reject clients of the old one', async () => {
    const tls = new ReloadedValue(material('server', 'ca'));
    const grpc = await start(tls);
    await read(grpc, createChannelCredentials('pipeline'));
    tls.change(material('server', 'other-ca'));
    expect(await getCallError(read(grpc, createChannelCredentials('pipeline')))).toMatchObject({
      reason: 'UNAUTHENTICATED',
    });
    await read(grpc, createChannelCredentials('stranger'));
    await grpc.stop();
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a key of another certificate', [file('server.pem'), file('pipeline.key')], /key values mismatch/],
    ['half of a certificate', [file('server.pem').slice(0, 300), file('server.key')], /PEM|bad/i],
    ['no key', [file('server.pem'), ''], /does not contain a PEM private key/],
    ['no certificate', ['', file('server.key')], /certificate file does not contain a PEM certificate/],
    ['invalid authorities', [file('server.pem'), file('server.key'), 'x'], /client authorities/],
  ])('is rejected if it has %s', (_what, contents, problem) => {
    expect(() => readTlsMaterial(contents)).toThrow(problem);
  });
});

describe('The names of a certificate', () => {
  const names = (subjectaltname: string, subject: object = {}) =>
    toClientCertificate({ subject, subjectaltname, valid_to: 'Jan  1 00:00:00 2030 GMT' } as PeerCertificate);

  it('are read from Node.js, with the expiry', () => {
    expect(names('DNS:a.test, URI:spiffe://b/c, IP Address:127.0.0.1', { CN: 'n' })).toEqual({
      commonName: 'n',
      dnsNames: ['a.test'],
      uris: ['spiffe://b/c'],
      expiresAt: Date.UTC(2030, 0, 1),
    });
  });

  it('are never read from a part of another name', () => {
    expect(names('URI:"http://x/, DNS:admin.test"')).toMatchObject({
      uris: ['http://x/, DNS:admin.test'],
      dnsNames: [],
    });
    expect(names('DNS:"a\\", DNS:admin.test"').dnsNames).toEqual(['a", DNS:admin.test']);
    expect(names('URI:"broken, DNS:admin.test')).toMatchObject({ uris: [], dnsNames: [] });
  });

  it('have no common name if there are several', () => {
    expect(names('', { CN: ['a', 'b'] }).commonName).toBeUndefined();
  });
});
