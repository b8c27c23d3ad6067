import { connect } from 'node:http2';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import type { SessionKey } from '../../../src/core/model/session';
import { eventually } from '../../support/eventually';
import { FakeClock } from '../../support/fake-clock';
import { callMethod, type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import {
  createCallHeaders,
  encodeFrame,
  encodeHeaderBlock,
  endHeaders,
  endStream,
  exchangeFrames,
  type Frame,
  frameType,
} from '../../support/http2-frames';
import { toGrpcFrame } from '../../support/raw-http2';
import { aSession, uuid } from '../../support/session-builder';

const { getSession } = SessionServiceService;
const request = { tenantId: uuid(1), sessionId: uuid(3) };
const otherSession = { tenantId: uuid(1), sessionId: uuid(4) };

let grpc: GrpcUnderTest;
let answerNeighbour: () => void;

/** Waits for the response to the other call only. Its clock does not advance, so that the allowance is not refilled. */
beforeEach(async () => {
  const answered = new Promise<void>((resolve) => {
    answerNeighbour = resolve;
  });
  const getSlowly = async (key: SessionKey) => {
    if (key.sessionId === otherSession.sessionId) await answered;
    return aSession(key);
  };
  grpc = await startGrpc({ getSession: getSlowly }, {}, undefined, { clock: new FakeClock() });
});
afterEach(() => grpc.stop());

/** Starts a call on the connection of the test and cancels it when the server has received it. */
function cancelCall(): Promise<void> {
  return new Promise((resolve) => {
    const { path, requestSerialize } = getSession;
    const call = grpc.client.makeUnaryRequest(path, requestSerialize, Buffer.from, request, () => resolve());
    setImmediate(() => call.cancel());
  });
}

test('3,000 canceled calls do not end the other calls of a connection', async () => {
  const open = callMethod(grpc, getSession, otherSession);
  await eventually(async () => grpc.server.callsInFlight === 1);
  for (let sent = 0; sent < 3_000; sent += 50) {
    await Promise.all(Array.from({ length: 50 }, cancelCall));
    expect(await callMethod(grpc, getSession, request)).toMatchObject({ session: request });
  }
  answerNeighbour();
  expect(await open).toMatchObject({ session: otherSession });
});

test('a call that was sent before the GOAWAY arrived is answered or refused, although no call was open when it was sent', async () => {
  const bytes = toGrpcFrame(getSession.requestSerialize(request));
  const headers = encodeHeaderBlock(createCallHeaders(getSession.path));
  const canceled = Array.from({ length: 300 }, (_, index) => 2 * index + 1);
  const isRefused = ({ type, payload }: Frame): boolean => type === frameType.goAway && payload.readUInt32BE(0) < 1_001;
  const frames = await exchangeFrames(
    grpc.address,
    canceled.flatMap((stream) => [
      encodeFrame(frameType.headers, endHeaders, stream, headers),
      encodeFrame(frameType.reset, 0, stream, Buffer.of(0, 0, 0, 8)),
    ]),
    // The PING of the server follows the GOAWAY. Its response follows the call.
    (ping) => [
      encodeFrame(frameType.headers, endHeaders, 1_001, headers),
      encodeFrame(frameType.data, endStream, 1_001, bytes),
      encodeFrame(frameType.ping, 1, 0, ping),
    ],
    (frame) => isRefused(frame) || (frame.type === frameType.data && frame.stream === 1_001),
  );
  expect(frames).toContain(frameType.goAway);
});

test('calls that are completed do not replace a connection', async () => {
  const session = connect(`http://${grpc.address}`);
  let isReplaced = false;
  session.on('goaway', () => {
    isReplaced = true;
  });
  for (let sent = 0; sent < 300; sent += 1) {
    const stream = session.request({
      ':method': 'POST',
      ':path': getSession.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.end(toGrpcFrame(getSession.requestSerialize(request)));
    stream.resume();
    await new Promise((resolve) => stream.on('close', resolve));
  }
  session.destroy();
  expect(isReplaced).toBe(false);
});
