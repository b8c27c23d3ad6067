import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { ErrorReason as ContractReason } from '../../../gen/focal/orchestration/v1/error_reason';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { PreconditionFailure } from '../../../gen/google/rpc/error_details';
import { type ErrorReason, OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { toRpcStatus } from '../../../src/server/grpc/errors/rpc-status';
import { statusCodes } from '../../../src/server/grpc/errors/status-codes';
import { noopTelemetry } from '../../../src/server/telemetry/noop-telemetry';
import { callRaw, failureOf, type GrpcUnderTest, startGrpc, streamRaw } from '../../support/grpc-under-test';
import { turnRequest } from '../../support/request-bytes';

const processTurn = OrchestratorServiceService.processTurn.path;
const streamTurn = OrchestratorServiceService.streamTurn.path;

const reasons = Object.keys(statusCodes) as ErrorReason[];
let thrown: unknown;
let grpc: GrpcUnderTest;

beforeAll(async () => {
  const attributes = { ...noopTelemetry, traceId: () => '0af7651916cd43dd8448eb211c80319c' };
  grpc = await startGrpc({ processTurn: () => Promise.reject(thrown) }, {}, attributes);
});
afterAll(() => grpc.stop());

async function failingWith(error: unknown) {
  thrown = error;
  return failureOf(callRaw(grpc, processTurn, turnRequest()));
}

test('every reason of the contract has a status code, and there is no other', () => {
  const inContract = Object.values(ContractReason)
    .filter((name) => typeof name === 'string')
    .map((name) => name.replace('ERROR_REASON_', ''))
    .filter((name) => name !== 'UNSPECIFIED' && name !== 'UNRECOGNIZED');
  expect([...reasons].sort()).toEqual([...inContract].sort());
});

/** The status code that the comment of each reason in the contract begins with. */
const codesInContract = [
  ...readFileSync('proto/focal/orchestration/v1/error_reason.proto', 'utf8').matchAll(
    /\/\/ ([A-Z_]+)\. [^\n]*\n(?: {2}\/\/ [^\n]*\n)* {2}ERROR_REASON_(\w+) =/g,
  ),
].map(([, code = '', reason = '']) => ({ reason, code }));

test('the contract tells a status code for every reason', () => {
  expect(codesInContract.map(({ reason }) => reason).sort()).toEqual([...reasons].sort());
});

test.each(codesInContract)('$reason has the status code that the contract tells, $code', ({ reason, code }) => {
  expect(new Map<string, status>(Object.entries(statusCodes)).get(reason)).toBe(
    new Map<string, status | string>(Object.entries(status)).get(code),
  );
});

test.each(reasons)('%s reaches the caller with its code, reason, domain, metadata and trace id', async (reason) => {
  const failure = await failingWith(new OrchestratorError(reason, 'What happened.', { metadata: { session_id: 's' } }));
  expect(failure.status).toBe(status[statusCodes[reason]]);
  expect(failure.reason).toBe(reason);
  const trace = { trace_id: '0af7651916cd43dd8448eb211c80319c' };
  expect(failure.metadata).toEqual(reason === 'INTERNAL' ? trace : { session_id: 's', ...trace });
});

test.each(reasons)('%s ends a stream with the same code and details', async (reason) => {
  thrown = new OrchestratorError(reason, 'What happened.');
  const failure = await failureOf(streamRaw(grpc, streamTurn, turnRequest()));
  expect([failure.status, failure.reason]).toEqual([status[statusCodes[reason]], reason]);
});

test.each(['AGENT_MISMATCH', 'SESSION_EXISTS'] as const)('%s names what stands in the way', (reason) => {
  const error = new OrchestratorError(reason, 'The session is there.', { metadata: { session_id: 's' } });
  const { code, details } = toRpcStatus(error, '');
  expect(code).toBe(status.FAILED_PRECONDITION);
  const [found] = details.filter(({ typeUrl }) => typeUrl === 'type.googleapis.com/google.rpc.PreconditionFailure');
  expect(found && PreconditionFailure.decode(found.value).violations).toEqual([
    { type: reason, subject: 's', description: 'The session is there.' },
  ]);
});

test('no error but those of a precondition names one', () => {
  const naming = reasons.filter((reason) =>
    toRpcStatus(new OrchestratorError(reason, 'What happened.'), '').details.some(({ typeUrl }) =>
      typeUrl.endsWith('PreconditionFailure'),
    ),
  );
  expect(naming.sort()).toEqual(['AGENT_MISMATCH', 'SESSION_EXISTS']);
});

test('field violations and the time to retry reach the caller', async () => {
  const violations = [
    { field: 'scenario.steps[2].transitions[0].condition', description: 'ERROR CONDITION_SYNTAX: expected a value' },
    { field: 'scenario.name', description: 'must not be empty' },
  ];
  const failure = await failingWith(
    new OrchestratorError('STORE_FULL', 'No room.', { violations, retryAfterMs: 1_250 }),
  );
  expect(failure.violations).toMatchObject(violations);
  expect(failure.retryAfterMs).toBe(1_250);
  expect(failure.message).toContain(
    'No room: scenario.steps[2].transitions[0].condition: ERROR CONDITION_SYNTAX: expected a value (and 1 more)',
  );
});

test('a thousand violations are cut to what a header carries, and the rest is counted', async () => {
  const violations = Array.from({ length: 1_000 }, (_, index) => ({
    field: `scenario.steps[${index}].transitions[0].target_step_id`,
    description: 'ERROR DANGLING_TRANSITION: leads to a step that does not exist',
  }));
  const failure = await failingWith(new OrchestratorError('SCENARIO_REFUSED', 'Refused', { violations }));
  const named = failure.violations.length - 1;
  expect(named).toBeGreaterThan(20);
  expect(failure.violations.at(-1)).toMatchObject({
    field: 'scenario',
    description: `and ${1_000 - named} more, which do not fit in here`,
  });
});

test('text that no header can carry does not bring the server down', async () => {
  const half = '\u{1f600}'.slice(0, 1);
  const violations = [{ field: `turn.customer_data["${half}\n"]`, description: `${'ü'.repeat(2_000)}${half}` }];
  const failure = await failingWith(new OrchestratorError('INVALID_REQUEST', `100 % wrong ${half}`, { violations }));
  expect(failure.reason).toBe('INVALID_REQUEST');
  expect(failure.violations[0]?.field).toBe('turn.customer_data["\ufffd\n"]');
});

test.each([
  ['an error', new Error('secret of the database')],
  ['an INTERNAL of our own', new OrchestratorError('INTERNAL', 'secret of the database')],
  ['something that is no error', 'secret of the database'],
])('%s is INTERNAL: nothing is leaked and everything is logged', async (_what, defect) => {
  const failure = await failingWith(defect);
  expect([failure.status, failure.reason, failure.violations]).toEqual(['INTERNAL', 'INTERNAL', []]);
  expect(JSON.stringify([failure.message, failure.metadata])).not.toContain('secret');
  expect(grpc.logged.at(-1)).toEqual({
    level: 'error',
    fields: { method: processTurn, reason: 'INTERNAL', trace_id: '0af7651916cd43dd8448eb211c80319c', err: defect },
    message: 'call failed by a defect',
  });
});

test('an operator hears of a store that is away, and not of a caller who asks for what does not exist', async () => {
  await failingWith(new OrchestratorError('STORE_UNAVAILABLE', 'No answer.'));
  expect(grpc.logged.at(-1)).toMatchObject({ level: 'warn', fields: { reason: 'STORE_UNAVAILABLE' } });
  await failingWith(new OrchestratorError('SESSION_NOT_FOUND', 'None.'));
  expect(grpc.logged.at(-1)).toMatchObject({ level: 'debug', fields: { reason: 'SESSION_NOT_FOUND' } });
});
