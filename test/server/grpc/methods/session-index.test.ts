import {
  CountSessionsRequest,
  ListSessionsRequest,
  SessionServiceService,
} from '../../../../gen/focal/orchestration/v1/session_service';
import { unboundedCall } from '../../../support/calls';
import { callMethod, callRaw, type GrpcUnderTest, getCallError, startGrpc } from '../../../support/grpc-under-test';
import {
  createService,
  openEmbeddedStores,
  type ServiceUnderTest,
  type StoresUnderTest,
} from '../../../support/service-under-test';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import { aCommit } from '../../stores/contract/turn-driver';

const { listSessions, countSessions, deleteCustomer, getSession } = SessionServiceService;
const tenantId = uuid(1);

let stores: StoresUnderTest;
let service: ServiceUnderTest;
let grpc: GrpcUnderTest;
beforeAll(async () => {
  stores = openEmbeddedStores();
  service = createService(stores);
  grpc = await startGrpc(service.useCases);
  for (let number = 0; number < 6; number += 1) await commit(number);
});
afterAll(async () => {
  await grpc.stop();
  await service.close();
});

/** Commits a session that started `number` seconds after the first one. The later half is paused, and of a customer. */
async function commit(number: number): Promise<void> {
  const isPaused = number >= 3;
  const paused = { status: 'PAUSED', pauseReason: 'IDLE', pausedAt: 1_700_000_000_000, waitsFor: 'ANSWER' } as const;
  const session = aSession({
    sessionId: uuid(20 + number),
    createdAt: 1_700_000_000_000 + number * 1_000,
    instances: [anInstance(isPaused ? paused : {})],
    customerId: isPaused ? 'C-7' : '',
  });
  await stores.store.commit(aCommit(session, uuid(100)), unboundedCall);
}

const list = (request: Partial<ListSessionsRequest> = {}) =>
  callMethod(grpc, listSessions, ListSessionsRequest.fromPartial({ tenantId, ...request }));

describe('ListSessions', () => {
  test('lists sessions newest first, with what the index has of them', async () => {
    const { sessions, nextPageToken } = await list();
    expect(sessions.map(({ sessionId }) => sessionId)).toEqual([5, 4, 3, 2, 1, 0].map((number) => uuid(20 + number)));
    expect(nextPageToken).toBe('');
    expect(sessions[0]).toEqual({
      sessionId: uuid(25),
      agentId: uuid(2),
      customerId: 'C-7',
      startedAt: new Date(1_700_000_005_000),
      lastMessageAt: new Date(1_700_000_005_000),
      instances: [
        { scenarioId: uuid(11), scenarioVersion: 1, stepId: 'first', status: 2, pauseReason: 3, waitsFor: 1 },
      ],
    });
  });

  test('selects by period, status and reason, in pages', async () => {
    const filter = { status: 2, pauseReason: 3, startedBefore: new Date(1_700_000_005_000), pageSize: 1 };
    const first = await list(filter);
    const second = await list({ ...filter, pageToken: first.nextPageToken });
    const ids = [first, second].map(({ sessions }) => sessions.map(({ sessionId }) => sessionId));
    expect(ids).toEqual([[uuid(24)], [uuid(23)]]);
    expect(second.nextPageToken).toBe('');
  });

  test.each([
    [
      'a token of another filter',
      async () => ({ pageToken: (await list({ pageSize: 1 })).nextPageToken, status: 2 }),
      'page_token',
    ],
    ['a token that is none', async () => ({ pageToken: 'x' }), 'page_token'],
    ['an empty period', async () => ({ startedFrom: new Date(5), startedBefore: new Date(5) }), 'started_before'],
    ['a status of ended instances', async () => ({ status: 3 }), 'status'],
  ])('refuses %s', async (_, createRequest, field) => {
    const request = ListSessionsRequest.fromPartial({ tenantId, pageSize: 1, ...(await createRequest()) });
    const error = await getCallError(callRaw(grpc, listSessions.path, listSessions.requestSerialize(request)));
    expect([error.status, error.violations.map((violation) => violation.field)]).toEqual(['INVALID_ARGUMENT', [field]]);
  });
});

test('CountSessions counts the sessions of an agent and the instances of a scenario, in groups', async () => {
  const count = (request: Partial<CountSessionsRequest>) =>
    callMethod(grpc, countSessions, CountSessionsRequest.fromPartial({ tenantId, ...request }));
  const group = { agentId: uuid(2), scenarioId: uuid(11), scenarioVersion: 1, stepId: 'first', instances: 3 };
  expect(await count({})).toEqual({
    sessions: 6,
    counts: [
      { ...group, status: 1 },
      { ...group, status: 2 },
    ],
  });
  expect(await count({ agentId: uuid(2), scenarioId: uuid(12) })).toEqual({ sessions: 6, counts: [] });
  expect(await count({ agentId: uuid(3) })).toEqual({ sessions: 0, counts: [] });
});

test('DeleteCustomer deletes the sessions of the customer and no others, again without an error', async () => {
  const request = { tenantId, customerId: 'C-7' };
  expect(await callMethod(grpc, deleteCustomer, request)).toEqual({ deletedSessions: 3, complete: true });
  expect(await callMethod(grpc, deleteCustomer, request)).toEqual({ deletedSessions: 0, complete: true });
  expect((await list()).sessions.map(({ sessionId }) => sessionId)).toEqual([uuid(22), uuid(21), uuid(20)]);
  const read = callMethod(grpc, getSession, { tenantId, sessionId: uuid(25) });
  await expect(read).rejects.toMatchObject({ reason: 'SESSION_NOT_FOUND' });
});
