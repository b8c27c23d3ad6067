import { Metadata } from '@grpc/grpc-js';
import { Status } from '../../../../gen/google/rpc/status';
import { type ErrorReason, OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import { getTraceId, toOrchestratorError, toStatusObject } from '../../../../src/server/grpc/errors/call-error';
import { toRpcStatus } from '../../../../src/server/grpc/errors/rpc-status';
import { statusCodes } from '../../../../src/server/grpc/errors/status-codes';
import { type Attributes, noSpan } from '../../../../src/server/ports/span';
import type { Telemetry } from '../../../../src/server/ports/telemetry';
import { noopTelemetry } from '../../../../src/server/telemetry/noop-telemetry';

type LogLine = readonly [level: string, fields: unknown, message: string];

const method = '/focal.orchestration.v1.SessionService/GetSession';

/** Reports an error, and returns the error of the call with everything that was logged and recorded. */
function report(thrown: unknown) {
  const logged: LogLine[] = [];
  const attributes: Attributes[] = [];
  const write = (level: string) => (fields: unknown, message: string) => logged.push([level, fields, message]);
  const log = { isDebug: true, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const setAttributes = (set: Attributes) => attributes.push(set);
  const span = { ...noSpan, traceId: 'trace', spanId: 'span', setAttributes };
  const refusals: string[] = [];
  const metrics = { recordSizeRefusal: (limit: string) => refusals.push(limit) };
  return { error: toOrchestratorError(thrown, method, span, { log, metrics }), logged, attributes, refusals };
}

const operatorReasons: readonly ErrorReason[] = ['STORE_UNAVAILABLE', 'COMMIT_UNKNOWN', 'STORE_FULL', 'RECORD_TOO_NEW'];
const clientReasons = (Object.keys(statusCodes) as ErrorReason[]).filter(
  (reason) => reason !== 'INTERNAL' && !operatorReasons.includes(reason),
);

test.each(operatorReasons)('%s is logged as a warning with its stack, because the operator can act on it', (reason) => {
  const thrown = new OrchestratorError(reason, 'It failed.', { metadata: { session_id: 's' } });
  const { error, logged, attributes } = report(thrown);
  expect(error).toBe(thrown);
  const fields = { method, reason, trace_id: 'trace', span_id: 'span', session_id: 's', err: thrown };
  expect(logged).toEqual([['warn', fields, 'call failed']]);
  expect(attributes).toEqual([{ 'error.type': reason }]);
});

test.each(clientReasons)('%s is logged at debug level, because the client can act on it', (reason) => {
  const thrown = new OrchestratorError(reason, 'It failed.', { metadata: { session_id: 's' } });
  const { error, logged, attributes } = report(thrown);
  expect(error).toBe(thrown);
  expect(logged).toEqual([
    ['debug', { method, reason, trace_id: 'trace', span_id: 'span', session_id: 's' }, 'call failed'],
  ]);
  expect(attributes).toEqual([{ 'error.type': reason }]);
});

test.each([
  ['an error', new Error('secret of the database')],
  ['an OrchestratorError with INTERNAL', new OrchestratorError('INTERNAL', 'secret of the database')],
  ['a value that is not an error', 'secret of the database'],
])('%s becomes INTERNAL, and its details are logged but not sent to the client', (_what, thrown) => {
  const { error, logged, attributes } = report(thrown);
  expect(error).toMatchObject({ reason: 'INTERNAL', metadata: {}, violations: [] });
  expect(error).not.toBe(thrown);
  expect(error.message).toBe('Internal error. The server log contains the cause, with the trace id.');
  const fields = { method, reason: 'INTERNAL', trace_id: 'trace', span_id: 'span', err: thrown };
  expect(logged).toEqual([['error', fields, 'call failed with an internal error']]);
  expect(attributes).toEqual([{ 'error.type': 'INTERNAL' }]);
});

describe('getTraceId', () => {
  const telemetry: Telemetry = { ...noopTelemetry, getTraceId: (traceparent) => `from "${traceparent}"` };

  test("passes the client's traceparent to telemetry", () => {
    const metadata = new Metadata();
    metadata.set('traceparent', '00-abc-def-01');
    expect(getTraceId(telemetry, metadata)).toBe('from "00-abc-def-01"');
  });

  test('passes an empty traceparent if the client sends none or its metadata has not arrived', () => {
    expect([getTraceId(telemetry, new Metadata()), getTraceId(telemetry, undefined)]).toEqual(['from ""', 'from ""']);
  });
});

test('toStatusObject has the code and message, and google.rpc.Status in the trailing metadata', () => {
  const error = new OrchestratorError('STORE_FULL', 'The store is full.', { retryAfterMs: 10 });
  const { code, details, metadata } = toStatusObject(error, 'trace');
  const expected = toRpcStatus(error, 'trace');
  expect([code, details]).toEqual([expected.code, expected.message]);
  const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
  expect(Status.decode(Buffer.from(bytes ?? ''))).toEqual(expected);
});

test.each(['TOO_LARGE', 'SESSION_TOO_LARGE'] as const)(
  '%s is counted under the limit that refused the call',
  (reason) => {
    const thrown = new OrchestratorError(reason, 'It is too large.', { metadata: { limit: 'session_bytes' } });
    expect(report(thrown).refusals).toEqual(['session_bytes']);
  },
);

test('no other reason is counted as a refusal by a size limit', () => {
  const counted = clientReasons.filter(
    (reason) => report(new OrchestratorError(reason, 'It failed.', { metadata: { limit: 'x' } })).refusals.length > 0,
  );
  expect(counted.sort()).toEqual(['SESSION_TOO_LARGE', 'TOO_LARGE']);
});
