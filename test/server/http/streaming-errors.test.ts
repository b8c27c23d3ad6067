import { ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { CredentialAuthenticator, parseApiKeys } from '../../../src/server/auth';
import { SystemClock } from '../../../src/server/runtime/system';
import { anApiKey } from '../../support/api-keys';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { type HttpUnderTest, registry, startHttp } from '../../support/http-under-test';
import { ReloadedValue } from '../../support/reloaded-value';
import { aSession, uuid } from '../../support/session-builder';

const key = anApiKey('key', uuid(1));
const ids = { tenantId: uuid(1), sessionId: uuid(3) };
const framed = (...messages: readonly Buffer[]) =>
  Buffer.concat(
    messages.flatMap((message) => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(message.length, 1);
      return [head, message];
    }),
  );

let grpc: GrpcUnderTest;
let http: HttpUnderTest;
beforeAll(async () => {
  const apiKeys = new ReloadedValue(parseApiKeys(key.entry));
  const authenticator = new CredentialAuthenticator({ apiKeys }, new SystemClock());
  grpc = await startGrpc({ getSession: async (id) => aSession(id) }, { authenticator, maxMessageBytes: 1_024 });
  http = await startHttp(grpc, { requiresAuthentication: true, maxMessageBytes: 1_024 });
});
afterAll(async () => {
  await http.stop();
  await grpc.stop();
});

const transports: readonly {
  readonly name: string;
  readonly open: (url: string) => Transport;
  readonly method: string;
}[] = [
  {
    name: 'Connect',
    open: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' }),
    method: 'WatchSession',
  },
  {
    name: 'gRPC-Web',
    open: (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' }),
    method: 'WatchSession',
  },
];

test.each(transports)(
  'a $name client receives the reason for which a stream was not admitted',
  async ({ open, method: name }) => {
    const method = registry
      .getService('focal.orchestration.v1.SessionService')
      ?.methods.find((each) => each.name === name);
    const info = registry.getMessage('google.rpc.ErrorInfo');
    if (method === undefined || info === undefined) throw new Error('the contract has no such method');
    const input = async function* () {
      yield ids;
    };
    const call = async () => {
      const { message } = await open(http.url).stream(
        { ...method, methodKind: 'bidi_streaming' },
        undefined,
        undefined,
        undefined,
        input(),
      );
      for await (const _ of message) throw new Error('the call succeeded');
    };
    const error = ConnectError.from(await call().catch((thrown: unknown) => thrown));
    expect(error.rawMessage).toContain('credential');
    expect(Reflect.get(error.findDetails(info)[0] ?? {}, 'reason')).toBe('UNAUTHENTICATED');
  },
);

test.each([
  { title: 'no message', body: framed(), reason: 'NOT_IMPLEMENTED' },
  { title: 'two messages', body: framed(Buffer.alloc(0), Buffer.alloc(0)), reason: 'NOT_IMPLEMENTED' },
  { title: 'bytes that are no message', body: framed(Buffer.from([0xff, 0xff])), reason: 'UNDECODABLE_REQUEST' },
  { title: 'an incomplete frame', body: Buffer.from([0, 0, 0]), reason: 'UNDECODABLE_REQUEST' },
  { title: 'a message that is too large', body: framed(Buffer.alloc(1_025)), reason: 'TOO_LARGE' },
  { title: 'a message that violates the contract', body: framed(Buffer.alloc(0)), reason: 'INVALID_REQUEST' },
])('gRPC-Web with $title fails with $reason', async ({ body, reason }) => {
  const response = await fetch(`${http.url}/focal.orchestration.v1.SessionService/GetSession`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto', ...key.metadata },
    body,
  });
  const trailers = Buffer.from(await response.arrayBuffer()).toString('latin1');
  const [, details = ''] = /grpc-status-details-bin: ?([^\r\n]+)/i.exec(trailers) ?? [];
  expect(Buffer.from(details, 'base64').toString('latin1')).toContain(reason);
});
