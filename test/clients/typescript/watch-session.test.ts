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

/** What the server does with the streams of a test, in their order; the last one stays. */
let scripts: ((stream: Stream) => void)[];
let asked: WatchSessionRequest[];
/** The revision of the session; undefined where there is none. */
let revision: number | undefined;
let server: Server;
let client: OrchestratorClient;

const watch: handleServerStreamingCall<WatchSessionRequest, WatchSessionResponse> = (stream) => {
  asked.push(stream.request);
  const script = scripts.length > 1 ? scripts.shift() : scripts[0];
  script?.(stream);
};
const getSession: handleUnaryCall<GetSessionRequest, GetSessionResponse> = (_call, callback) => {
  if (revision === undefined) callback(failure(status.NOT_FOUND, 'SESSION_NOT_FOUND'));
  else callback(null, GetSessionResponse.fromPartial({ session: { revision } }));
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
  [scripts, asked, revision] = [[], [], undefined];
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

/** An error with its reason, as the service sends it. */
function failure(code: status, reason: string) {
  const info = { typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: Buffer.from(infoOf(reason)) };
  const bytes = Status.encode(Status.fromPartial({ code, message: reason, details: [Any.fromPartial(info)] })).finish();
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  return Object.assign(new Error(reason), { code, details: reason, metadata });
}

function infoOf(reason: string): Uint8Array {
  return ErrorInfo.encode(ErrorInfo.fromPartial({ reason })).finish();
}

const turnOf = (number: number) => `turn-${number}`;

/** Sends turns, and then the error or nothing. */
function sends(revisions: readonly number[], error?: Partial<StatusObject>) {
  return (stream: Stream) => {
    for (const number of revisions) {
      stream.write(WatchSessionResponse.fromPartial({ turn: { revision: number, turnId: turnOf(number) } }));
    }
    if (error) stream.emit('error', error);
  };
}

const request = WatchSessionRequest.fromPartial({ tenantId: 't', sessionId: 's', afterRevision: 0 });

/** So many turns of a session, which is then left. */
async function take(count: number, turns: AsyncIterable<TurnRecord>): Promise<readonly number[]> {
  const taken: number[] = [];
  for await (const turn of turns) {
    taken.push(turn.revision);
    if (taken.length === count) break;
  }
  return taken;
}

const cursors = () => asked.map(({ afterRevision, afterTurnId }) => [afterRevision, afterTurnId]);

test.each([
  ['UNAVAILABLE', failure(status.UNAVAILABLE, 'SHUTTING_DOWN')],
  ['SLOW_READER', failure(status.RESOURCE_EXHAUSTED, 'SLOW_READER')],
  ['a connection that was cut', { code: status.UNAVAILABLE, details: 'cut', metadata: new Metadata() }],
])('goes on behind the last turn after %s', async (_name, broken) => {
  scripts = [sends([1, 2], broken), sends([3], broken), sends([], broken), sends([4, 5])];
  expect(await take(5, client.watchSession(request))).toEqual([1, 2, 3, 4, 5]);
  expect(cursors()).toEqual([
    [0, ''],
    [2, turnOf(2)],
    [3, turnOf(3)],
    [3, turnOf(3)],
  ]);
});

test.each([
  [undefined, 0],
  [7, 7],
])('from now on is from the revision that there is, here %s', async (now, afterRevision) => {
  revision = now;
  scripts = [sends([], failure(status.UNAVAILABLE, 'SHUTTING_DOWN')), sends([8])];
  const turns = client.watchSession(WatchSessionRequest.fromPartial({ ...request, afterRevision: undefined }));
  expect(await take(1, turns)).toEqual([8]);
  // The retry policy of the channel may have asked the same once more.
  for (const each of asked) expect(each.afterRevision).toBe(afterRevision);
});

test.each([
  ['NOT_FOUND', 'SESSION_NOT_FOUND', status.NOT_FOUND],
  ['OUT_OF_RANGE', 'CURSOR_TOO_OLD', status.OUT_OF_RANGE],
])('ends with %s, %s', async (name, reason, code) => {
  scripts = [sends([1, 2], failure(code, reason))];
  const taken: number[] = [];
  const taking = async () => {
    for await (const turn of client.watchSession(request)) taken.push(turn.revision);
  };
  await expect(taking()).rejects.toMatchObject({ name: 'CallError', method: 'WatchSession', status: name, reason });
  expect(taken).toEqual([1, 2]);
  expect(asked).toHaveLength(1);
});

test('one who leaves cancels the stream', async () => {
  let left: Promise<unknown> = Promise.resolve();
  scripts = [
    (stream) => {
      left = once(stream, 'cancelled');
      sends([1, 2, 3])(stream);
    },
  ];
  expect(await take(2, client.watchSession(request))).toEqual([1, 2]);
  await left;
});

test.each(['before', 'while it waits'])('the signal ends it %s', async (when) => {
  const abort = new AbortController();
  scripts = [sends([1])];
  if (when === 'before') abort.abort();
  const taking = async () => {
    for await (const _turn of client.watchSession(request, { signal: abort.signal })) abort.abort();
  };
  await expect(taking()).rejects.toMatchObject({ name: 'CallError', status: 'CANCELLED' });
});
