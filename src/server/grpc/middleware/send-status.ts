import { type Metadata, status } from '@grpc/grpc-js';
import type { Telemetry } from '../../ports/telemetry';
import { getTraceId, statusDetailsHeader, toStatusObject } from '../errors/call-error';
import { toTransportError } from '../errors/transport-errors';
import type { TransportHook } from './transport-interceptor';

/** Trailing metadata by the metadata of the call. Interceptors and handlers of a call share its metadata object. */
const trailers = new WeakMap<Metadata, Metadata>();

/**
 * Sets the trailing metadata of a successful call. The callback of grpc-js also accepts trailing metadata, but in a traced service
 * OpenTelemetry wraps the callback and passes on only the error and the response.
 */
export function setTrailer(metadata: Metadata, trailer: Metadata): void {
  trailers.set(metadata, trailer);
}

/** Sends the trailing metadata that the handler of a call has set. */
export const sendTrailers: TransportHook = (call, transport) => {
  const { sendStatus } = call;
  call.sendStatus = function (statusObject) {
    const { metadata } = transport;
    const trailer = statusObject.code === status.OK && metadata !== undefined ? trailers.get(metadata) : undefined;
    sendStatus.call(this, trailer === undefined ? statusObject : { ...statusObject, metadata: trailer });
  };
};

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
