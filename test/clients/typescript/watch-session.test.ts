import { once } from 'node:events';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import {
  type GetSessionRequest,
  GetSessionResponse,
  SessionServiceService,
  type TurnRecord,
  WatchSessionRequest,
  WatchSessionResponse,
} from '../../../gen/focal/orchestration/v1/session_service';
import { Any } from '../../../gen/google/protobuf/any';
import { ErrorInfo } from '../../../gen/google/rpc/error_details';
import { Status } from '../../../gen/google/rpc/status';

type Stream = ServerWritableStream<WatchSessionRequest, WatchSessionResponse>;

/** The handlers of the server for the streams of a test, in order. The last handler repeats. */
let handlers: ((stream: Stream) => void)[];
let requests: WatchSessionRequest[];
/** The revision of the session; undefined if it does not exist. */
let currentRevision: number | undefined;
let server: Server;
let client: OrchestratorClient;

const watch: handleServerStreamingCall<WatchSessionRequest, WatchSessionResponse> = (stream) => {
  requests.push(stream.request);
  const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
  handler?.(stream);
};
const getSession: handleUnaryCall<GetSessionRequest, GetSessionResponse> = (_call, callback) => {
  if (currentRevision === undefined) callback(createError(status.NOT_FOUND, 'SESSION_NOT_FOUND'));
  else callback(null, GetSessionResponse.fromPartial({ session: { revision: currentRevision } }));
};

beforeAll(async () => {
  server = new Server();
  const { watchSession, getSession: get } = SessionServiceService;
  server.addService({ watchSession, getSession: get }, { watchSession: watch, getSession });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  client = connect(`127.0.0.1:${port}`, { credentials: insecure(), timeoutMs: 60_000 });
});
beforeEach(() => {
  [handlers, requests, currentRevision] = [[], [], undefined];
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

/** Creates an error with its reason, as the service sends it. */
function createError(code: status, reason: string) {
  const info = { typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: Buffer.from(encodeErrorInfo(reason)) };
  const bytes = Status.encode(Status.fromPartial({ code, message: reason, details: [Any.fromPartial(info)] })).finish();
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  return Object.assign(new Error(reason), { code, details: reason, metadata });
}

function encodeErrorInfo(reason: string): Uint8Array {
  return ErrorInfo.encode(ErrorInfo.fromPartial({ reason })).finish();
}

const toTurnId = (number: number) => `turn-${number}`;

/** Returns a handler that sends turns and then the error, if one is given. */
function sendTurns(revisions: readonly number[], error?: Partial<StatusObject>) {
  return (stream: Stream) => {
    for (const number of revisions) {
      stream.write(WatchSessionResponse.fromPartial({ turn: { revision: number, turnId: toTurnId(number) } }));
    }
    if (error) stream.emit('error', error);
  };
}

const request = WatchSessionRequest.fromPartial({ tenantId: 't', sessionId: 's', afterRevision: 0 });

/** Returns the revisions of the first `count` turns of a session. Leaves the iteration after the last of them. */
async function take(count: number, turns: AsyncIterable<TurnRecord>): Promise<readonly number[]> {
  const revisions: number[] = [];
  for await (const turn of turns) {
    revisions.push(turn.revision);
    if (revisions.length === count) break;
  }
  return revisions;
}

const listCursors = () => requests.map(({ afterRevision, afterTurnId }) => [afterRevision, afterTurnId]);

test.each([
  ['UNAVAILABLE', createError(status.UNAVAILABLE, 'SHUTTING_DOWN')],
  ['SLOW_READER', createError(status.RESOURCE_EXHAUSTED, 'SLOW_READER')],
  ['a reset', { code: status.INTERNAL, details: 'Received RST_STREAM with code 2', metadata: new Metadata() }],
  ['a canceled connection', { code: status.CANCELLED, details: 'Call cancelled', metadata: new Metadata() }],
  ['a lost connection', { code: status.UNAVAILABLE, details: 'connection lost', metadata: new Metadata() }],
])('the stream is resumed after the last turn on %s', async (_name, error) => {
  handlers = [sendTurns([1, 2], error), sendTurns([3], error), sendTurns([], error), sendTurns([4, 5])];
  expect(await take(5, client.watchSession(request))).toEqual([1, 2, 3, 4, 5]);
  expect(listCursors()).toEqual([
    [0, ''],
    [2, toTurnId(2)],
    [3, toTurnId(3)],
    [3, toTurnId(3)],
  ]);
});

test.each([
  [undefined, 0],
  [7, 7],
])('the stream starts at the current revision if there is no cursor (%s)', async (revision, afterRevision) => {
  currentRevision = revision;
  handlers = [sendTurns([], createError(status.UNAVAILABLE, 'SHUTTING_DOWN')), sendTurns([8])];
  const turns = client.watchSession(WatchSessionRequest.fromPartial({ ...request, afterRevision: undefined }));
  expect(await take(1, turns)).toEqual([8]);
  for (const { afterRevision: cursor } of requests) expect(cursor).toBe(afterRevision);
});

test.each([
  ['NOT_FOUND', 'SESSION_NOT_FOUND', status.NOT_FOUND],
  ['OUT_OF_RANGE', 'CURSOR_TOO_OLD', status.OUT_OF_RANGE],
])('%s (%s) ends the iteration', async (name, reason, code) => {
  handlers = [sendTurns([1, 2], createError(code, reason))];
  const revisions: number[] = [];
  const readAll = async () => {
    for await (const turn of client.watchSession(request)) revisions.push(turn.revision);
  };
  await expect(readAll()).rejects.toMatchObject({ name: 'CallError', method: 'WatchSession', status: name, reason });
  expect(revisions).toEqual([1, 2]);
  expect(requests).toHaveLength(1);
});

test('leaving the iteration cancels the stream', async () => {
  let cancelled: Promise<unknown> = Promise.resolve();
  handlers = [
    (stream) => {
      cancelled = once(stream, 'cancelled');
      sendTurns([1, 2, 3])(stream);
    },
  ];
  expect(await take(2, client.watchSession(request))).toEqual([1, 2]);
  await cancelled;
});

test.each(['before the iteration', 'during the iteration'])('the signal cancels the stream %s', async (when) => {
  const abort = new AbortController();
  handlers = [sendTurns([1])];
  if (when === 'before the iteration') abort.abort();
  const readAll = async () => {
    for await (const _turn of client.watchSession(request, { signal: abort.signal })) abort.abort();
  };
  await expect(readAll()).rejects.toMatchObject({ name: 'CallError', status: 'CANCELLED' });
});
