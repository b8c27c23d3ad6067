import { EventEmitter, once } from 'node:events';
import { create, toBinary } from '@bufbuild/protobuf';
import { CallError } from 'scenario-orchestrator-client';
import { SessionServiceService } from '../../../../gen/focal/orchestration/v1/session_service';
import { OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import { CredentialAuthenticator, parseApiKeys } from '../../../../src/server/auth';
import { createServices, getScopesByPath } from '../../../../src/server/grpc/methods/services';
import { loadContract } from '../../../../src/server/grpc/validation/contract';
import { scopes } from '../../../../src/server/ports/authenticator';
import { SystemClock } from '../../../../src/server/runtime/system';
import { noopTelemetry } from '../../../../src/server/telemetry';
import { type ApiKeyFixture, anApiKey } from '../../../support/api-keys';
import {
  callMethod,
  callRaw,
  type GrpcUnderTest,
  getCallError,
  noUseCases,
  startGrpc,
  streamRaw,
} from '../../../support/grpc-under-test';
import { ReloadedValue } from '../../../support/reloaded-value';
import { turnRequest } from '../../../support/request-bytes';
import { aSession, uuid } from '../../../support/session-builder';
import { getTurnError, TurnStream } from '../../../support/turn-stream';
import { WatchStream } from '../../../support/watch-stream';

const { getSession } = SessionServiceService;

/** Keys of tenant 1: one with each single scope, and one without each scope. */
const only = new Map(scopes.map((scope) => [scope, anApiKey(`only-${scope}`, uuid(1), [scope])]));
const without = new Map(
  scopes.map((scope) => [
    scope,
    anApiKey(
      `without-${scope}`,
      uuid(1),
      scopes.filter((other) => other !== scope),
    ),
  ]),
);
const one = anApiKey('one', uuid(1));
const two = anApiKey('two', uuid(2));
const any = anApiKey('any', '*');
const keys = [...only.values(), ...without.values(), one, two, any];
const apiKeys = new ReloadedValue(parseApiKeys(keys.map(({ entry }) => entry).join('')));
const authenticator = new CredentialAuthenticator({ apiKeys }, new SystemClock());

const scopesByPath = getScopesByPath(
  createServices({
    useCases: noUseCases,
    clock: new SystemClock(),
    telemetry: noopTelemetry,
    maxRequestsPerStream: 1,
    stallTimeoutMs: 1,
    maxResponseBytes: 1,
  }),
);

/** Every method of the contract, from the descriptors. */
const contract = loadContract();
const methods = ['OrchestratorService', 'SessionService', 'ScenarioService'].flatMap((name) => {
  const service = contract.registry.getService(`focal.orchestration.v1.${name}`);
  return (service?.methods ?? []).map(({ name: method, methodKind, input }) => {
    const path = `/focal.orchestration.v1.${name}/${method}`;
    return { method, path, kind: methodKind, empty: toBinary(input, create(input)) };
  });
});

/** Calls a method with an empty request. Returns "OK" or the error. */
async function callEmpty(grpc: GrpcUnderTest, { path, kind, empty }: (typeof methods)[number], metadata: object) {
  const options = { metadata: { ...metadata } };
  if (kind === 'bidi_streaming') {
    const stream = new TurnStream(grpc, options);
    stream.halfClose();
    return (await stream.ended) ?? 'OK';
  }
  const call = kind === 'unary' ? callRaw(grpc, path, empty, options) : streamRaw(grpc, path, empty, options);
  return await call.then(
    () => 'OK',
    (error: unknown) => error,
  );
}

describe('Scopes', () => {
  let grpc: GrpcUnderTest;
  beforeAll(async () => {
    grpc = await startGrpc(
      { validateScenario: async () => ({ valid: false, findings: [], omittedFindings: 0 }) },
      { authenticator },
    );
  });
  afterAll(() => grpc.stop());

  test('every method requires one of the three scopes, and every scope is required by a method', () => {
    expect(methods.length).toBeGreaterThan(20);
    expect([...scopesByPath.keys()].sort()).toEqual(methods.map(({ path }) => path).sort());
    expect(new Set(scopesByPath.values())).toEqual(new Set(scopes));
  });

  test.each(methods)('$method checks its scope before the request, and no other scope', async (method) => {
    const scope = scopesByPath.get(method.path) ?? 'turns';
    expect(await callEmpty(grpc, method, without.get(scope)?.metadata ?? {})).toMatchObject({
      status: 'PERMISSION_DENIED',
      reason: 'SCOPE_MISSING',
      metadata: { scope },
    });
    expect(await callEmpty(grpc, method, {})).toMatchObject({ reason: 'UNAUTHENTICATED' });
    const found = await callEmpty(grpc, method, only.get(scope)?.metadata ?? {});
    // The request is empty, so an authorized call is OK or INVALID_REQUEST.
    expect(found instanceof CallError ? found.reason : found).toMatch(/^(OK|INVALID_REQUEST)$/);
  });

  test('reflection accepts any valid credential', async () => {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const listing = (metadata: Readonly<Record<string, string>>) =>
      streamRaw(grpc, path, Buffer.from([0x3a, 0]), { metadata });
    expect(await getCallError(listing({}))).toMatchObject({ status: 'UNAUTHENTICATED' });
    expect((await listing(only.get('catalogue')?.metadata ?? { none: '' })).length).toBeGreaterThan(0);
  });
});

describe('The tenant of a request', () => {
  let grpc: GrpcUnderTest;
  beforeAll(async () => {
    grpc = await startGrpc(
      {
        getSession: async (key) => aSession(key),
        processTurn: () => Promise.reject(new OrchestratorError('SESSION_EXISTS', 'The call was admitted.')),
      },
      { authenticator },
    );
  });
  afterAll(() => grpc.stop());

  const read = (tenantId: string, metadata: Readonly<Record<string, string>>) =>
    callMethod(grpc, getSession, { tenantId, sessionId: uuid(3) }, { metadata });

  test('must be the tenant of the credential', async () => {
    expect(await read(uuid(1), one.metadata)).toMatchObject({ session: { tenantId: uuid(1) } });
    expect(await getCallError(read(uuid(2), one.metadata))).toMatchObject({
      status: 'PERMISSION_DENIED',
      reason: 'TENANT_MISMATCH',
    });
  });

  test('can be any tenant if the credential is for all tenants', async () => {
    expect(await read(uuid(1), any.metadata)).toMatchObject({ session: { tenantId: uuid(1) } });
    expect(await read(uuid(2), any.metadata)).toMatchObject({ session: { tenantId: uuid(2) } });
  });

  test('must be a UUID with every credential', async () => {
    for (const tenantId of ['', '*', `${uuid(1)}/${uuid(2)}`, `${uuid(1)}}`, '__proto__', '../../x', '\u0000']) {
      for (const { metadata } of [one, any]) {
        expect(await getCallError(read(tenantId, metadata))).toMatchObject({ reason: 'INVALID_REQUEST' });
      }
    }
  });

  test('is checked for each turn of a stream, which continues after a turn of another tenant', async () => {
    const stream = new TurnStream(grpc, { metadata: one.metadata });
    stream.send(turnRequest({ turnId: uuid(11) }), turnRequest({ turnId: uuid(12), tenantId: uuid(2) }));
    stream.send(turnRequest({ turnId: uuid(13) }));
    const answers = new Map(
      (await stream.waitForResponses(3)).map((answer) => [answer.turnId, getTurnError(answer).code]),
    );
    stream.cancel();
    expect([11, 12, 13].map((number) => answers.get(uuid(number)))).toEqual([9, 7, 9]); // FAILED_PRECONDITION, PERMISSION_DENIED
  });
});

describe('A stream', () => {
  let grpc: GrpcUnderTest;
  const admitted = new EventEmitter();
  beforeEach(async () => {
    grpc = await startGrpc(
      {
        watchSession: (_query, { signal }) => {
          admitted.emit('one');
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
        processTurn: () => Promise.reject(new OrchestratorError('SESSION_EXISTS', 'The call was admitted.')),
      },
      { authenticator, recheckIntervalMs: 10 },
    );
  });
  afterEach(async () => {
    apiKeys.change(parseApiKeys(keys.map(({ entry }) => entry).join('')));
    await grpc.stop();
  });

  /** Watches a session. Resolves after the server has admitted the call. */
  const watch = async (key: ApiKeyFixture, tenantId = uuid(1)): Promise<WatchStream> => {
    const isAdmitted = once(admitted, 'one');
    const watching = new WatchStream(grpc, { tenantId }, key);
    await isAdmitted;
    return watching;
  };

  const revoked = { status: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' };

  test('ends when its credential is revoked (WatchSession)', async () => {
    const watching = await watch(one);
    const other = await watch(two, uuid(2));
    apiKeys.change(parseApiKeys(two.entry));
    expect(await watching.ended).toMatchObject(revoked);
    expect(await other.cancel()).toMatchObject({ status: 'CANCELLED' });
  });

  test('ends when its credential is revoked, after the responses to requests already read (ProcessTurns)', async () => {
    const stream = new TurnStream(grpc, { metadata: one.metadata });
    stream.send(turnRequest());
    await stream.waitForResponses(1);
    apiKeys.change(parseApiKeys(two.entry));
    expect(await stream.ended).toMatchObject(revoked);
  });

  test('ends when its credential changes to another tenant or loses the scope', async () => {
    const [moved, narrowed] = [await watch(one), await watch(any)];
    apiKeys.change(
      parseApiKeys(one.entry.replace(uuid(1), uuid(2)) + any.entry.replace('"turns", "sessions"', '"turns"')),
    );
    expect(await moved.ended).toMatchObject(revoked);
    expect(await narrowed.ended).toMatchObject({ reason: 'SCOPE_MISSING' });
  });
});

describe('Calls of one tenant', () => {
  /** Starts a server whose calls wait until they are released. */
  const start = async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const grpc = await startGrpc(
      {
        getSession: (key) => released.then(() => aSession(key)),
        watchSession: (_query, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
      { maxCallsInFlightPerTenant: 2, maxStreamsPerTenant: 1, authenticator },
    );
    return { grpc, release };
  };
  const full = { status: 'RESOURCE_EXHAUSTED', reason: 'TENANT_TOO_MANY_CALLS', retryAfterMs: 100 };

  test('are rejected above its limit, in any spelling of its UUID, while another tenant can use its own limit', async () => {
    const { grpc, release } = await start();
    // The same tenant id in lower case and in upper case.
    const [lower, upper] = [uuid(0xabc), uuid(0xabc).toUpperCase()];
    const read = (tenantId: string) =>
      callMethod(grpc, getSession, { tenantId, sessionId: uuid(3) }, { metadata: any.metadata });
    const first = [read(lower), read(upper)];
    // This call is sent and handled after the others on the same connection.
    expect(await getCallError(read(upper))).toMatchObject(full);
    const others = [read(uuid(2)), read(uuid(2))];
    release();
    expect(await Promise.all([...first, ...others])).toHaveLength(4);
    expect(await read(lower)).toMatchObject({ session: { tenantId: lower } });
    await grpc.stop();
  });

  test('are rejected above its limit of streams, for ProcessTurns by the tenant of the credential', async () => {
    const { grpc } = await start();
    const watching = new WatchStream(grpc, {}, one);
    expect(await new WatchStream(grpc, {}, one).ended).toMatchObject(full);
    expect(await new TurnStream(grpc, { metadata: one.metadata }).ended).toMatchObject(full);
    // Streams with a credential for all tenants do not count for a tenant.
    const shared = [1, 2].map(() => new TurnStream(grpc, { metadata: any.metadata }));
    for (const stream of shared) stream.halfClose();
    expect(await Promise.all(shared.map(({ ended }) => ended))).toEqual([undefined, undefined]);
    await watching.cancel();
    await grpc.stop();
  });
});
