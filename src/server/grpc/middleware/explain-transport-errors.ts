import { status } from '@grpc/grpc-js';
import type { Telemetry } from '../../ports/telemetry';
import { getTraceId, statusDetailsHeader, toStatusObject } from '../errors/call-error';
import { toTransportError } from '../errors/transport-errors';
import type { TransportHook } from './transport-interceptor';

/**
 * Adds the error details of the contract to errors of grpc-js itself: messages that are too large or cannot be decompressed or
 * deserialized, too few or too many messages, and invalid or exceeded deadlines.
 */
export function explainTransportErrors(telemetry: Telemetry): TransportHook {
  return (call, transport) => {
    const { sendStatus } = call;
    call.sendStatus = function (statusObject) {
      const isComplete =
        statusObject.code === status.OK || (statusObject.metadata?.get(statusDetailsHeader).length ?? 0) > 0;
      const error = isComplete
        ? undefined
        : toTransportError(statusObject.code ?? status.UNKNOWN, statusObject.details ?? '');
      const detailedStatus = error && toStatusObject(error, getTraceId(telemetry, transport.metadata));
      sendStatus.call(this, detailedStatus ?? statusObject);
    };
  };
}
