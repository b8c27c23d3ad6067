import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { Status } from '../../../../gen/google/rpc/status';
import { type ErrorReason, OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Logger } from '../../ports/logger';
import type { Metrics } from '../../ports/metrics';
import { getTraceFields, type Span } from '../../ports/span';
import type { Telemetry } from '../../ports/telemetry';
import { toRpcStatus } from './rpc-status';

/** The metadata key of google.rpc.Status in all gRPC languages. */
export const statusDetailsHeader = 'grpc-status-details-bin';

/** Where errors are reported in addition to the response to the client. */
export interface ErrorReporting {
  readonly log: Logger;
  readonly telemetry: Telemetry;
  readonly metrics: Pick<Metrics, 'recordSizeRefusal'>;
}

/**
 * The log level of every reason. `warn`: the operator can act on it. `debug`: the client can act on it. `error`: a defect.
 * A reason without an entry does not compile.
 */
const logLevels: Readonly<Record<ErrorReason, 'debug' | 'warn' | 'error'>> = {
  INVALID_REQUEST: 'debug',
  UNDECODABLE_REQUEST: 'debug',
  SCENARIO_REFUSED: 'debug',
  RELATIONSHIP_REFUSED: 'debug',
  FIELDS_REFUSED: 'debug',
  SESSION_NOT_FOUND: 'debug',
  SCENARIO_NOT_FOUND: 'debug',
  RELATIONSHIP_NOT_FOUND: 'debug',
  TURN_NOT_FOUND: 'debug',
  TURN_ID_REUSED: 'debug',
  REVISION_MISMATCH: 'debug',
  VERSION_MISMATCH: 'debug',
  TOO_MUCH_CONTENTION: 'debug',
  AGENT_MISMATCH: 'debug',
  CUSTOMER_MISMATCH: 'debug',
  SESSION_EXISTS: 'debug',
  TURN_NOT_SUPERSEDABLE: 'debug',
  TURN_NOT_EXPLAINABLE: 'debug',
  RECORD_TOO_NEW: 'warn',
  SESSION_TOO_LARGE: 'debug',
  STORE_UNAVAILABLE: 'warn',
  COMMIT_UNKNOWN: 'warn',
  STORE_FULL: 'warn',
  TOO_MANY_CALLS: 'debug',
  TENANT_TOO_MANY_CALLS: 'debug',
  TOO_LARGE: 'debug',
  WORK_LIMIT: 'debug',
  SLOW_READER: 'debug',
  TOO_MANY_CONSUMERS: 'debug',
  CURSOR_TOO_OLD: 'debug',
  DEADLINE: 'debug',
  CANCELLED: 'debug',
  SHUTTING_DOWN: 'debug',
  UNAUTHENTICATED: 'debug',
  AUTHENTICATION_UNAVAILABLE: 'debug',
  TENANT_MISMATCH: 'debug',
  SCOPE_MISSING: 'debug',
  NOT_IMPLEMENTED: 'debug',
  INTERNAL: 'error',
};

/** The reasons of refusals by a size limit. The metadata `limit` names the limit. */
const sizeReasons: ReadonlySet<ErrorReason> = new Set(['TOO_LARGE', 'SESSION_TOO_LARGE']);

/**
 * Converts a thrown value to the error of the call, logs it, counts it if a size limit refused the call, and marks its span. An
 * error that is not an OrchestratorError, or has the reason INTERNAL, is a defect: its details are written to the log with the trace id and
 * are not sent to the client.
 */
export function toOrchestratorError(
  thrown: unknown,
  method: string,
  span: Span,
  { log, metrics }: Pick<ErrorReporting, 'log' | 'metrics'>,
): OrchestratorError {
  const traceFields = { trace_id: span.traceId, ...getTraceFields(span) };
  const error = thrown instanceof OrchestratorError ? thrown : undefined;
  const reason = error?.reason ?? 'INTERNAL';
  span.setAttributes({ 'error.type': reason });
  if (error === undefined || reason === 'INTERNAL') {
    log.error({ ...traceFields, method, reason, err: thrown }, 'call failed with an internal error');
    return new OrchestratorError('INTERNAL', 'Internal error. The server log contains the cause, with the trace id.');
  }
  if (sizeReasons.has(reason) && error.metadata['limit']) metrics.recordSizeRefusal(error.metadata['limit']);
  const fields = { ...traceFields, method, reason, ...error.metadata };
  if (logLevels[reason] === 'warn') log.warn({ ...fields, err: error }, 'call failed');
  else log.debug(fields, 'call failed');
  return error;
}

/** Returns the trace id of the client's traceparent, for a call that fails before its span starts; "" without tracing. */
export function getTraceId(telemetry: Telemetry, metadata: Metadata | undefined): string {
  return telemetry.getTraceId(String(metadata?.get('traceparent')[0] ?? ''));
}

/** Converts an error to a grpc-js status with google.rpc.Status in the trailing metadata. */
export function toStatusObject(error: OrchestratorError, traceId: string): StatusObject {
  const status = toRpcStatus(error, traceId);
  const metadata = new Metadata();
  metadata.set(statusDetailsHeader, Buffer.from(Status.encode(status).finish()));
  return { code: status.code, details: status.message, metadata };
}
