import { status } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { type ErrorReason, OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { statusCodes } from '../../../src/server/grpc/errors/status-codes';
import { noSpan } from '../../../src/server/ports/span';
import { noopTelemetry } from '../../../src/server/telemetry/noop-telemetry';
import { callRaw, type GrpcUnderTest, getCallError, startGrpc, streamRaw } from '../../support/grpc-under-test';
import { turnRequest } from '../../support/request-bytes';

const processTurn = OrchestratorServiceService.processTurn.path;
const streamTurn = OrchestratorServiceService.streamTurn.path;
const traceId = '0af7651916cd43dd8448eb211c80319c';

const reasons = Object.keys(statusCodes) as ErrorReason[];
let thrown: unknown;
let grpc: GrpcUnderTest;

beforeAll(async () => {
  const telemetry = { ...noopTelemetry, startCall: () => ({ ...noSpan, traceId }) };
  grpc = await startGrpc({ processTurn: () => Promise.reject(thrown) }, {}, telemetry);
});
afterAll(() => grpc.stop());

async function failWith(error: unknown) {
  thrown = error;
  return getCallError(callRaw(grpc, processTurn, turnRequest()));
}

test.each(reasons)('%s reaches the client with its code, reason, metadata and trace id', async (reason) => {
  const failure = await failWith(new OrchestratorError(reason, 'It failed.', { metadata: { session_id: 's' } }));
  expect([failure.status, failure.reason]).toEqual([status[statusCodes[reason]], reason]);
  const metadata = reason === 'INTERNAL' ? {} : { session_id: 's' };
  expect(failure.metadata).toEqual({ ...metadata, trace_id: traceId });
});

test.each(reasons)('%s ends a stream with the same code and reason', async (reason) => {
  thrown = new OrchestratorError(reason, 'It failed.');
  const failure = await getCallError(streamRaw(grpc, streamTurn, turnRequest()));
  expect([failure.status, failure.reason]).toEqual([status[statusCodes[reason]], reason]);
});

test('field violations and the retry delay reach the client', async () => {
  const violations = [
    { field: 'scenario.steps[2].transitions[0].condition', description: 'ERROR CONDITION_SYNTAX: expected a value' },
    { field: 'scenario.name', description: 'must not be empty' },
  ];
  const failure = await failWith(
    new OrchestratorError('STORE_FULL', 'It is full.', { violations, retryAfterMs: 1_250 }),
  );
  expect(failure.violations).toMatchObject(violations);
  expect(failure.retryAfterMs).toBe(1_250);
  expect(failure.message).toContain(
    'It is full: scenario.steps[2].transitions[0].condition: ERROR CONDITION_SYNTAX: expected a value (and 1 more)',
  );
});

test('an error with a thousand violations reaches the client', async () => {
  const violations = Array.from({ length: 1_000 }, (_, index) => ({
    field: `scenario.steps[${index}].transitions[0].target_step_id`,
    description: 'ERROR DANGLING_TRANSITION: leads to a step that does not exist',
  }));
  const failure = await failWith(new OrchestratorError('SCENARIO_REFUSED', 'Rejected', { violations }));
  const listed = failure.violations.length - 1;
  expect(listed).toBeGreaterThan(20);
  expect(failure.violations.at(-1)).toMatchObject({
    field: 'scenario',
    description: `${1_000 - listed} more violations are not listed`,
  });
});

test('text that a header cannot contain does not crash the server', async () => {
  const unpaired = '\u{1f600}'.slice(0, 1);
  const violations = [{ field: `turn.customer_data["${unpaired}\n"]`, description: `${'ü'.repeat(2_000)}${unpaired}` }];
  const failure = await failWith(new OrchestratorError('INVALID_REQUEST', `100 % wrong ${unpaired}`, { violations }));
  expect(failure.reason).toBe('INVALID_REQUEST');
  expect(failure.violations[0]?.field).toBe('turn.customer_data["\ufffd\n"]');
});

test('an internal error reaches the client without its cause', async () => {
  const failure = await failWith(new Error('secret of the database'));
  expect([failure.status, failure.reason, failure.violations]).toEqual(['INTERNAL', 'INTERNAL', []]);
  expect(JSON.stringify([failure.message, failure.metadata])).not.toContain('secret');
  expect(grpc.logged.at(-1)?.message).toBe('call failed with an internal error');
});
