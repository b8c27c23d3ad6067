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
import { anApiKey, type MadeKey } from '../../../support/api-keys';
import {
  callMethod,
  callRaw,
  failureOf,
  type GrpcUnderTest,
  noUseCases,
  startGrpc,
  streamRaw,
} from '../../../support/grpc-under-test';
import { ReloadedValue } from '../../../support/reloaded-value';
import { turnRequest } from '../../../support/request-bytes';
import { aSession, uuid } from '../../../support/session-builder';
import { errorIn, TurnStream } from '../../../support/turn-stream';
import { Watching } from '../../../support/watching';

const { getSession } = SessionServiceService;

/** A key of tenant 1 for each scope alone, and one for each set that lacks one. */
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
  createServices({ useCases: noUseCases, clock: new SystemClock(), maxRequestsPerStream: 1, stallTimeoutMs: 1 }),
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

/** Calls a method with an empty request, and tells the reason for which it failed. */
async function reasonOf(grpc: GrpcUnderTest, { path, kind, empty }: (typeof methods)[number], metadata: object) {
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

describe('The scope of', () => {
  let grpc: GrpcUnderTest;
  beforeAll(async () => {
    grpc = await startGrpc({ validateScenario: () => ({ valid: false, findings: [] }) }, { authenticator });
  });
  afterAll(() => grpc.stop());

  test('every method is one of the three, and there is a method for each', () => {
    expect(methods.length).toBeGreaterThan(20);
    expect([...scopesByPath.keys()].sort()).toEqual(methods.map(({ path }) => path).sort());
    expect(new Set(scopesByPath.values())).toEqual(new Set(scopes));
  });

  test.each(methods)('$method is asked for before its request is looked at, and nothing else is', async (method) => {
    const scope = scopesByPath.get(method.path) ?? 'turns';
    expect(await reasonOf(grpc, method, without.get(scope)?.metadata ?? {})).toMatchObject({
      status: 'PERMISSION_DENIED',
      reason: 'SCOPE_MISSING',
      metadata: { scope },
    });
    expect(await reasonOf(grpc, method, {})).toMatchObject({ reason: 'UNAUTHENTICATED' });
    const found = await reasonOf(grpc, method, only.get(scope)?.metadata ?? {});
    // An empty request: what was let in is refused for that, or has no fields that it must have.
    expect(found instanceof CallError ? found.reason : found).toMatch(/^(OK|INVALID_REQUEST)$/);
  });

  test('reflection is any, of a credential that holds', async () => {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const listing = (metadata: Readonly<Record<string, string>>) =>
      streamRaw(grpc, path, Buffer.from([0x3a, 0]), { metadata });
    expect(await failureOf(listing({}))).toMatchObject({ status: 'UNAUTHENTICATED' });
    expect((await listing(only.get('catalogue')?.metadata ?? { none: '' })).length).toBeGreaterThan(0);
  });
});

describe('The tenant', () => {
  let grpc: GrpcUnderTest;
  beforeAll(async () => {
    grpc = await startGrpc(
      {
        readSession: async (key) => aSession(key),
        processTurn: () => Promise.reject(new OrchestratorError('SESSION_EXISTS', 'It was let in.')),
      },
      { authenticator },
    );
  });
  afterAll(() => grpc.stop());

  const read = (tenantId: string, metadata: Readonly<Record<string, string>>) =>
    callMethod(grpc, getSession, { tenantId, sessionId: uuid(3) }, { metadata });

  test('of a request must be the one of the credential', async () => {
    expect(await read(uuid(1), one.metadata)).toMatchObject({ session: { tenantId: uuid(1) } });
    expect(await failureOf(read(uuid(2), one.metadata))).toMatchObject({
      status: 'PERMISSION_DENIED',
      reason: 'TENANT_MISMATCH',
    });
  });

  test('may be any where the credential says so', async () => {
    expect(await read(uuid(1), any.metadata)).toMatchObject({ session: { tenantId: uuid(1) } });
    expect(await read(uuid(2), any.metadata)).toMatchObject({ session: { tenantId: uuid(2) } });
  });

  test('of a request is still required, and no text but a UUID', async () => {
    for (const tenantId of ['', '*', `${uuid(1)}/${uuid(2)}`, `${uuid(1)}}`, '__proto__', '../../x', '\u0000']) {
      for (const { metadata } of [one, any]) {
        expect(await failureOf(read(tenantId, metadata))).toMatchObject({ reason: 'INVALID_REQUEST' });
      }
    }
  });

  test('is looked at in each turn of a stream, which goes on after one of another tenant', async () => {
    const stream = new TurnStream(grpc, { metadata: one.metadata });
    stream.send(turnRequest({ turnId: uuid(11) }), turnRequest({ turnId: uuid(12), tenantId: uuid(2) }));
    stream.send(turnRequest({ turnId: uuid(13) }));
    const answers = new Map((await stream.answers(3)).map((answer) => [answer.turnId, errorIn(answer).code]));
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
        processTurn: () => Promise.reject(new OrchestratorError('SESSION_EXISTS', 'It was let in.')),
      },
      { authenticator, recheckIntervalMs: 10 },
    );
  });
  afterEach(async () => {
    apiKeys.change(parseApiKeys(keys.map(({ entry }) => entry).join('')));
    await grpc.stop();
  });

  /** Follows a session; resolves once the server has let it in. */
  const watch = async (key: MadeKey, tenantId = uuid(1)): Promise<Watching> => {
    const isIn = once(admitted, 'one');
    const watching = new Watching(grpc, { tenantId }, key);
    await isIn;
    return watching;
  };

  const revoked = { status: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' };

  test('of WatchSession ends once its credential is revoked', async () => {
    const watching = await watch(one);
    const other = await watch(two, uuid(2));
    apiKeys.change(parseApiKeys(two.entry));
    expect(await watching.ended).toMatchObject(revoked);
    expect(await other.cancel()).toMatchObject({ status: 'CANCELLED' });
  });

  test('of ProcessTurns ends once its credential is revoked, and what was read before is answered', async () => {
    const stream = new TurnStream(grpc, { metadata: one.metadata });
    stream.send(turnRequest());
    await stream.answers(1);
    apiKeys.change(parseApiKeys(two.entry));
    expect(await stream.ended).toMatchObject(revoked);
  });

  test('ends once its credential is for another tenant, or lacks the scope', async () => {
    const [moved, narrowed] = [await watch(one), await watch(any)];
    apiKeys.change(
      parseApiKeys(one.entry.replace(uuid(1), uuid(2)) + any.entry.replace('"turns", "sessions"', '"turns"')),
    );
    expect(await moved.ended).toMatchObject(revoked);
    expect(await narrowed.ended).toMatchObject({ reason: 'SCOPE_MISSING' });
  });
});

describe('Calls of one tenant', () => {
  /** A server whose calls rest until they are released. */
  const start = async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const grpc = await startGrpc(
      {
        readSession: (key) => released.then(() => aSession(key)),
        watchSession: (_query, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
      { maxCallsInFlightPerTenant: 2, maxStreamsPerTenant: 1, authenticator },
    );
    return { grpc, release };
  };
  const full = { status: 'RESOURCE_EXHAUSTED', reason: 'TENANT_TOO_MANY_CALLS', retryAfterMs: 100 };

  test('are refused beyond its places, however the tenant is spelled, while another tenant has all of its own', async () => {
    const { grpc, release } = await start();
    // The same tenant in other letters.
    const [lower, upper] = [uuid(0xabc), uuid(0xabc).toUpperCase()];
    const read = (tenantId: string) =>
      callMethod(grpc, getSession, { tenantId, sessionId: uuid(3) }, { metadata: any.metadata });
    const first = [read(lower), read(upper)];
    // Sent later over the same connection, so handled later.
    expect(await failureOf(read(upper))).toMatchObject(full);
    const others = [read(uuid(2)), read(uuid(2))];
    release();
    expect(await Promise.all([...first, ...others])).toHaveLength(4);
    expect(await read(lower)).toMatchObject({ session: { tenantId: lower } });
    await grpc.stop();
  });

  test('are refused beyond its streams, those of ProcessTurns by the tenant of the credential', async () => {
    const { grpc } = await start();
    const watching = new Watching(grpc, {}, one);
    expect(await new Watching(grpc, {}, one).ended).toMatchObject(full);
    expect(await new TurnStream(grpc, { metadata: one.metadata }).ended).toMatchObject(full);
    // A service for all tenants shares its streams among them.
    const shared = [1, 2].map(() => new TurnStream(grpc, { metadata: any.metadata }));
    for (const stream of shared) stream.halfClose();
    expect(await Promise.all(shared.map(({ ended }) => ended))).toEqual([undefined, undefined]);
    await watching.cancel();
    await grpc.stop();
  });
});
