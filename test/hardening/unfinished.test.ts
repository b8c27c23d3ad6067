import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { ServiceError } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { CallError } from '../../src/client';
import { failureOf, type GrpcUnderTest, headersOf, startGrpc } from '../support/grpc-under-test';
import { endHeaders, frame, frameType, preface } from '../support/http2-frames';
import { TurnStream } from '../support/turn-stream';

const { processTurn, streamTurn } = OrchestratorServiceService;

let grpc: GrpcUnderTest;
beforeAll(async () => {
  grpc = await startGrpc({}, { turnTimeoutMs: 300, keepaliveIntervalMs: 100, keepaliveTimeoutMs: 300 });
});
afterAll(() => grpc.stop());

/** A connection that says these bytes and nothing more, not even in answer to a PING. */
function silentAfter(bytes: Uint8Array): Socket {
  const [host, port] = grpc.address.split(':');
  const socket = connect(Number(port), host);
  socket.on('error', () => undefined).resume();
  socket.write(bytes);
  return socket;
}

const greeting = Buffer.concat([preface, frame(frameType.settings, 0, 0)]);

test.each([
  ['says nothing', Buffer.alloc(0)],
  ['stops within the preface', preface.subarray(0, 10)],
  ['greets and is gone', greeting],
  ['stops within a frame', Buffer.concat([greeting, frame(frameType.data, 0, 1, Buffer.alloc(100)).subarray(0, 50)])],
  ['stops within a header block', Buffer.concat([greeting, frame(frameType.headers, 0, 1)])],
  [
    'broke HTTP/2, and stays',
    Buffer.concat([greeting, frame(frameType.headers, endHeaders, 1, Buffer.alloc(20, 0xff))]),
  ],
])('a connection that %s is dropped', async (_what, bytes) => {
  await once(silentAfter(bytes), 'close');
});

test.each([
  ['a unary call', processTurn.path],
  ['a call that streams its answer', streamTurn.path],
])('%s that never ends its request ends with DEADLINE_EXCEEDED, and its reason', async (_what, path) => {
  const ended = new Promise((_resolve, reject) => {
    const call = grpc.client.makeBidiStreamRequest(path, Buffer.from, (bytes: Buffer) => bytes, headersOf());
    call.on('error', (error: ServiceError) => reject(new CallError(path, error)));
    call.on('data', () => undefined);
    call.write(Buffer.alloc(0));
  });
  const failure = await failureOf(ended);
  expect([failure.status, failure.reason]).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE']);
});

test('a stream of turns may rest for longer, and a connection that answers PINGs is kept', async () => {
  const session = connectHttp2(`http://${grpc.address}`);
  const stream = new TurnStream(grpc);
  const pings = { seen: 0 };
  await new Promise<void>((resolve) => {
    session.on('ping', () => {
      pings.seen += 1;
      if (pings.seen === 8) resolve();
    });
  });
  expect(session.closed).toBe(false);
  stream.halfClose();
  expect(await stream.ended).toBeUndefined();
  session.close();
});
