import type { StatusObject } from '@grpc/grpc-js';
import { Status } from '../../../../gen/google/rpc/status';
import type { OrchestratorError } from '../../../core/model/orchestrator-error';
import { CallFailure } from '../../ports/contract-calls';
import { statusDetailsHeader } from '../errors/call-error';
import { toRpcStatus } from '../errors/rpc-status';

/** Converts an error to the failure that the client of a call is informed of. */
export function toCallFailure(error: OrchestratorError, traceId: string): CallFailure {
  return toFailure(toRpcStatus(error, traceId));
}

/** Converts the status with which a handler ends a stream. */
export function statusToCallFailure({ code, details, metadata }: StatusObject): CallFailure {
  const [encoded] = metadata.get(statusDetailsHeader);
  return encoded instanceof Buffer ? toFailure(Status.decode(encoded)) : new CallFailure(code, details, []);
}

function toFailure({ code, message, details }: Status): CallFailure {
  return new CallFailure(
    code,
    message,
    details.map(({ typeUrl, value }) => ({ type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1), value })),
  );
}
