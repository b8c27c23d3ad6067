import { connect, insecure, type OrchestratorClient, ProcessTurnRequest } from 'scenario-orchestrator-client';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { defaultSessionLimits, type SessionLimits } from '../../../src/server/ports/session-limits';
import type { SessionStore } from '../../../src/server/ports/session-store';
import { openEmbedded } from '../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../support/calls';
import { type GrpcUnderTest, getCallError, startGrpc } from '../../support/grpc-under-test';
import { MemoryCatalogue } from '../../support/memory-catalogue';
import { turnRequest } from '../../support/request-bytes';
import { createService, type ServiceUnderTest } from '../../support/service-under-test';
import { aSession, uuid } from '../../support/session-builder';
import { aCommit } from '../stores/contract/turn-driver';
import { createTemporaryFolder } from '../stores/embedded/temporary-folder';
import { RedisUnderTest } from '../stores/redis/redis-under-test';

const key = { tenantId: uuid(1), sessionId: uuid(3) };
const text = 'x'.repeat(6_000_000);

async function openEmbeddedStore(sessionLimits: SessionLimits) {
  const folder = await createTemporaryFolder();
  const options = {
    path: folder.path,
    sessionTtlMs: 3_600_000,
    turnLimits: { recordedTurns: 100 },
    sessionLimits,
    clock: Date,
    monotonicClock: performance,
  };
  const { sessionStore: store } = openEmbedded(options);
  return {
    store,
    async close() {
      await store.close();
      await folder.remove();
    },
  };
}

async function openRedisStore(sessionLimits: SessionLimits) {
  const redis = await RedisUnderTest.start();
  return { store: await redis.createStore({ sessionLimits }), close: () => redis.close() };
}

describe.each([
  ['the embedded store', openEmbeddedStore],
  ['Redis', openRedisStore],
])('a session above the limits that an earlier release stored, on %s', (_store, open) => {
  let store: SessionStore;
  let service: ServiceUnderTest;
  let grpc: GrpcUnderTest;
  let client: OrchestratorClient;

  beforeAll(async () => {
    let limits: SessionLimits = { maxBytes: 1e9, maxVariables: 1e9 };
    const opened = await open({
      get maxBytes() {
        return limits.maxBytes;
      },
      get maxVariables() {
        return limits.maxVariables;
      },
    });
    store = opened.store;
    const variables = new Map([['text', { value: text, scope: 'SESSION', isPersistedResult: false } as const]]);
    const record = {
      request: turnRequest({ sessionVariables: { text }, turnId: uuid(100) }),
      response: Buffer.from(ProcessTurnResponse.encode(ProcessTurnResponse.fromPartial({})).finish()),
    };
    await store.commit(aCommit({ ...aSession(key), agentId: uuid(2), variables }, uuid(100), record), unboundedCall);
    limits = defaultSessionLimits;
    service = createService({ store, scenarios: new MemoryCatalogue(), close: opened.close });
    grpc = await startGrpc(service.useCases);
    client = connect(grpc.address, { credentials: insecure(), timeoutMs: 60_000 });
  });
  afterAll(async () => {
    client.close();
    await grpc.stop();
    await service.close();
  });

  const send = (turn: number, sessionVariables: Readonly<Record<string, unknown>>) =>
    client.processTurn(
      ProcessTurnRequest.fromPartial({ turn: { ...key, agentId: uuid(2), turnId: uuid(turn), sessionVariables } }),
    );

  it('is read, listed and watched by the shipped client', async () => {
    expect((await client.getSession(key)).session?.variables[0]?.value).toBe(text);
    const { turns } = await client.listTurns({ ...key, pageSize: 0, pageToken: '' });
    expect(turns[0]?.request?.turn?.sessionVariables['text']).toBe(text);
    for await (const { revision } of client.watchSession({ ...key, afterRevision: 0, afterTurnId: '' })) {
      expect(revision).toBe(1);
      break;
    }
  });

  it('cannot grow, continues, shrinks by a null, and is deleted', async () => {
    expect((await getCallError(send(101, { more: 1 }))).reason).toBe('SESSION_TOO_LARGE');
    expect((await send(102, { text: text.slice(4_000_000) })).response.revision).toBe(2);
    expect((await send(103, { text: null })).response.revision).toBe(3);
    expect((await client.getSession(key)).session?.variables).toEqual([]);
    expect((await send(104, { more: 1 })).response.revision).toBe(4);
    expect(await client.deleteSession(key)).toEqual({ existed: true });
    expect(await store.read(key, unboundedCall)).toBeUndefined();
  });
});
