import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { type CallError, connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { toGrpcFrame } from '../../support/raw-http2';

/** How the server handles a call instead of answering it. */
type Fault = (stream: ServerHttp2Stream) => void;

let faults: Fault[] = [];
let callCount = 0;
let server: Http2Server;
let sockets: Socket[] = [];
let client: OrchestratorClient;

beforeAll(async () => {
  server = createServer();
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    callCount += 1;
    const fault = faults.shift();
    if (fault !== undefined) {
      fault(stream);
      return;
    }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(toGrpcFrame(ProcessTurnResponse.encode(ProcessTurnResponse.fromPartial({ revision: 7 })).finish()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  client = connect(`127.0.0.1:${address.port}`, { credentials: insecure(), timeoutMs: 30_000 });
  [faults, callCount, sockets] = [[], 0, []];
});
afterEach(() => client.close());
afterAll(() => new Promise((resolve) => server.close(resolve)));

const request = ProcessTurnRequest.fromPartial({ turn: { turnId: 't' } });

const resetWith =
  (code: number): Fault =>
  (stream) =>
    stream.close(code);
const endSession =
  (code?: number): Fault =>
  ({ session }) =>
    session?.destroy(undefined, code);
const closeSockets: Fault = () => {
  for (const socket of sockets) socket.destroy();
};
const faultsByName: readonly (readonly [string, Fault])[] = [
  ['NO_ERROR', resetWith(0)],
  ['INTERNAL_ERROR', resetWith(2)],
  ['REFUSED_STREAM', resetWith(7)],
  ['CANCEL', resetWith(8)],
  ['a session that ends with INTERNAL_ERROR', endSession(2)],
  ['a session that ends without an error', endSession()],
  ['sockets that are closed', closeSockets],
];

test.each(faultsByName)('a call is retried after %s', async (_name, fault) => {
  faults = [fault];
  expect(await client.processTurn(request)).toMatchObject({ response: { revision: 7 } });
  expect(callCount).toBeGreaterThan(1);
});

test('a call is retried three times', async () => {
  faults = Array.from({ length: 10 }, () => resetWith(2));
  await expect(client.processTurn(request)).rejects.toMatchObject({ status: 'INTERNAL', reason: '' });
  expect(callCount).toBe(4);
});

test('a call is not retried after its signal is aborted', async () => {
  const controller = new AbortController();
  faults = [() => controller.abort()];
  const failed: CallError = await client.processTurn(request, { signal: controller.signal }).catch((error) => error);
  expect(failed.status).toBe('CANCELLED');
  expect(callCount).toBe(1);
});
