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

/** The responses of the server to the calls of a test, in order. The last response repeats. */
let responses: (Partial<ServiceError> | 'ok' | 'replayed' | 'none')[] = [];
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
  const response = responses.length > 1 ? responses.shift() : responses[0];
  if (response === 'none') return;
  const trailers = new Metadata();
  if (response === 'replayed') trailers.set('x-turn-replayed', 'true');
  if (typeof response === 'object') callback(response);
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
  [responses, calls] = [['ok'], []];
  client = connect(address, { credentials: insecure(), metadata: { authorization: 'Bearer x' }, timeoutMs: 30_000 });
});
afterEach(() => client.close());
afterAll(() => server.forceShutdown());

const request = ProcessTurnRequest.fromPartial({ turn: { turnId: 't' } });

/** Returns the CallError that a call rejects with. */
async function getError(call: Promise<unknown>): Promise<CallError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CallError)) throw new Error(`expected a CallError, got ${String(error)}`);
  return error;
}

function packDetail(type: string, bytes: Uint8Array): Any {
  return Any.fromPartial({ typeUrl: `type.googleapis.com/google.rpc.${type}`, value: Buffer.from(bytes) });
}

/** Creates an error with its details, as the service sends it. */
function createError(
  code: status,
  details: string,
  reason: string,
  ...otherDetails: readonly Any[]
): Partial<ServiceError> {
  const info = ErrorInfo.fromPartial({ reason, domain: 'focal.orchestration.v1', metadata: { trace_id: 'abc' } });
  const packed = [packDetail('ErrorInfo', ErrorInfo.encode(info).finish()), ...otherDetails];
  const metadata = new Metadata();
  const encoded = Status.encode(Status.fromPartial({ code, message: details, details: packed })).finish();
  metadata.set('grpc-status-details-bin', Buffer.from(encoded));
  return { code, details, metadata };
}

test('processTurn resolves to the response and to whether it is a replay', async () => {
  await expect(client.processTurn(request)).resolves.toMatchObject({ response: { revision: 7 }, replayed: false });
  responses = ['replayed'];
  await expect(client.processTurn(request)).resolves.toMatchObject({ response: { revision: 7 }, replayed: true });
});

test('a call has the metadata and the timeout of the connection unless it sets its own', async () => {
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

test('CallError has the reason, the metadata and every field violation', async () => {
  const fields = BadRequest.fromPartial({
    fieldViolations: [
      { field: 'turn.turn_id', description: 'must be a valid UUID' },
      { field: 'turn.session_id', description: 'must be a valid UUID' },
    ],
  });
  const packed = packDetail('BadRequest', BadRequest.encode(fields).finish());
  responses = [createError(status.INVALID_ARGUMENT, 'The request breaks the contract.', 'INVALID_REQUEST', packed)];
  const error = await getError(client.processTurn(request));
  expect(error.message).toBe(
    'ProcessTurn failed (INVALID_ARGUMENT, INVALID_REQUEST): The request breaks the contract: turn.turn_id: must be a valid UUID (and 1 more)',
  );
  expect(error).toMatchObject({ method: 'ProcessTurn', status: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
  expect(error.metadata).toEqual({ trace_id: 'abc' });
  expect(error.traceId).toBe('abc');
  expect(error.violations.map(({ field }) => field)).toEqual(['turn.turn_id', 'turn.session_id']);
});

test('CallError has the suggested retry delay', async () => {
  const retry = RetryInfo.fromPartial({ retryDelay: { seconds: 1, nanos: 500_000_000 } });
  const packed = packDetail('RetryInfo', RetryInfo.encode(retry).finish());
  responses = [createError(status.RESOURCE_EXHAUSTED, 'Too many calls.', 'TOO_MANY_CALLS', packed)];
  await expect(getError(client.processTurn(request))).resolves.toMatchObject({ retryAfterMs: 1_500 });
});

test('CallError of an error without details has the status', async () => {
  responses = [{ code: status.UNIMPLEMENTED, details: 'not implemented' }];
  const error = await getError(client.processTurn(request));
  expect(error.message).toBe('ProcessTurn failed (UNIMPLEMENTED): not implemented');
  expect(error).toMatchObject({ reason: '', violations: [], retryAfterMs: undefined });
});

test('a call that fails with UNAVAILABLE is retried', async () => {
  responses = [
    { code: status.UNAVAILABLE, details: 'unavailable' },
    { code: status.UNAVAILABLE, details: 'unavailable' },
    'replayed',
  ];
  await expect(client.processTurn(request)).resolves.toMatchObject({ replayed: true });
  expect(calls).toHaveLength(3);
});

test('a call without a response fails at its deadline', async () => {
  responses = ['none'];
  const error = await getError(client.processTurn(request, { timeoutMs: 100 }));
  expect(error.status).toBe('DEADLINE_EXCEEDED');
});

test('a call is canceled by its signal, even if the signal is aborted before the call', async () => {
  responses = ['none'];
  const controller = new AbortController();
  const error = getError(client.processTurn(request, { signal: controller.signal }));
  controller.abort();
  await expect(error).resolves.toMatchObject({ status: 'CANCELLED' });
  await expect(getError(client.processTurn(request, { signal: controller.signal }))).resolves.toMatchObject({
    status: 'CANCELLED',
  });
});

test('waitForReady resolves when the service is reachable and rejects after its timeout', async () => {
  const unreachable = connect('127.0.0.1:1', { credentials: insecure() });
  await expect(unreachable.waitForReady(200)).rejects.toThrow(
    'No service is reachable at 127.0.0.1:1 (waited 200 ms).',
  );
  unreachable.close();
  await expect(client.waitForReady(30_000)).resolves.toBeUndefined();
});

describe('a bearer token', () => {
  const callWith = async (token: BearerToken): Promise<unknown> => {
    const tokenClient = connect(address, { credentials: insecure(), token, timeoutMs: 30_000 });
    await tokenClient.processTurn(request).finally(() => tokenClient.close());
    return calls.at(-1)?.authorization;
  };

  it('is sent with every call', async () => {
    responses = ['replayed'];
    expect(await callWith('so_key')).toBe('Bearer so_key');
  });

  it('is requested for every call if it is a function', async () => {
    responses = ['replayed'];
    let count = 0;
    const token = async () => `token-${++count}`;
    const tokenClient = connect(address, { credentials: insecure(), token, timeoutMs: 30_000 });
    await tokenClient.processTurn(request);
    await tokenClient.processTurn(request);
    tokenClient.close();
    expect(calls.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('fails the call before it is sent if it cannot be obtained', async () => {
    responses = ['replayed'];
    const error = await getError(callWith(() => Promise.reject(new Error('the issuer is unavailable'))));
    expect(error).toMatchObject({
      status: 'UNAUTHENTICATED',
      message: expect.stringContaining('the issuer is unavailable'),
    });
    expect(calls).toEqual([]);
  });
});
