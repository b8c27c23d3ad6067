import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { GetSessionRequest, SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import type { Session } from '../../../src/core/model/session';
import { eventually } from '../../support/eventually';
import { callRaw, createMetadata, type GrpcUnderTest, getCallError, startGrpc } from '../../support/grpc-under-test';
import { getHealth } from '../../support/health';
import { encodeFrame, endHeaders, frameType, preface } from '../../support/http2-frames';
import { aSession, uuid } from '../../support/session-builder';
import { TurnStream } from '../../support/turn-stream';

const { processTurn, streamTurn } = OrchestratorServiceService;
const { getSession } = SessionServiceService;

let grpc: GrpcUnderTest;
beforeAll(async () => {
  grpc = await startGrpc({}, { turnTimeoutMs: 300, keepaliveIntervalMs: 100, keepaliveTimeoutMs: 300 });
});
afterAll(() => grpc.stop());

/** Opens a connection that sends only these bytes. It does not even respond to a PING. */
function openSilentConnection(bytes: Uint8Array): Socket {
  const [host, port] = grpc.address.split(':');
  const socket = connect(Number(port), host);
  socket.on('error', () => undefined).resume();
  socket.write(bytes);
  return socket;
}

const prefaceAndSettings = Buffer.concat([preface, encodeFrame(frameType.settings, 0, 0)]);

test.each([
  ['sends nothing', Buffer.alloc(0)],
  ['stops inside the preface', preface.subarray(0, 10)],
  ['sends the preface only', prefaceAndSettings],
  [
    'stops inside a frame',
    Buffer.concat([prefaceAndSettings, encodeFrame(frameType.data, 0, 1, Buffer.alloc(100)).subarray(0, 50)]),
  ],
  ['stops inside a header block', Buffer.concat([prefaceAndSettings, encodeFrame(frameType.headers, 0, 1)])],
  [
    'violates HTTP/2 and stays open',
    Buffer.concat([prefaceAndSettings, encodeFrame(frameType.headers, endHeaders, 1, Buffer.alloc(20, 0xff))]),
  ],
])('a connection that %s is closed', async (_what, bytes) => {
  await once(openSilentConnection(bytes), 'close');
});

test.each([
  ['a unary call', processTurn.path],
  ['a server-streaming call', streamTurn.path],
])('%s whose request does not end fails with DEADLINE_EXCEEDED and the reason', async (_what, path) => {
  const ended = new Promise((_resolve, reject) => {
    const call = grpc.client.makeBidiStreamRequest(path, Buffer.from, (bytes: Buffer) => bytes, createMetadata());
    call.on('error', (error: ServiceError) => reject(new CallError(path, error)));
    call.on('data', () => undefined);
    call.write(Buffer.alloc(0));
  });
  const failure = await getCallError(ended);
  expect([failure.status, failure.reason]).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE']);
});

describe('at the limit of pending requests', () => {
  let grpcAtLimit: GrpcUnderTest;
  let open: ClientDuplexStream<Buffer, Buffer>[];
  const session: Session = aSession();
  beforeEach(async () => {
    grpcAtLimit = await startGrpc({ getSession: async () => session }, { maxCallsInFlight: 2 });
    open = [openPendingCall(), openPendingCall()];
  });
  afterEach(async () => {
    for (const call of open) call.cancel();
    await grpcAtLimit.stop();
  });

  const request = GetSessionRequest.encode({ tenantId: uuid(1), sessionId: uuid(3) }).finish();
  /** Opens a call that has sent its request without half-closing the stream. */
  function openPendingCall(deadline = Number.POSITIVE_INFINITY): ClientDuplexStream<Buffer, Buffer> {
    const call = grpcAtLimit.client.makeBidiStreamRequest(getSession.path, Buffer.from, Buffer.from, createMetadata(), {
      deadline,
    });
    call.on('error', () => undefined);
    call.write(Buffer.from(request));
    return call;
  }
  const callOnce = () => callRaw(grpcAtLimit, getSession.path, request);
  /** Waits until another call is admitted. */
  const waitForFreeSlot = () =>
    eventually(() =>
      callOnce().then(
        () => true,
        () => false,
      ),
    );

  test('another call is rejected with RESOURCE_EXHAUSTED and a retry delay, and health checks are served', async () => {
    const failure = await getCallError(callOnce());
    expect([failure.status, failure.reason]).toEqual(['RESOURCE_EXHAUSTED', 'TOO_MANY_CALLS']);
    expect(failure.retryAfterMs).toBe(100);
    expect(await getHealth(grpcAtLimit.address)).toBe('SERVING');
  });

  test('a bidirectional stream is not limited', async () => {
    const stream = new TurnStream(grpcAtLimit);
    stream.halfClose();
    expect(await stream.ended).toBeUndefined();
  });

  test.each([
    ['is completed', (call: ClientDuplexStream<Buffer, Buffer>) => call.end()],
    ['is canceled', (call: ClientDuplexStream<Buffer, Buffer>) => call.cancel()],
  ])('a request that %s releases one slot', async (_how, end) => {
    const [first] = open;
    if (first !== undefined) end(first);
    await waitForFreeSlot();
    open.push(openPendingCall());
    expect((await getCallError(callOnce())).reason).toBe('TOO_MANY_CALLS');
  });

  test('rejected requests and exceeded deadlines release exactly their slots', async () => {
    for (let tries = 0; tries < 5; tries += 1) await getCallError(callOnce());
    for (const call of open) call.cancel();
    await waitForFreeSlot();
    open = [openPendingCall(Date.now() + 50), openPendingCall(Date.now() + 50)];
    await Promise.all(open.map((call) => new Promise((resolve) => call.once('status', resolve))));
    await waitForFreeSlot();
    open = [openPendingCall(), openPendingCall()];
    expect((await getCallError(callOnce())).reason).toBe('TOO_MANY_CALLS');
  });
});

test('an idle bidirectional stream and a connection that responds to PINGs stay open', async () => {
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
