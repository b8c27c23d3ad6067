import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { GetSessionRequest, SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import type { Session } from '../../../src/core/model/session';
import { eventually } from '../../support/eventually';
import { callRaw, failureOf, type GrpcUnderTest, headersOf, startGrpc } from '../../support/grpc-under-test';
import { healthOf } from '../../support/health';
import { endHeaders, frame, frameType, preface } from '../../support/http2-frames';
import { aSession, uuid } from '../../support/session-builder';
import { TurnStream } from '../../support/turn-stream';

const { processTurn, streamTurn } = OrchestratorServiceService;
const { getSession } = SessionServiceService;

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

describe('where as many requests are on their way as may be', () => {
  let full: GrpcUnderTest;
  let open: ClientDuplexStream<Buffer, Buffer>[];
  const known: Session = aSession();
  beforeEach(async () => {
    full = await startGrpc({ readSession: async () => known }, { maxCallsInFlight: 2 });
    open = [begun(), begun()];
  });
  afterEach(async () => {
    for (const call of open) call.cancel();
    await full.stop();
  });

  const request = GetSessionRequest.encode({ tenantId: uuid(1), sessionId: uuid(3) }).finish();
  /** A call that has sent its request, and does not say that this was all of it. */
  function begun(deadline = Number.POSITIVE_INFINITY): ClientDuplexStream<Buffer, Buffer> {
    const call = full.client.makeBidiStreamRequest(getSession.path, Buffer.from, Buffer.from, headersOf(), {
      deadline,
    });
    call.on('error', () => undefined);
    call.write(Buffer.from(request));
    return call;
  }
  const another = () => callRaw(full, getSession.path, request);
  /** Whether just one more is let in: as many places are free as have ended. */
  const untilOneIsFree = () =>
    eventually(() =>
      another().then(
        () => true,
        () => false,
      ),
    );

  test('one more is refused with RESOURCE_EXHAUSTED and when to try again, and health is told as ever', async () => {
    const failure = await failureOf(another());
    expect([failure.status, failure.reason]).toEqual(['RESOURCE_EXHAUSTED', 'TOO_MANY_CALLS']);
    expect(failure.retryAfterMs).toBe(100);
    expect(await healthOf(full.address)).toBe('SERVING');
  });

  test('a stream of turns is none of them', async () => {
    const stream = new TurnStream(full);
    stream.halfClose();
    expect(await stream.ended).toBeUndefined();
  });

  test.each([
    ['has come to its end', (call: ClientDuplexStream<Buffer, Buffer>) => call.end()],
    ['was given up', (call: ClientDuplexStream<Buffer, Buffer>) => call.cancel()],
  ])('a request that %s leaves its place, once', async (_how, end) => {
    const [first] = open;
    if (first !== undefined) end(first);
    await untilOneIsFree();
    open.push(begun());
    expect((await failureOf(another())).reason).toBe('TOO_MANY_CALLS');
  });

  test('a request that is refused, or whose deadline passes, leaves no place behind or taken', async () => {
    for (let tries = 0; tries < 5; tries += 1) await failureOf(another());
    for (const call of open) call.cancel();
    await untilOneIsFree();
    open = [begun(Date.now() + 50), begun(Date.now() + 50)];
    await Promise.all(open.map((call) => new Promise((resolve) => call.once('status', resolve))));
    await untilOneIsFree();
    open = [begun(), begun()];
    expect((await failureOf(another())).reason).toBe('TOO_MANY_CALLS');
  });
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
