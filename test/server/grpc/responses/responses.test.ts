import { getContractRegistry } from '../../../../src/cli/files';
import { encodeSession } from '../../../../src/server/codec/stored/stored-values';
import { defaultSessionLimits } from '../../../../src/server/ports/session-limits';
import { unboundedCall } from '../../../support/calls';
import { type GrpcUnderTest, getCallError, startGrpc } from '../../../support/grpc-under-test';
import {
  createService,
  openEmbeddedStores,
  type ServiceUnderTest,
  type StoresUnderTest,
} from '../../../support/service-under-test';
import { uuid } from '../../../support/session-builder';
import { openRedisStores } from '../../integration/describe-on-both-stores';
import { agent } from './largest-requests';
import { ResponseRecorder } from './response-recorder';
import { maxBytes, rows } from './response-rows';
import { smallCalls } from './small-calls';

/** The methods according to the descriptors of the contract. */
const contractMethods = [...getContractRegistry()]
  .filter((descriptor) => descriptor.kind === 'service')
  .filter(({ typeName }) => typeName.startsWith('focal.orchestration.v1.'))
  .flatMap(({ methods }) => methods.map(({ name }) => name));

test('every method of the contract has a row that says how its response is bounded', () => {
  expect(Object.keys(rows).sort()).toEqual([...contractMethods].sort());
});

describe.each([
  ['the embedded store', async () => openEmbeddedStores()],
  ['Redis', openRedisStores],
])('with %s', (_store, open) => {
  let stores: StoresUnderTest;
  let service: ServiceUnderTest;
  let grpc: GrpcUnderTest;

  beforeAll(async () => {
    stores = await open();
    service = createService(stores);
    grpc = await startGrpc(service.useCases, { turnTimeoutMs: 60_000 });
  });
  afterAll(async () => {
    await grpc.stop();
    await service.close();
  });

  test.each(Object.entries(rows))(
    '%s: what is accepted can be received with the default limit of a client',
    async (_, row) => {
      const recorder = new ResponseRecorder(grpc);
      try {
        await row.send({ recorder, stores });
        const largest = Math.max(0, ...recorder.sizes);
        expect(largest).toBeLessThanOrEqual(maxBytes);
        expect(largest).toBeGreaterThanOrEqual(maxBytes * (row.fills ?? 0));
        expect([...new Set(recorder.refusedBy)]).toEqual(expect.arrayContaining([...row.refusedBy]));
      } finally {
        recorder.close();
      }
    },
  );

  test('the largest session is within 64 bytes of the maximum size', async () => {
    const session = await stores.store.read({ tenantId: agent.tenantId, sessionId: uuid(13) }, unboundedCall);
    if (session === undefined) throw new Error('the session is not stored');
    const missing = defaultSessionLimits.maxBytes - encodeSession(session).length;
    expect(missing).toBeGreaterThanOrEqual(0);
    expect(missing).toBeLessThan(64);
  });
});

test('every method with a computed response has a small call', () => {
  const computed = Object.entries(rows).filter(([, { bound }]) => bound === 'response');
  expect(Object.keys(smallCalls).sort()).toEqual(computed.map(([name]) => name).sort());
});

test.each(Object.entries(smallCalls))('%s refuses a response above the setting', async (_, send) => {
  const service = createService(openEmbeddedStores());
  const grpc = await startGrpc(service.useCases, { maxResponseBytes: 100 });
  const recorder = new ResponseRecorder(grpc);
  try {
    const error = await getCallError(send(recorder));
    expect(error).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'TOO_LARGE' });
    expect(error.metadata).toMatchObject({ limit: 'max_response_bytes', max_size: '100' });
  } finally {
    recorder.close();
    await grpc.stop();
    await service.close();
  }
});
