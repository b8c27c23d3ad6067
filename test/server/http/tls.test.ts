import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { CredentialAuthenticator, parseClientCertificates } from '../../../src/server/auth';
import { readTlsMaterial } from '../../../src/server/grpc';
import { SystemClock } from '../../../src/server/runtime/system';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { type HttpUnderTest, startHttp } from '../../support/http-under-test';
import { ReloadedValue } from '../../support/reloaded-value';
import { aSession, uuid } from '../../support/session-builder';

const file = (name: string) => readFileSync(`test/support/pki/${name}`, 'utf8');
const getSession = '/focal.orchestration.v1.SessionService/GetSession';
const body = JSON.stringify({ tenantId: uuid(1), sessionId: uuid(3) });
const headers = { 'content-type': 'application/json' };
const certificates = new ReloadedValue(
  parseClientCertificates(`
[[clients]]
id = "pipeline"
uri = "spiffe://corp.test/ns/*/sa/turns"
tenant = "*"
scopes = ["sessions"]
`),
);
const material = new ReloadedValue(readTlsMaterial([file('server.pem'), file('server.key'), file('ca.pem')]));

let grpc: GrpcUnderTest;
let http: HttpUnderTest;
beforeAll(async () => {
  const authenticator = new CredentialAuthenticator({ certificates }, new SystemClock());
  grpc = await startGrpc({ getSession: async (id) => aSession(id) }, { authenticator });
  http = await startHttp(grpc, { tls: { material, requiresClientCertificate: false }, requiresAuthentication: true });
});
afterAll(async () => {
  await http.stop();
  await grpc.stop();
});

/** The client that has a certificate of this name; undefined for none. */
const toClient = (name: string | undefined) => ({
  ca: file('ca.pem'),
  servername: 'localhost',
  ...(name === undefined ? {} : { cert: file(`${name}.pem`), key: file(`${name}.key`) }),
});

async function callHttp1(name: string | undefined) {
  const call = request(http.url + getSession, { method: 'POST', headers, agent: false, ...toClient(name) });
  call.end(body);
  const [response] = await once(call, 'response');
  response.resume();
  return { status: response.statusCode, fingerprint: response.socket.getPeerCertificate().fingerprint256 };
}

async function callHttp2(name: string | undefined) {
  const session = connectHttp2(http.url, toClient(name));
  const stream = session.request({ ':method': 'POST', ':path': getSession, ...headers });
  stream.end(body);
  const [response] = await once(stream, 'response');
  stream.resume();
  await once(stream, 'close');
  session.close();
  return { status: response[':status'] };
}

describe.each([
  { protocol: 'HTTP/1.1', call: callHttp1 },
  { protocol: 'HTTP/2', call: callHttp2 },
])('$protocol with TLS', ({ call }) => {
  it.each([
    { client: 'a client with a known certificate', name: 'pipeline', status: 200 },
    { client: 'a client with an unknown certificate of the authority', name: 'unknown', status: 401 },
    { client: 'a client with a certificate of another authority', name: 'stranger', status: 401 },
    { client: 'a client without a certificate', name: undefined, status: 401 },
  ])('$client gets $status', async ({ name, status }) => {
    expect(await call(name)).toMatchObject({ status });
  });
});

test('a renewed certificate applies to new connections', async () => {
  const before = await callHttp1('pipeline');
  material.change(readTlsMaterial([file('renewed-server.pem'), file('renewed-server.key'), file('ca.pem')]));
  const after = await callHttp1('pipeline');
  expect(after.status).toBe(200);
  expect(after.fingerprint).not.toBe(before.fingerprint);
});
