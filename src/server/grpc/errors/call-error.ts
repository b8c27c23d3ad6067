import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { Status } from '../../../../gen/google/rpc/status';
import { type ErrorReason, OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Logger } from '../../ports/logger';
import type { Telemetry } from '../../ports/telemetry';
import { toRpcStatus } from './rpc-status';

/** The header of google.rpc.Status, as every gRPC language knows it. */
export const statusDetailsHeader = 'grpc-status-details-bin';

/** What is told of a failed call besides to its caller. */
export interface ErrorReporting {
  readonly log: Logger;
  readonly telemetry: Telemetry;
}

/** Reasons that an operator should hear of; the others are a caller's affair. */
const OPERATORS: ReadonlySet<ErrorReason> = new Set(['STORE_UNAVAILABLE', 'COMMIT_UNKNOWN', 'STORE_FULL']);

/**
 * The error that a call fails with, of anything that was thrown. What is no OrchestratorError, or is one with INTERNAL, is a
 * defect: it is logged whole under the trace id, and the caller is told nothing of it.
 */
export function toOrchestratorError(
  thrown: unknown,
  method: string,
  { log, telemetry }: ErrorReporting,
): OrchestratorError {
  const traceId = telemetry.getTraceId();
  if (thrown instanceof OrchestratorError && thrown.reason !== 'INTERNAL') {
    const fields = { method, reason: thrown.reason, trace_id: traceId, ...thrown.metadata };
    if (OPERATORS.has(thrown.reason)) log.warn({ ...fields, err: thrown }, 'call failed');
    else log.debug(fields, 'call failed');
    telemetry.getActiveSpan().setAttributes({ 'error.type': thrown.reason });
    return thrown;
  }
  log.error({ method, reason: 'INTERNAL', trace_id: traceId, err: thrown }, 'call failed by a defect');
  telemetry.getActiveSpan().setAttributes({ 'error.type': 'INTERNAL' });
  return new OrchestratorError('INTERNAL', 'The service failed; the log tells more under the trace id.');
}

/** Trace id of a call: of its span, or of its caller's where it has none of its own; "" where nothing is traced. */
export function getTraceId(telemetry: Telemetry, metadata: Metadata | undefined): string {
  return telemetry.getTraceId(String(metadata?.get('traceparent')[0] ?? ''));
}

/** The status that grpc-js sends for an error, with google.rpc.Status in its trailer. */
export function toStatusObject(error: OrchestratorError, traceId: string): StatusObject {
  const status = toRpcStatus(error, traceId);
  const metadata = new Metadata();
  metadata.set(statusDetailsHeader, Buffer.from(Status.encode(status).finish()));
  return { code: status.code, details: status.message, metadata };
}
