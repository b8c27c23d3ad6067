import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { callRaw, type GrpcUnderTest, getCallError, startGrpc, streamRaw } from '../../support/grpc-under-test';
import { turnRequest } from '../../support/request-bytes';

const { processTurn, streamTurn } = OrchestratorServiceService;

let grpc: GrpcUnderTest;
beforeAll(async () => {
  grpc = await startGrpc({});
});
afterAll(() => grpc.stop());

const invalidRequest = turnRequest({ situation: { language: 'x'.repeat(36) } });

test('an invalid request is INVALID_ARGUMENT with its fields, and does not reach the use case', async () => {
  const failure = await getCallError(callRaw(grpc, processTurn.path, invalidRequest));
  expect([failure.status, failure.reason]).toEqual(['INVALID_ARGUMENT', 'INVALID_REQUEST']);
  expect(failure.message).toContain('The request violates the contract: turn.situation.language: ');
  expect(failure.violations.map(({ field }) => field)).toEqual(['turn.situation.language']);
});

test('a stream rejects a request with the same errors as a unary call', async () => {
  const failure = await getCallError(streamRaw(grpc, streamTurn.path, invalidRequest));
  expect([failure.status, failure.reason]).toEqual(['INVALID_ARGUMENT', 'INVALID_REQUEST']);
  expect(failure.violations.map(({ field }) => field)).toEqual(['turn.situation.language']);
  expect((await getCallError(streamRaw(grpc, streamTurn.path, Buffer.from([0x0a])))).reason).toBe(
    'UNDECODABLE_REQUEST',
  );
});

test('random bytes are INVALID_ARGUMENT, and the server continues', async () => {
  const random = new SeededRandom(1);
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(Array.from({ length: random.nextInt(60) }, () => random.nextInt(256)));
    expect((await getCallError(callRaw(grpc, processTurn.path, bytes))).status).toBe('INVALID_ARGUMENT');
  }
});
