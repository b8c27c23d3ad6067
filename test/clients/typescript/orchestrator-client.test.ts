import { type handleUnaryCall, Metadata, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { type BearerToken, CallError, connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import {
  OrchestratorServiceService,
  ProcessTurnRequest,
  ProcessTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Any } from '../../../gen/google/protobuf/any';
import { BadRequest, ErrorInfo, RetryInfo } from '../../../gen/google/rpc/error_details';
import { Status } from '../../../gen/google/rpc/status';

/** How the server answers the calls of a test, in their order; the last one stays. */
let answers: (Partial<ServiceError> | 'replayed' | 'silence')[] = [];
let calls: { readonly authorization: unknown; readonly deadline: number }[] = [];
let server: Server;
let address: string;
let client: OrchestratorClient;

const processTurn: handleUnaryCall<ProcessTurnRequest, ProcessTurnResponse> = (call, callback) => {
  const deadline = call.getDeadline();
  calls.push({
    authorization: call.metadata.get('authorization')[0],
    deadline: typeof deadline === 'number' ? deadline : deadline.getTime(),
  });
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  if (answer === 'silence') return;
  const trailers = new Metadata();
  if (answer === 'replayed') trailers.set('x-turn-replayed', 'true');
  if (typeof answer === 'object') callback(answer);
  else callback(null, ProcessTurnResponse.fromPartial({ revision: 7 }), trailers);
};

beforeAll(async () => {
  server = new Server();
  server.addService(OrchestratorServiceService, { processTurn });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  address = `127.0.0.1:${port}`;
});
beforeEach(() => {
  [answers, calls] = [[], []];
  client = connect(address, { credentials: insecure(), metadata: { authorization: 'Bearer x' }, timeoutMs: 30_000 });
});
afterEach(() => client.close());
afterAll(() => server.forceShutdown());

const request = ProcessTurnRequest.fromPartial({ turn: { turnId: 't' } });

/** What a call fails with. */
async function failureOf(call: Promise<unknown>): Promise<CallError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CallError)) throw new Error(`no CallError but ${String(error)}`);
  return error;
}

function detail(type: string, bytes: Uint8Array): Any {
  return Any.fromPartial({ typeUrl: `type.googleapis.com/google.rpc.${type}`, value: Buffer.from(bytes) });
}

/** An error as the service sends it. */
function refusal(code: status, details: string, reason: string, ...more: readonly Any[]): Partial<ServiceError> {
  const info = ErrorInfo.fromPartial({ reason, domain: 'focal.orchestration.v1', metadata: { trace_id: 'abc' } });
  const packed = [detail('ErrorInfo', ErrorInfo.encode(info).finish()), ...more];
  const metadata = new Metadata();
  const encoded = Status.encode(Status.fromPartial({ code, message: details, details: packed })).finish();
  metadata.set('grpc-status-details-bin', Buffer.from(encoded));
  return { code, details, metadata };
}

test('a turn resolves to its response, and whether it is a replay', async () => {
  await expect(client.processTurn(request)).resolves.toMatchObject({ response: { revision: 7 }, replayed: false });
  answers = ['replayed'];
  await expect(client.processTurn(request)).resolves.toMatchObject({ response: { revision: 7 }, replayed: true });
});

test('a call carries the metadata and the deadline of the connection, or its own', async () => {
  const before = Date.now();
  await client.processTurn(request);
  await client.processTurn(request, { timeoutMs: 60_000, metadata: { authorization: 'Bearer y' } });
  const [first, second] = calls;
  expect(first?.authorization).toBe('Bearer x');
  expect(first?.deadline).toBeLessThanOrEqual(Date.now() + 30_000);
  expect(first?.deadline).toBeGreaterThan(before + 20_000);
  expect(second?.authorization).toBe('Bearer y');
  expect(second?.deadline).toBeGreaterThan(before + 50_000);
});

test('a refusal tells its reason, its metadata and every field', async () => {
  const fields = BadRequest.fromPartial({
    fieldViolations: [
      { field: 'turn.turn_id', description: 'must be a valid UUID' },
      { field: 'turn.session_id', description: 'must be a valid UUID' },
    ],
  });
  const packed = detail('BadRequest', BadRequest.encode(fields).finish());
  answers = [refusal(status.INVALID_ARGUMENT, 'The request breaks the contract.', 'INVALID_REQUEST', packed)];
  const error = await failureOf(client.processTurn(request));
  expect(error.message).toBe(
    'ProcessTurn failed (INVALID_ARGUMENT, INVALID_REQUEST): The request breaks the contract: turn.turn_id: must be a valid UUID (and 1 more)',
  );
  expect(error).toMatchObject({ method: 'ProcessTurn', status: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
  expect(error.metadata).toEqual({ trace_id: 'abc' });
  expect(error.traceId).toBe('abc');
  expect(error.violations.map(({ field }) => field)).toEqual(['turn.turn_id', 'turn.session_id']);
});

test('a refusal tells when a retry makes sense', async () => {
  const retry = RetryInfo.fromPartial({ retryDelay: { seconds: 1, nanos: 500_000_000 } });
  const packed = detail('RetryInfo', RetryInfo.encode(retry).finish());
  answers = [refusal(status.RESOURCE_EXHAUSTED, 'Too many calls.', 'TOO_MANY_CALLS', packed)];
  await expect(failureOf(client.processTurn(request))).resolves.toMatchObject({ retryAfterMs: 1_500 });
});

test('an error without details is told by its status', async () => {
  answers = [{ code: status.UNIMPLEMENTED, details: 'not here' }];
  const error = await failureOf(client.processTurn(request));
  expect(error.message).toBe('ProcessTurn failed (UNIMPLEMENTED): not here');
  expect(error).toMatchObject({ reason: '', violations: [], retryAfterMs: undefined });
});

test('UNAVAILABLE is tried again with the same request', async () => {
  answers = [{ code: status.UNAVAILABLE, details: 'away' }, { code: status.UNAVAILABLE, details: 'away' }, 'replayed'];
  await expect(client.processTurn(request)).resolves.toMatchObject({ replayed: true });
  expect(calls).toHaveLength(3);
});

test('a call without an answer is given up at its deadline', async () => {
  answers = ['silence'];
  const error = await failureOf(client.processTurn(request, { timeoutMs: 100 }));
  expect(error.status).toBe('DEADLINE_EXCEEDED');
});

test('a call is given up when its signal is aborted', async () => {
  answers = ['silence'];
  const controller = new AbortController();
  const failed = failureOf(client.processTurn(request, { signal: controller.signal }));
  controller.abort();
  await expect(failed).resolves.toMatchObject({ status: 'CANCELLED' });
  await expect(failureOf(client.processTurn(request, { signal: controller.signal }))).resolves.toMatchObject({
    status: 'CANCELLED',
  });
});

test('a service that does not answer is told by its address', async () => {
  const nobody = connect('127.0.0.1:1', { credentials: insecure() });
  await expect(nobody.waitForReady(200)).rejects.toThrow('No service answers at 127.0.0.1:1 (waited 200 ms).');
  nobody.close();
  await expect(client.waitForReady(30_000)).resolves.toBeUndefined();
});

describe('a token', () => {
  const callWith = async (token: BearerToken): Promise<unknown> => {
    const own = connect(address, { credentials: insecure(), token, timeoutMs: 30_000 });
    await own.processTurn(request).finally(() => own.close());
    return calls.at(-1)?.authorization;
  };

  it('is sent with every call', async () => {
    answers = ['replayed'];
    expect(await callWith('so_key')).toBe('Bearer so_key');
  });

  it('that changes is asked for again for every call', async () => {
    answers = ['replayed'];
    let given = 0;
    const own = connect(address, { credentials: insecure(), token: async () => `token-${++given}`, timeoutMs: 30_000 });
    await own.processTurn(request);
    await own.processTurn(request);
    own.close();
    expect(calls.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('that cannot be had fails the call, which tells why and is not sent', async () => {
    answers = ['replayed'];
    const error = await failureOf(callWith(() => Promise.reject(new Error('the issuer is away'))));
    expect(error).toMatchObject({ status: 'UNAUTHENTICATED', message: expect.stringContaining('the issuer is away') });
    expect(calls).toEqual([]);
  });
});
