import { type ClientHttp2Session, connect } from 'node:http2';
import { constants, deflateSync, gzipSync } from 'node:zlib';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import type { SessionKey } from '../../../src/core/model/session';
import type { Authenticator } from '../../../src/server/ports/authenticator';
import { eventually } from '../../support/eventually';
import { callMethod, type GrpcUnderTest, getCallError, startGrpc } from '../../support/grpc-under-test';
import { type RawOutcome, toGrpcFrame, toOutcome } from '../../support/raw-http2';
import { aSession, uuid } from '../../support/session-builder';

const { getSession } = SessionServiceService;
const compressedFlag = 1;
const messageBytes = 1_048_576;
const limits = {
  maxMessageBytes: messageBytes,
  maxRequestBytesInFlight: 16 * messageBytes,
  maxRequestBytesInFlightPerTenant: 8 * messageBytes,
};

/** A message of 1 MiB in about 1 KB. */
const bomb = gzipSync(Buffer.alloc(messageBytes));

let sessions: ClientHttp2Session[] = [];
let grpc: GrpcUnderTest;
afterEach(async () => {
  for (const session of sessions) session.destroy();
  sessions = [];
  await grpc.stop();
});

/** A call whose message is sent, but not the end of the request, so that it stays in flight until `end`. */
interface OpenCall {
  readonly outcome: Promise<RawOutcome>;
  end(): void;
  cancel(): void;
}

function openSession(): ClientHttp2Session {
  const session = connect(`http://${grpc.address}`);
  session.on('error', () => undefined);
  sessions.push(session);
  return session;
}

function openCall(
  session: ClientHttp2Session,
  packed: Buffer,
  headers: Readonly<Record<string, string>> = {},
): OpenCall {
  const stream = session.request({
    ':method': 'POST',
    ':path': getSession.path,
    'content-type': 'application/grpc',
    'grpc-encoding': 'gzip',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => undefined);
  stream.resume();
  stream.write(toGrpcFrame(packed, compressedFlag));
  const outcome = new Promise<RawOutcome>((resolve) => {
    stream.on('response', (received) => resolve(toOutcome(received)));
    stream.on('close', () => resolve(toOutcome({})));
  });
  return { outcome, end: () => stream.end(), cancel: () => stream.close(8) };
}

/** Waits until a number of calls have an outcome, and returns these outcomes. */
async function waitForOutcomes(calls: readonly OpenCall[], count: number): Promise<readonly RawOutcome[]> {
  const outcomes: RawOutcome[] = [];
  for (const { outcome } of calls) void outcome.then((value) => outcomes.push(value));
  await eventually(async () => outcomes.length === count);
  return outcomes;
}

describe('The bytes of requests in flight', () => {
  it('are limited before 100 gzip bombs are decompressed', async () => {
    grpc = await startGrpc({}, limits);
    const session = openSession();
    const calls = Array.from({ length: 100 }, () => openCall(session, bomb));
    const rejected = await waitForOutcomes(calls, 84);
    expect(new Set(rejected.map(({ status, reason }) => `${status} ${reason}`))).toEqual(
      new Set(['RESOURCE_EXHAUSTED TOO_MANY_CALLS']),
    );
    expect(grpc.server.requestBytesInFlight).toBe(16 * messageBytes);
    for (const { end } of calls) end();
    await eventually(async () => grpc.server.requestBytesInFlight === 0);
  });

  it('are limited for each tenant, and those of the others are not rejected', async () => {
    const authenticator: Authenticator = {
      authenticate: async ({ authorization: [tenantId] }) => ({
        kind: 'accepted',
        principal: { name: 'test', tenantId, scopes: new Set(['sessions']), expiresAt: Number.POSITIVE_INFINITY },
      }),
    };
    grpc = await startGrpc({ getSession: async (key) => aSession(key) }, { ...limits, authenticator });
    const session = openSession();
    const calls = Array.from({ length: 20 }, () => openCall(session, bomb, { authorization: uuid(1) }));
    const rejected = await waitForOutcomes(calls, 12);
    expect(new Set(rejected.map(({ reason }) => reason))).toEqual(new Set(['TENANT_TOO_MANY_CALLS']));
    expect(grpc.server.requestBytesInFlight).toBe(8 * messageBytes);
    const request = { tenantId: uuid(2), sessionId: uuid(3) };
    const metadata = { authorization: uuid(2) };
    expect(await callMethod(grpc, getSession, request, { metadata })).toMatchObject({ session: request });
  });

  it('no longer count when the client cancels', async () => {
    grpc = await startGrpc({}, limits);
    const session = openSession();
    const calls = Array.from({ length: 16 }, () => openCall(session, bomb));
    await eventually(async () => grpc.server.requestBytesInFlight === 16 * messageBytes);
    for (const { cancel } of calls) cancel();
    await eventually(async () => grpc.server.requestBytesInFlight === 0);
  });

  it('count while the handler runs, for the tenant in the request, and also without compression', async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const request = { tenantId: uuid(1), sessionId: uuid(3) };
    const bytes = getSession.requestSerialize(request).length;
    const getSessionSlowly = async (key: SessionKey) => {
      await answered;
      return aSession(key);
    };
    grpc = await startGrpc(
      { getSession: getSessionSlowly },
      { ...limits, maxRequestBytesInFlightPerTenant: 2 * bytes },
    );
    const calls = [1, 2].map(() => callMethod(grpc, getSession, request));
    await eventually(async () => grpc.server.callsInFlight === 2);
    expect(grpc.server.requestBytesInFlight).toBe(2 * bytes);
    expect(await getCallError(callMethod(grpc, getSession, request))).toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
      reason: 'TENANT_TOO_MANY_CALLS',
      retryAfterMs: 100,
    });
    answer();
    await Promise.all(calls);
    expect(grpc.server.requestBytesInFlight).toBe(0);
  });

  it('of a turn in a stream count only until its response', async () => {
    grpc = await startGrpc({}, { ...limits, maxRequestBytesInFlight: 1, maxRequestBytesInFlightPerTenant: 1 });
    const encode = (bytes: Buffer): Buffer => bytes;
    const stream = grpc.client.makeBidiStreamRequest(OrchestratorServiceService.processTurns.path, encode, encode);
    stream.on('error', () => undefined);
    for (let sent = 0; sent < 3; sent += 1) {
      stream.write(Buffer.from('not a turn'));
      await new Promise((resolve) => stream.once('data', resolve));
      await eventually(async () => grpc.server.requestBytesInFlight === 0);
    }
    expect(grpc.server.openStreams).toBe(1);
    stream.cancel();
  });

  it('of a request that is alone are accepted above the limit', async () => {
    grpc = await startGrpc(
      { getSession: async (key) => aSession(key) },
      { ...limits, maxRequestBytesInFlight: 1, maxRequestBytesInFlightPerTenant: 1 },
    );
    const request = { tenantId: uuid(1), sessionId: uuid(3) };
    expect(await callMethod(grpc, getSession, request)).toMatchObject({ session: request });
  });
});

describe('A compressed request', () => {
  const forge = (stated: number): Buffer => {
    const forged = Buffer.from(bomb);
    forged.writeUInt32LE(stated, forged.length - 4);
    return forged;
  };
  const valid = getSession.requestSerialize({ tenantId: uuid(1), sessionId: uuid(3) });
  const cases: readonly (readonly [string, string, Buffer, string])[] = [
    ['that states more than the maximum size', 'gzip', forge(messageBytes + 1), 'TOO_LARGE'],
    ['that is longer than it states', 'gzip', forge(100), 'UNDECODABLE_REQUEST'],
    ['that is shorter than it states', 'gzip', forge(messageBytes - 1), 'UNDECODABLE_REQUEST'],
    ['that is cut off', 'gzip', bomb.subarray(0, 16), 'UNDECODABLE_REQUEST'],
    ['of two parts', 'gzip', Buffer.concat([bomb, gzipSync(valid)]), 'UNDECODABLE_REQUEST'],
    ['that is not compressed', 'gzip', Buffer.alloc(messageBytes, 'x'), 'UNDECODABLE_REQUEST'],
    ['that is empty', 'gzip', gzipSync(Buffer.alloc(0)), 'INVALID_REQUEST'],
    ['that is valid', 'gzip', gzipSync(valid), ''],
    ['that is stored', 'gzip', gzipSync(valid, { level: constants.Z_NO_COMPRESSION }), ''],
    ['that is valid', 'deflate', deflateSync(valid), ''],
    ['above the maximum size', 'deflate', deflateSync(Buffer.alloc(messageBytes + 1)), 'TOO_LARGE'],
    ['with an unknown compression', 'snappy', valid, 'NOT_IMPLEMENTED'],
  ];
  it.each(cases)('%s (%s) has the expected status', async (_title, encoding, packed, reason) => {
    grpc = await startGrpc({ getSession: async (key) => aSession(key) }, limits);
    const call = openCall(openSession(), packed, { 'grpc-encoding': encoding });
    call.end();
    expect(await call.outcome).toMatchObject({ httpStatus: 200, reason });
    await eventually(async () => grpc.server.requestBytesInFlight === 0);
  });
});
