import { connect } from 'node:http2';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import type { SessionKey } from '../../../src/core/model/session';
import { eventually } from '../../support/eventually';
import { FakeClock } from '../../support/fake-clock';
import { callMethod, type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
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
